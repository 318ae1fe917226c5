"""Sather Tower, the Campanile of Berkeley; its top lies in rows 2-20 and columns 24-42."""

from solutions.pictures.canvas import Canvas

GRANITE, SHADED, EDGE, DARK = "#f1ebdd", "#c3b8a3", "#8f8470", "#343c4e"
MIDDLE = 33.0


def draw(canvas: Canvas) -> None:
    """Draw the tower before hills and trees under a blue sky."""
    canvas.shade("#2f7fd6", "#cfe6f7")
    _clouds(canvas)
    canvas.disc(10, 62, 14, "#7fa3a0", stretch=2)
    canvas.disc(54, 63, 13, "#6f978f", stretch=2)
    _shaft(canvas)
    _clock(canvas)
    _belfry(canvas)
    _spire(canvas)
    _trees(canvas)


def _clouds(canvas: Canvas) -> None:
    for x, y, radius in [
        (9, 14, 2.6),
        (13, 13, 3.4),
        (17, 14.4, 2.4),
        (50, 25, 2.4),
        (54, 24, 3.2),
        (58, 25.2, 2.2),
    ]:
        canvas.disc(x, y, radius, "#f7fbfe", stretch=1.5)


def _shaft(canvas: Canvas) -> None:
    _slab(canvas, 20, 62, 5.0, 5.6)
    for x in (-3.2, -1.1, 1.1, 3.2):
        canvas.stroke([(MIDDLE + x, 30), (MIDDLE + x, 60)], "#a99d87", 0.22)
    for y in range(34, 58, 6):
        canvas.box(MIDDLE - 0.45, y, MIDDLE + 0.45, y + 2.6, DARK)


def _slab(canvas: Canvas, top: float, bottom: float, above: float, below: float) -> None:
    """Draw a wall that is lit from the left, half as wide as `above` and `below` say."""
    left, right = (
        [(MIDDLE - above, top), (MIDDLE - below, bottom)],
        [(MIDDLE + below, bottom), (MIDDLE + above, top)],
    )
    canvas.shape(left + right, GRANITE)
    canvas.shape([(MIDDLE + above * 0.45, top), (MIDDLE + below * 0.45, bottom), *right], SHADED)


def _clock(canvas: Canvas) -> None:
    canvas.disc(MIDDLE, 25, 3.0, EDGE)
    canvas.disc(MIDDLE, 25, 2.5, "#fffdf5")
    canvas.stroke([(MIDDLE, 23.1), (MIDDLE, 25), (MIDDLE + 1.4, 25.8)], "#20242e", 0.5)


def _belfry(canvas: Canvas) -> None:
    _slab(canvas, 12.6, 20.4, 5.2, 5.2)
    for x in (-3.2, 0, 3.2):
        canvas.arch(MIDDLE + x, 14, 19.4, 2.1, DARK)
    for y, reach in ((20.2, 6.0), (11.8, 6.0)):
        canvas.box(MIDDLE - reach, y, MIDDLE + reach, y + 1.2, GRANITE)
        canvas.box(MIDDLE - reach, y + 0.9, MIDDLE + reach, y + 1.2, EDGE)


def _spire(canvas: Canvas) -> None:
    for x in (-5.2, 5.2):
        canvas.shape([(MIDDLE + x - 0.8, 11.9), (MIDDLE + x, 8.4), (MIDDLE + x + 0.8, 11.9)], GRANITE)
    canvas.shape([(MIDDLE - 4, 11.9), (MIDDLE, 4.4), (MIDDLE + 4, 11.9)], "#e4dccb")
    canvas.shape([(MIDDLE + 0.5, 4.9), (MIDDLE + 1.2, 11.9), (MIDDLE + 4, 11.9)], "#a89d88")
    canvas.box(MIDDLE - 0.7, 3.6, MIDDLE + 0.7, 5.6, "#4f7f74", radius=0.3)
    canvas.shape([(MIDDLE - 0.7, 3.7), (MIDDLE, 2.3), (MIDDLE + 0.7, 3.7)], "#3d665d")


def _trees(canvas: Canvas) -> None:
    canvas.box(0, 60, 64, 64, "#5f9c45")
    crowns = [
        (3, 54, 6),
        (11, 57, 5),
        (18, 58.5, 4),
        (24, 60, 3),
        (46, 59.5, 3.6),
        (53, 56, 5.4),
        (61, 53, 6.4),
    ]
    for x, y, radius in crowns:
        canvas.disc(x, y, radius, "#24572f")
        canvas.disc(x - radius * 0.25, y - radius * 0.25, radius * 0.65, "#3f8145")
