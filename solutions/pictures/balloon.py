"""A bright cartoon as the web has many: a hot-air balloon over hills, wider than high."""

import math

from solutions.pictures.canvas import Canvas

STRIPES = (("#e63946", 1.0), ("#ffb703", 0.74), ("#1d70b8", 0.46), ("#ffb703", 0.16))
MIDDLE, CENTRE, RADIUS = 40.0, 21.0, 16.5


def draw(canvas: Canvas) -> None:
    """Draw on a canvas 80 units wide and 60 high."""
    canvas.shade("#27a4f2", "#d9f4ff")
    for x, y, radius in (
        (10, 14, 3),
        (15, 12.5, 4),
        (20, 14.4, 2.8),
        (62, 29, 2.8),
        (67, 27.4, 4),
        (72, 29.2, 3),
    ):
        canvas.disc(x, y, radius, "#ffffff", stretch=1.5)
    _hills(canvas)
    _envelope(canvas)
    _basket(canvas)


def _hills(canvas: Canvas) -> None:
    for x, y, radius, colour in ((14, 70, 24, "#7ccf5b"), (66, 72, 26, "#59b84c"), (40, 80, 26, "#3f9d43")):
        canvas.disc(x, y, radius, colour, stretch=1.7)


def _envelope(canvas: Canvas) -> None:
    """Draw the stripes one upon the other, the whole drop first, the narrow one in front last."""
    for colour, share in STRIPES:
        outline = _half_outline(share)
        canvas.shape(outline + [(2 * MIDDLE - x, y) for x, y in reversed(outline)], colour)


def _half_outline(share: float) -> list[tuple[float, float]]:
    """Return the left side of a drop whose width is a `share` of the balloon's, from its top to its mouth."""
    arc = [math.pi / 2 + i * math.pi / 40 for i in range(27)]
    around = [(MIDDLE + share * RADIUS * math.cos(a), CENTRE - RADIUS * math.sin(a)) for a in arc]
    return [*around, (MIDDLE - share * 4, 42.0)]


def _basket(canvas: Canvas) -> None:
    for x in (-3.4, 3.4):
        canvas.stroke([(MIDDLE + x, 42), (MIDDLE + x * 0.85, 48)], "#5b3a1e", 0.5)
    canvas.box(MIDDLE - 4.2, 41, MIDDLE + 4.2, 42.6, "#8d1f2a", radius=0.5)
    canvas.box(MIDDLE - 3.6, 47, MIDDLE + 3.6, 52.5, "#a8692f", radius=1)
    canvas.box(MIDDLE - 4, 46.6, MIDDLE + 4, 48.2, "#6e421b", radius=0.6)
