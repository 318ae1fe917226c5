"""The layout of a table of images: everything has its place in inches before anything is drawn."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from course.toolkit.images import to_picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAPER, INK, SOFT, HAIR = "#fcfcfb", "#1d2433", "#525a6b", "#d5d9e0"
DPI = 192
CELL = 256 / DPI
GAP, MARGIN = 16 / DPI, 32 / DPI
WIDEST_LABEL = 1.7
LEAST_WIDTH = 3.2
TITLE_SIZE, LABEL_SIZE = 12.0, 9.0
LINE, LETTER = 1.35 / 72, 0.56 / 72


@dataclass(frozen=True)
class Sheet:
    """A table of images: rows of tensors (or None), a title, and labels for every row and column."""

    images: Sequence[Sequence[Tensor | None]]
    title: str
    rows: Sequence[str]
    columns: Sequence[str]

    def draw(self) -> "Figure":
        """Return the figure."""
        figure = blank(self.width, self.height)
        self._write_texts(figure)
        for i, row in enumerate(self.images):
            for j, image in enumerate(row):
                if image is not None:
                    _show(figure.add_axes(self._place(i, j)), image)
        return figure

    @property
    def width(self) -> float:
        """The width of the sheet in inches."""
        cells = max(len(row) for row in self.images)
        return max(self._left + cells * (CELL + GAP) - GAP + MARGIN, LEAST_WIDTH)

    @property
    def height(self) -> float:
        """The height of the sheet in inches."""
        return self._top + len(self.images) * (self._cell_height + GAP) - GAP + MARGIN

    @property
    def _cell_height(self) -> float:
        shapes = [image.shape for row in self.images for image in row if image is not None]
        return CELL * max((shape[-2] / shape[-1] for shape in shapes), default=1.0)

    @property
    def _left(self) -> float:
        letters = max((len(line) for label in self._labels for line in label.split("\n")), default=0)
        return MARGIN + (letters * LABEL_SIZE * LETTER + 1.4 * GAP if letters else 0)

    @property
    def _top(self) -> float:
        title = _lines(self._wrapped_title) * TITLE_SIZE * LINE + GAP if self.title else 0
        headings = max((_lines(text) for text in self._headings if text), default=0)
        return MARGIN + title + (headings * LABEL_SIZE * LINE + 0.8 * GAP if headings else 0)

    @property
    def _wrapped_title(self) -> str:
        return wrapped(self.title, self.width - 2 * MARGIN, TITLE_SIZE * 1.12)

    @property
    def _headings(self) -> list[str]:
        return [wrapped(text, CELL, LABEL_SIZE) for text in self.columns]

    @property
    def _labels(self) -> list[str]:
        return [wrapped(text, WIDEST_LABEL, LABEL_SIZE) for text in self.rows]

    def _place(self, i: int, j: int) -> tuple[float, float, float, float]:
        left, top = self._left + j * (CELL + GAP), self._top + i * (self._cell_height + GAP)
        bottom = self.height - top - self._cell_height
        return left / self.width, bottom / self.height, CELL / self.width, self._cell_height / self.height

    def _write_texts(self, figure: "Figure") -> None:
        x, y = MARGIN / self.width, 1 - MARGIN / self.height
        figure.text(
            x, y, self._wrapped_title, size=TITLE_SIZE, weight="bold", color=INK, va="top", linespacing=1.2
        )
        for j, heading in enumerate(self._headings):
            left, bottom, width, height = self._place(0, j)
            above = bottom + height + 0.8 * GAP / self.height
            figure.text(
                left + width / 2, above, heading, size=LABEL_SIZE, color=SOFT, ha="center", va="baseline"
            )
        for i, label in enumerate(self._labels):
            left, bottom, _, height = self._place(i, 0)
            edge = left - 1.4 * GAP / self.width
            figure.text(edge, bottom + height / 2, label, size=LABEL_SIZE, color=INK, ha="right", va="center")


def blank(width: float, height: float) -> "Figure":
    """Return an empty figure of that size in inches, which needs no display."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, facecolor=PAPER)


def wrapped(text: str, inches: float, size: float) -> str:
    """Return the text in lines of about that width, for letters of `size` points."""
    letters = max(4, int(inches / (LETTER * size)))
    return "\n".join(line for part in text.split("\n") for line in textwrap.wrap(part, letters) or [""])


def _lines(text: str) -> int:
    return text.count("\n") + 1


def _show(axes: "Axes", image: Tensor) -> None:
    axes.imshow(to_picture(image).numpy(), interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(color=HAIR, linewidth=0.6)
