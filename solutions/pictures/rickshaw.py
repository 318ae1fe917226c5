"""An auto rickshaw waiting in the sun."""

from solutions.pictures.canvas import Canvas

GREEN, YELLOW, INSIDE, RUBBER = "#14804a", "#f7b614", "#2a1e2b", "#1d1d22"


def draw(canvas: Canvas) -> None:
    """Draw the rickshaw, facing left, before a house wall."""
    _street(canvas)
    _canopy(canvas)
    _inside(canvas)
    _body(canvas)
    _ornaments(canvas)
    for x, radius in ((14.5, 5.0), (46.5, 5.6)):
        _wheel(canvas, x, 51.0, radius)


def _street(canvas: Canvas) -> None:
    canvas.shade("#8fd3ea", "#d6f0ee", 0, 50)
    canvas.box(0, 12, 64, 51, "#f4d9c6")
    canvas.box(0, 11, 64, 13, "#d98f74")
    for x in (1.5, 61):
        canvas.arch(x, 20, 44, 9, "#d98f74")
        canvas.arch(x, 22, 44, 6, "#5d7fa8")
    canvas.box(0, 48, 64, 51, "#c9a794")
    canvas.box(0, 51, 64, 64, "#716b70")
    canvas.disc(31, 56.5, 1.8, "#4c474c", stretch=14)


def _canopy(canvas: Canvas) -> None:
    roof = [(15, 19), (19, 15), (47, 13.5), (54, 16.5), (57.5, 26), (57.5, 40), (12, 40)]
    canvas.shape(roof, YELLOW)
    canvas.shape([(50, 20), (54.5, 21), (55.5, 29), (50, 29)], "#7fb4d9")
    canvas.stroke([(15, 19), (19, 15), (47, 13.5), (54, 16.5), (57.5, 26)], "#d98a06", 1.0)


def _inside(canvas: Canvas) -> None:
    canvas.shape([(18.5, 20), (46.5, 19), (46.5, 40), (14, 40)], INSIDE)
    canvas.shape([(15.6, 20.6), (19, 20), (15.6, 35), (11.8, 35)], "#c5ebf7")
    canvas.box(36, 27, 46.5, 38, "#c93a3f", radius=1.2)
    canvas.box(27.5, 31, 30.5, 38, "#c93a3f", radius=1.0)
    canvas.stroke([(17, 33), (21.5, 29)], "#b8bcc4", 0.8)
    canvas.box(31.8, 19.4, 33.2, 40, YELLOW)


def _body(canvas: Canvas) -> None:
    canvas.shape(
        [
            (12, 34.5),
            (20, 34.5),
            (24, 44),
            (33, 44),
            (33, 37),
            (58, 37),
            (58, 46),
            (55, 50),
            (20, 50),
            (7.5, 44),
        ],
        GREEN,
    )
    canvas.shape([(12, 34.5), (20, 34.5), (22, 39.5), (9, 39.5)], "#1c9d5d")
    canvas.box(33, 37, 58, 39, "#f2e9d8")
    canvas.box(24, 46.6, 55, 48, "#e0475a")
    canvas.disc(9.6, 40.4, 2.2, "#fff3bd")
    canvas.disc(9.6, 40.4, 1.3, "#ffd84a")
    canvas.stroke([(7.2, 47.5), (10, 44.6), (16, 44), (20.4, 46.5)], "#0e5c36", 1.4)


def _ornaments(canvas: Canvas) -> None:
    for i, x in enumerate(range(21, 47, 4)):
        canvas.shape([(x - 1.8, 18.6), (x + 1.8, 18.6), (x, 22)], ("#e0475a", "#f2e9d8", "#2f86d1")[i % 3])
    for x in range(37, 56, 5):
        canvas.disc(x, 43, 1.5, "#f7b614")
        canvas.disc(x, 43, 0.7, "#e0475a")


def _wheel(canvas: Canvas, x: float, y: float, radius: float) -> None:
    canvas.disc(x, y, radius, RUBBER)
    canvas.disc(x, y, radius * 0.6, "#c9ced6")
    canvas.disc(x, y, radius * 0.42, "#8c939f")
    canvas.disc(x, y, radius * 0.18, RUBBER)
