"""What scenes are drawn with: colours and places with some chance in them, shapes, and emoji.

Coordinates are shares of the canvas: x to the right and y downwards, both in [0, 1].
"""

from random import Random

from PIL import Image

from solutions.emoji_if.data.artwork import Artwork, rasterize

Colour = tuple[int, int, int]


def jitter(rng: Random, centre: float, spread: float) -> float:
    """Return a number drawn evenly from centre − spread to centre + spread."""
    return centre + rng.uniform(-spread, spread)


def tint(rng: Random, colour: Colour, spread: int = 18) -> str:
    """Return the colour, each channel moved by up to `spread`, as an SVG colour."""
    return "#" + "".join(f"{min(255, max(0, c + rng.randint(-spread, spread))):02x}" for c in colour)


def place(scene: Image.Image, art: Artwork, icon: str, x: float, y: float, width: float) -> None:
    """Lay the emoji over the scene, its centre at (x, y), its width a share of the scene's width."""
    side = max(2, round(width * scene.width))
    corner = (round(x * scene.width - side / 2), round(y * scene.height - side / 2))
    layer = Image.new("RGBA", scene.size)
    layer.paste(art.draw(icon, side), corner)
    scene.alpha_composite(layer)


def shape(scene: Image.Image, body: str) -> None:
    """Lay an SVG fragment over the scene; the fragment's canvas is 100 × 100."""
    scene.alpha_composite(rasterize(body, 100, 100, scene.width))


def sky(size: int, top: str, bottom: str) -> Image.Image:
    """Return an opaque picture that shades from the colour `top` down to `bottom`."""
    stops = f'<stop offset="0" stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/>'
    gradient = f'<linearGradient id="g" x1="0" x2="0" y1="0" y2="1">{stops}</linearGradient>'
    return rasterize(f'{gradient}<rect width="100" height="100" fill="url(#g)"/>', 100, 100, size)


def polygon(points: list[tuple[float, float]], fill: str) -> str:
    """Return an SVG polygon through points given in shares of the canvas."""
    corners = " ".join(f"{100 * x:.1f},{100 * y:.1f}" for x, y in points)
    return f'<polygon points="{corners}" fill="{fill}"/>'
