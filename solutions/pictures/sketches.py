"""Two drawings by an unsteady hand, in crayon on white paper."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from solutions.pictures.canvas import Canvas, Point

INK = "#2b2b33"


@dataclass(frozen=True)
class Hand:
    """Somebody who draws lines that are never quite straight."""

    canvas: Canvas
    chance: random.Random

    def line(self, points: Sequence[Point], colour: str = INK, width: float = 1.1) -> None:
        """Draw through the points, trembling a little on the way."""
        self.canvas.stroke([self._near(point) for point in _in_steps(points)], colour, width)

    def loop(self, points: Sequence[Point], colour: str = INK, width: float = 1.1) -> None:
        """Draw through the points and on a little beyond the first one."""
        self.line([*points, points[0]], colour, width)

    def round(self, x: float, y: float, radius: float, colour: str = INK, *, stretch: float = 1.0) -> None:
        """Draw a circle, or an ellipse `stretch` times as wide as high."""
        self.loop(_ring(x, y, radius, stretch), colour)

    def scribble(self, points: Sequence[Point], colour: str, gap: float = 1.5) -> None:
        """Fill a convex shape with one stroke to and fro."""
        top, bottom = min(y for _, y in points), max(y for _, y in points)
        rows = [top + gap * (i + 0.6) for i in range(int((bottom - top) / gap))]
        ends = [
            span[:: 1 if i % 2 else -1] for i, y in enumerate(rows) if len(span := _crossings(points, y)) == 2
        ]
        self.line([point for span in ends for point in span], colour, 1.25)

    def _near(self, point: Point) -> Point:
        return point[0] + self.chance.gauss(0, 0.13), point[1] + self.chance.gauss(0, 0.13)


def draw_house(canvas: Canvas) -> None:
    """Draw a house, a tree and the sun."""
    hand = Hand(canvas, random.Random(1))
    walls = [(12, 34), (38, 34), (38, 56), (12, 56)]
    roof = [(8, 34), (25, 17), (42, 34)]
    hand.scribble(walls, "#f3c98b")
    hand.scribble(roof, "#d8483e")
    hand.scribble([(22, 43), (29, 43), (29, 56), (22, 56)], "#7a4a2b", gap=1.2)
    hand.scribble([(14.5, 38), (19.5, 38), (19.5, 43), (14.5, 43)], "#6fb7e8", gap=1.2)
    for shape in (
        walls,
        roof,
        [(22, 43), (29, 43), (29, 56), (22, 56)],
        [(14.5, 38), (19.5, 38), (19.5, 43), (14.5, 43)],
    ):
        hand.loop(shape)
    _tree(hand)
    _sun(hand)
    hand.line([(2, 57), (20, 56.4), (44, 57), (62, 56.2)], "#3f8f3c", 1.8)


def _tree(hand: Hand) -> None:
    hand.scribble([(50, 42), (54, 42), (54.6, 57), (49.4, 57)], "#7a4a2b", gap=1.2)
    hand.scribble(_ring(52, 34, 8.6, 0.95), "#46a048")
    hand.round(52, 34, 9, "#256b2d", stretch=0.95)


def _sun(hand: Hand) -> None:
    hand.scribble(_ring(53, 11, 4.6), "#f8c41c", gap=1.2)
    hand.round(53, 11, 5, "#ee9d12")
    for i in range(8):
        x, y = math.cos(i * math.pi / 4), math.sin(i * math.pi / 4)
        hand.line([(53 + 6.6 * x, 11 + 6.6 * y), (53 + 9.4 * x, 11 + 9.4 * y)], "#ee9d12")


def draw_cat(canvas: Canvas) -> None:
    """Draw a ginger cat that sits and looks at you."""
    hand = Hand(canvas, random.Random(2))
    hand.line(
        [(44, 55), (50, 55.5), *_ring(53, 48, 6)[6::-1], *_ring(53, 48, 6)[:15:-1], (50, 47)], "#d9721c", 3.0
    )
    hand.scribble(_ring(32, 47, 13, 0.98), "#f0953a")
    hand.round(32, 47, 13.2, stretch=0.98)
    ears = [[(19.5, 20), (20, 5.5), (30, 13)], [(34, 13), (44, 5.5), (44.5, 20)]]
    for ear in ears:
        hand.scribble(ear, "#f0953a", gap=1.2)
        hand.loop(ear)
    canvas.disc(32, 23, 13, "white", stretch=1.05)
    hand.scribble(_ring(32, 23, 12.6, 1.05), "#f5a64e")
    hand.round(32, 23, 13, stretch=1.05)
    _face(hand)
    for x in (26, 38):
        hand.line([(x, 50), (x, 58.5)])
        hand.round(x, 58.8, 2.2, stretch=1.5)


def _face(hand: Hand) -> None:
    for x in (26.5, 37.5):
        hand.canvas.disc(x, 21, 2.7, "#fdfdf6")
        hand.canvas.disc(x, 21.2, 1.7, "#2d7a3e")
        hand.canvas.disc(x, 21.2, 0.95, "#111111")
    hand.canvas.shape([(30, 26), (34, 26), (32, 28.4)], "#d8486a")
    hand.line([(28, 30.8), (30.5, 31.4), (32, 29), (33.5, 31.4), (36, 30.8)], width=0.9)
    for side in (-1, 1):
        for drop in (-1.8, 0.6, 3.0):
            hand.line([(32 + side * 8, 27.6 + drop * 0.4), (32 + side * 18, 26.6 + drop)], width=0.6)


def _ring(x: float, y: float, radius: float, stretch: float = 1.0) -> list[Point]:
    turns = [i * math.pi / 12 for i in range(24)]
    return [(x + radius * stretch * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


def _in_steps(points: Sequence[Point], step: float = 1.6) -> list[Point]:
    """Return the points with more between them, about a step apart."""
    path = [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        count = max(1, round(math.dist((x0, y0), (x1, y1)) / step))
        path += [(x0 + (x1 - x0) * i / count, y0 + (y1 - y0) * i / count) for i in range(1, count + 1)]
    return path


def _crossings(points: Sequence[Point], y: float) -> list[Point]:
    """Return where the outline of a shape crosses the height y, from left to right."""
    edges = zip(points, [*points[1:], points[0]], strict=True)
    found = [x0 + (x1 - x0) * (y - y0) / (y1 - y0) for (x0, y0), (x1, y1) in edges if (y0 <= y) != (y1 <= y)]
    return [(x, y) for x in sorted(found)]
