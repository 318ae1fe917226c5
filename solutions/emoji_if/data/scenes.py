"""Pictures for the noun phrases that no single emoji shows: drawn shapes and emoji, laid over each other.

A recipe is a function (artwork, rng, size) -> RGBA picture, different each time it is called.
"""

from collections.abc import Callable
from random import Random

from PIL import Image

from solutions.emoji_if.data.artwork import Artwork
from solutions.emoji_if.data.drawing import jitter, place, polygon, shape, sky, tint

Recipe = Callable[[Artwork, Random, int], Image.Image]


def snow_peak(rng: Random, x: float, top: float, foot: float, half: float) -> str:
    """Return a drawn mountain with a cap of snow, its summit at (x, top)."""
    rock = polygon([(x - half, foot), (x, top), (x + half, foot)], tint(rng, (92, 104, 140)))
    low, side = top + 0.42 * (foot - top), 0.42 * half
    notch = top + 0.3 * (foot - top)
    cap = [(x - side, low), (x, top), (x + side, low), (x + side / 3, notch), (x, low), (x - side / 3, notch)]
    return rock + polygon(cap, "#ffffff")


def snowy_mountain_village(art: Artwork, rng: Random, size: int) -> Image.Image:
    """A row of houses and firs in the snow before snow-capped mountains."""
    scene = sky(size, tint(rng, (110, 165, 225), 30), tint(rng, (215, 230, 245), 10))
    horizon = jitter(rng, 0.64, 0.04)
    for x in (jitter(rng, 0.15, 0.1), jitter(rng, 0.85, 0.1), jitter(rng, 0.5, 0.12)):
        shape(scene, snow_peak(rng, x, jitter(rng, 0.16, 0.1), horizon + 0.05, jitter(rng, 0.36, 0.06)))
    shape(scene, polygon([(0, horizon), (1, horizon), (1, 1), (0, 1)], tint(rng, (236, 243, 250), 8)))
    place(scene, art, "evergreen-tree", jitter(rng, 0.06, 0.05), horizon + 0.02, 0.3)
    place(scene, art, "evergreen-tree", jitter(rng, 0.94, 0.05), horizon + 0.02, 0.3)
    house = rng.choice(("house", "house-with-garden", "houses"))
    for x in rng.choice(((0.3, 0.68), (0.24, 0.52, 0.8))):
        place(
            scene,
            art,
            house,
            jitter(rng, x, 0.04),
            jitter(rng, horizon + 0.08, 0.05),
            jitter(rng, 0.36, 0.04),
        )
    return scene


def people_around_a_campfire(art: Artwork, rng: Random, size: int) -> Image.Image:
    """Two to four people around a fire at dusk or by night."""
    scene = sky(size, tint(rng, (22, 26, 66), 16), tint(rng, (64, 52, 96), 24))
    shape(scene, polygon([(0, 0.7), (1, 0.7), (1, 1), (0, 1)], tint(rng, (52, 66, 44))))
    glow = '<radialGradient id="g"><stop offset="0" stop-color="#ffb347" stop-opacity=".8"/>'
    glow += '<stop offset="1" stop-color="#ff8c1a" stop-opacity="0"/></radialGradient>'
    shape(scene, glow + '<circle cx="50" cy="68" r="45" fill="url(#g)"/>')
    people = (
        "person",
        "man",
        "woman",
        "boy",
        "girl",
        "old-man",
        "old-woman",
        "man-beard",
        "woman-curly-hair",
    )
    for x, y in rng.choice((((0.2, 0.5), (0.8, 0.5)), ((0.17, 0.6), (0.5, 0.32), (0.83, 0.6)))):
        place(
            scene,
            art,
            rng.choice(people),
            jitter(rng, x, 0.03),
            jitter(rng, y, 0.04),
            jitter(rng, 0.36, 0.03),
        )
    shape(scene, polygon([(0.32, 0.93), (0.36, 0.88), (0.68, 0.93), (0.64, 0.98)], "#6b4423"))
    shape(scene, polygon([(0.68, 0.88), (0.32, 0.96), (0.36, 0.99), (0.7, 0.94)], "#835a30"))
    place(scene, art, "fire", jitter(rng, 0.5, 0.02), jitter(rng, 0.7, 0.03), jitter(rng, 0.44, 0.05))
    return scene


def man_wearing_a_hat(art: Artwork, rng: Random, size: int) -> Image.Image:
    """A man's face below a hat, or one of the emoji that already wear one."""
    dressed = (
        "cowboy-hat-face",
        "man-detective",
        "man-construction-worker",
        "man-police-officer",
        "man-pilot",
    )
    scene = Image.new("RGBA", (size, size))
    if rng.random() < 0.3:
        place(scene, art, rng.choice(dressed), 0.5, 0.5, 0.9)
        return scene
    man = rng.choice(("man", "man-beard", "man-curly-hair", "man-red-hair", "man-white-hair", "old-man"))
    hats = ("top-hat", "top-hat", "billed-cap", "womans-hat", "military-helmet", "rescue-workers-helmet")
    place(scene, art, man, 0.5, 0.62, 0.74)
    place(
        scene, art, rng.choice(hats), jitter(rng, 0.5, 0.02), jitter(rng, 0.27, 0.03), jitter(rng, 0.6, 0.05)
    )
    return scene


def amalfi_coast(art: Artwork, rng: Random, size: int) -> Image.Image:
    """Coloured houses stacked on a green cliff above a blue sea with a boat."""
    scene = sky(size, tint(rng, (80, 170, 235)), tint(rng, (190, 225, 245)))
    shore, left = jitter(rng, 0.68, 0.04), rng.random() < 0.5
    shape(scene, polygon([(0, shore), (1, shore), (1, 1), (0, 1)], tint(rng, (25, 105, 190))))
    cliff = [(0, 0.12), (0.3, 0.2), (0.55, 0.5), (0.72, shore + 0.04), (0.6, 0.8), (0, 0.86)]
    shape(scene, polygon(cliff, tint(rng, (88, 140, 62))))
    shape(scene, polygon([(0, 0.74), (0.68, 0.68), (0.6, 0.8), (0, 0.88)], tint(rng, (228, 200, 140))))
    for y, xs in ((0.36, (0.1, 0.28)), (0.5, (0.08, 0.25, 0.42)), (0.64, (0.1, 0.27, 0.44, 0.58))):
        for x in xs:
            shape(scene, _house(rng, jitter(rng, x, 0.02), jitter(rng, y, 0.02)))
    place(
        scene,
        art,
        "sailboat",
        jitter(rng, 0.8, 0.05),
        jitter(rng, shore + 0.06, 0.04),
        jitter(rng, 0.27, 0.04),
    )
    place(scene, art, "sun", jitter(rng, 0.8, 0.08), jitter(rng, 0.17, 0.05), 0.22)
    return scene if left else scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def _house(rng: Random, x: float, y: float) -> str:
    wall = tint(
        rng, rng.choice(((245, 222, 179), (250, 160, 122), (255, 228, 130), (240, 240, 235), (232, 130, 120)))
    )
    roof = polygon([(x - 0.09, y - 0.05), (x, y - 0.11), (x + 0.09, y - 0.05)], tint(rng, (190, 80, 50)))
    front = [(x - 0.07, y - 0.05), (x + 0.07, y - 0.05), (x + 0.07, y + 0.08), (x - 0.07, y + 0.08)]
    window = [(x - 0.02, y - 0.01), (x + 0.02, y - 0.01), (x + 0.02, y + 0.04), (x - 0.02, y + 0.04)]
    return polygon(front, wall) + polygon(window, "#4a5a70") + roof


def waterfalls(art: Artwork, rng: Random, size: int) -> Image.Image:
    """One to three streams of water that fall between rocks into a pool."""
    scene = sky(size, tint(rng, (140, 195, 235)), tint(rng, (200, 225, 240)))
    rim, foot = jitter(rng, 0.25, 0.06), jitter(rng, 0.78, 0.04)
    cliff = [
        (0, rim),
        (0.25, rim - 0.06),
        (0.5, rim + 0.03),
        (0.8, rim - 0.05),
        (1, rim),
        (1, foot + 0.05),
        (0, foot + 0.05),
    ]
    shape(scene, polygon(cliff, tint(rng, rng.choice(((104, 98, 92), (110, 92, 74), (84, 100, 80))))))
    for x in rng.choice(((0.5,), (0.3, 0.7), (0.22, 0.5, 0.78))):
        shape(scene, _stream(rng, jitter(rng, x, 0.06), jitter(rng, 0.1, 0.03), rim, foot))
    shape(scene, polygon([(0, foot), (1, foot), (1, 1), (0, 1)], tint(rng, (62, 140, 200))))
    shape(scene, "".join(_foam(rng, foot) for _ in range(9)))
    for x in (jitter(rng, 0.1, 0.08), jitter(rng, 0.9, 0.08)):
        place(
            scene,
            art,
            rng.choice(("rock", "evergreen-tree", "rock")),
            x,
            jitter(rng, foot, 0.05),
            jitter(rng, 0.3, 0.06),
        )
    return scene


def _stream(rng: Random, x: float, half: float, rim: float, foot: float) -> str:
    water = [
        (x - half, rim - 0.03),
        (x + half, rim - 0.03),
        (x + 1.25 * half, foot + 0.04),
        (x - 1.25 * half, foot + 0.04),
    ]
    lines = (x + half * share for share in (-0.6, -0.1, 0.45))
    strands = (polygon([(s, rim), (s + 0.03, rim), (s + 0.03, foot), (s, foot)], "#ffffff") for s in lines)
    return polygon(water, tint(rng, (150, 205, 240))) + "".join(strands)


def _foam(rng: Random, foot: float) -> str:
    x, y, r = rng.uniform(5, 95), 100 * jitter(rng, foot + 0.01, 0.02), rng.uniform(3, 7)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="#eef7ff"/>'


def bell_tower(art: Artwork, rng: Random, size: int) -> Image.Image:
    """A slender tower with a bell below its pointed roof and a clock, before the sky."""
    scene = sky(size, tint(rng, (90, 160, 225), 40), tint(rng, (205, 225, 240), 25))
    shape(scene, polygon([(0, 0.88), (1, 0.88), (1, 1), (0, 1)], tint(rng, (96, 140, 80))))
    x, half, top = jitter(rng, 0.5, 0.08), jitter(rng, 0.14, 0.03), jitter(rng, 0.3, 0.04)
    wall = tint(rng, rng.choice(((215, 205, 185), (190, 150, 120), (225, 220, 212))))
    shape(scene, polygon([(x - half, top), (x + half, top), (x + half, 0.92), (x - half, 0.92)], wall))
    shape(
        scene,
        polygon([(x - half - 0.02, top), (x, 0.05), (x + half + 0.02, top)], tint(rng, (100, 92, 96), 40)),
    )
    shape(scene, polygon([(x - half, top), (x, top), (x, 0.92), (x - half, 0.92)], "#00000018"))
    opening = [
        (x - 0.75 * half, top + 0.03),
        (x + 0.75 * half, top + 0.03),
        (x + 0.75 * half, 0.5),
        (x - 0.75 * half, 0.5),
    ]
    shape(scene, polygon(opening, "#3a3a48"))
    place(scene, art, "bell", x, 0.5 * (top + 0.53), 1.3 * half)
    place(scene, art, rng.choice(("twelve-oclock", "three-oclock")), x, 0.61, 1.2 * half)
    place(scene, art, rng.choice(("deciduous-tree", "evergreen-tree")), jitter(rng, 0.14, 0.1), 0.82, 0.26)
    return scene


RECIPES: dict[str, Recipe] = {
    "a snowy mountain village": snowy_mountain_village,
    "people around a campfire": people_around_a_campfire,
    "a man wearing a hat": man_wearing_a_hat,
    "the amalfi coast": amalfi_coast,
    "waterfalls": waterfalls,
    "a bell tower": bell_tower,
}
