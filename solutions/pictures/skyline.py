"""The skyline of a city that could be Gotham, at night; the moon stands in rows 4-28, columns 36-60."""

import random

from solutions.pictures.canvas import Canvas, blend

NEAR, FAR, WATER = "#0a0d20", "#3a3f85", 56.0
PITCH = 2.2
LIT = ("#ffd66b", "#ffe9a8", "#ffb84d")


def draw(canvas: Canvas) -> None:
    """Draw two rows of towers under the moon, and their lights on the water."""
    chance = random.Random(29)
    canvas.shade("#080d30", "#8c66b0", 0, WATER)
    _stars(canvas, chance)
    _moon(canvas)
    _far_towers(canvas)
    _near_towers(canvas, chance)
    _water(canvas, chance)


def _stars(canvas: Canvas, chance: random.Random) -> None:
    for _ in range(60):
        canvas.disc(
            chance.uniform(0, 64), chance.uniform(0, 34), chance.choice([0.12, 0.18, 0.28]), "#dfe6ff"
        )


def _moon(canvas: Canvas) -> None:
    for ring in range(12):
        canvas.disc(48, 15, 11.5 - ring * 0.35, blend("#171c49", "#5f63a0", ring / 11))
    canvas.disc(48, 15, 7, "#fbf3d0")
    for x, y, radius in ((45.5, 13, 1.5), (50.5, 16.5, 1.9), (47, 18.6, 1.0), (49.5, 11.2, 0.8)):
        canvas.disc(x, y, radius, "#e3d6a6")


def _far_towers(canvas: Canvas) -> None:
    for x, top, width in (
        (0, 34, 6),
        (7, 28, 5),
        (13, 37, 5),
        (27, 33, 6),
        (34, 38, 5),
        (41, 34, 5),
        (53, 31, 5),
        (59, 36, 5),
    ):
        canvas.box(x, top, x + width, WATER, FAR)
        canvas.shape([(x, top), (x + width / 2, top - 3), (x + width, top)], FAR)


def _near_towers(canvas: Canvas, chance: random.Random) -> None:
    for x, top, width in (
        (-1, 42, 7),
        (7, 36, 7),
        (31, 43, 6),
        (38, 37, 7),
        (46, 45, 6),
        (53, 39, 7),
        (61, 46, 5),
    ):
        canvas.box(x, top, x + width, WATER, NEAR)
        _windows(canvas, chance, x, top, width)
    for half, top in ((5.5, 32), (4.2, 25), (2.9, 19), (1.6, 14)):
        canvas.box(21.5 - half, top, 21.5 + half, WATER, NEAR)
    canvas.shape([(20.6, 14), (21.5, 5), (22.4, 14)], NEAR)
    _windows(canvas, chance, 16, 32, 11)
    _windows(canvas, chance, 17.3, 25, 8.4, bottom=32)
    _windows(canvas, chance, 18.6, 19, 5.8, bottom=25)
    canvas.disc(21.5, 5, 0.7, "#ff5a4f")


def _windows(
    canvas: Canvas, chance: random.Random, left: float, top: float, width: float, bottom: float = WATER
) -> None:
    columns = int((width - 0.6) / PITCH)
    start = left + (width - (columns - 1) * PITCH) / 2
    y = top + 1.4
    while y < bottom - 1.6:
        for i in range(columns):
            if chance.random() < 0.62:
                x = start + i * PITCH
                canvas.box(x - 0.75, y, x + 0.75, y + 1.6, chance.choice(LIT))
        y += 2.6


def _water(canvas: Canvas, chance: random.Random) -> None:
    canvas.shade("#1c2152", "#090c22", WATER, 64)
    canvas.box(0, WATER, 64, WATER + 0.5, "#060818")
    for _ in range(70):
        x, y = chance.uniform(0, 64), chance.uniform(WATER + 1, 63.5)
        canvas.box(
            x, y, x + chance.uniform(0.8, 2.6), y + 0.35, chance.choice(["#c99c4a", "#7d7fc0", "#e8d9a0"])
        )
