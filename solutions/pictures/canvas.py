"""A canvas on which shapes are given on a board of 64 units, as the masks of the course are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

Point = tuple[float, float]
PIXELS_PER_UNIT = 8
FINER = 4


@dataclass
class Canvas:
    """Paper of width x height units, drawn four times finer than it is developed.

    Colours are anything that Pillow reads, such as "#4f95dd".
    """

    width: int = 64
    height: int = 64
    paper: str = "white"
    image: Image.Image = field(init=False)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", self._fine(self.width, self.height), self.paper)

    def developed(self) -> Image.Image:
        """Return the finished picture, 8 pixels to the unit."""
        return self.image.reduce(FINER)

    def shade(self, top: str, bottom: str, y0: float = 0, y1: float | None = None) -> None:
        """Fill the whole width from y0 to y1 with a gradient of 96 even bands."""
        y1 = self.height if y1 is None else y1
        for band in range(96):
            a, b = (y0 + (y1 - y0) * end / 96 for end in (band, band + 1))
            self.box(0, a, self.width, b, blend(top, bottom, band / 95))

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: str, radius: float = 0) -> None:
        """Fill a rectangle, its corners rounded by `radius`."""
        corners = (*self._fine(x0, y0), *(end - 1 for end in self._fine(x1, y1)))
        self._pen.rounded_rectangle(corners, self._fine(radius, 0)[0], fill=colour)

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """Fill a polygon."""
        self._pen.polygon([self._fine(x, y) for x, y in points], fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: str, stretch: float = 1) -> None:
        """Fill a circle, or an ellipse `stretch` times as wide as high."""
        left, top = self._fine(x - radius * stretch, y - radius)
        right, bottom = self._fine(x + radius * stretch, y + radius)
        self._pen.ellipse((left, top, right, bottom), fill=colour)

    def stroke(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Draw a line through the points, its ends and joints round."""
        self._pen.line([self._fine(x, y) for x, y in points], fill=colour, width=self._fine(width, 0)[0])
        for x, y in points:
            self.disc(x, y, width / 2, colour)

    def arch(self, x: float, y0: float, y1: float, width: float, colour: str) -> None:
        """Fill an opening with a round top, centred at x, from y0 down to y1."""
        self.disc(x, y0 + width / 2, width / 2, colour)
        self.box(x - width / 2, y0 + width / 2, x + width / 2, y1, colour)

    @property
    def _pen(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)

    @staticmethod
    def _fine(x: float, y: float) -> tuple[int, int]:
        return round(x * PIXELS_PER_UNIT * FINER), round(y * PIXELS_PER_UNIT * FINER)


def blend(first: str, second: str, share: float) -> str:
    """Return the colour "#rrggbb" that lies a `share` in [0, 1] of the way from the first to the second."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
