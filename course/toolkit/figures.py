"""Figures of images and of losses, drawn without a display."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import pad

from course.toolkit.images import to_pil
from course.toolkit.sheets import DPI, HAIR, INK, SOFT, Sheet, blank, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACCENT = "#2f5fd0"
WIDEST_GIF = 640


def grid(
    images: Sequence[Sequence[Tensor | None]],
    *,
    title: str = "",
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> "Figure":
    """Return a table of images with a title, a label before every row and a heading over every column.

    images: rows of (3, H, W), (1, 3, H, W) or grey (1, H, W) in [-1, 1]; None, or the end of a shorter row,
    leaves a blank.  Raises ValueError when there is no image, or labels and images differ in number.
    """
    width = max((len(row) for row in images), default=0)
    if not width:
        raise ValueError("images is empty, but a figure needs at least one")
    _check_number("rows", rows, len(images))
    _check_number("columns", columns, width)
    return Sheet(images, title, rows or [], columns or []).draw()


def filmstrip(images: Iterable[Tensor], titles: Sequence[str] | None = None, title: str = "") -> "Figure":
    """Return images in one row, each under its own title; shapes and errors as in `grid`."""
    return grid([list(images)], title=title, columns=titles)


def before_after(
    before: Sequence[Tensor],
    after: Sequence[Tensor],
    *,
    labels: tuple[str, str] = ("before", "after"),
    columns: Sequence[str] | None = None,
    title: str = "",
) -> "Figure":
    """Return two rows of images, the one over the other; shapes and errors as in `grid`."""
    if len(before) != len(after):
        raise ValueError(f"{len(before)} images before and {len(after)} after, but they go in pairs")
    return grid([list(before), list(after)], title=title, rows=labels, columns=columns)


def loss_curve(
    losses: Sequence[float], *, title: str = "", steps_per_epoch: int | None = None, smoothing: float = 0.02
) -> "Figure":
    """Return a curve of positive losses on a logarithmic axis: every one lightly, their course boldly.

    steps_per_epoch: counts epochs instead of steps below.  smoothing: the part of the curve that
    the moving average looks back on.  Raises ValueError when there are no losses.
    """
    if not losses:
        raise ValueError("losses is empty, but a curve needs at least one")
    figure = blank(6.4, 3.6)
    axes = figure.add_axes((0.1, 0.14, 0.86, 0.7))
    places = [(i + 1) / (steps_per_epoch or 1) for i in range(len(losses))]
    axes.plot(places, losses, color=ACCENT, alpha=0.25, linewidth=0.8, label="every step")
    axes.plot(places, _smoothed(losses, smoothing), color=ACCENT, linewidth=2, label="moving average")
    axes.set_yscale("log")
    _dress(axes, "epoch" if steps_per_epoch else "training step", "loss (log scale)")
    axes.set_title(wrapped(title, 5.4, 13), color=INK, size=12, weight="bold", loc="left", pad=10)
    return figure


def digits(images: Tensor) -> list[Tensor]:
    """Return digits (N, 1, H, W) in [0, 1], or somewhat outside, as N grey images (1, H, W) in [-1, 1]."""
    return list(images.detach().float().cpu().clamp(0, 1) * 2 - 1)


def mosaic(images: Tensor, columns: int, gap: int = 2) -> Tensor:
    """Return digits (N, 1, H, W) in [0, 1] row after row in one grey image (1, H′, W′) in [-1, 1].

    gap: how many mid-grey pixels are between two digits and around all.  The last row may be shorter.
    Raises ValueError when there are no digits or no columns.
    """
    if not len(images) or columns < 1:
        raise ValueError(f"{len(images)} digits in {columns} columns, but both must be at least 1")
    framed = pad(torch.stack(digits(images)), (0, gap, 0, gap))
    count, _, height, width = framed.shape
    full = pad(framed, (0, 0, 0, 0, 0, 0, 0, -count % columns))
    tiles = full.reshape(-1, columns, height, width).permute(0, 2, 1, 3)
    return pad(tiles.reshape(1, -1, columns * width), (gap, 0, gap, 0))


def spread(steps: Sequence[Tensor], count: int) -> list[Tensor]:
    """Return `count` of the steps, evenly spread from the first to the last; all when they are fewer.

    Raises ValueError unless count is at least 2.
    """
    if count < 2:
        raise ValueError(f"count = {count}, but the first and the last are two; pass at least 2")
    if len(steps) <= count:
        return list(steps)
    return [steps[round(i * (len(steps) - 1) / (count - 1))] for i in range(count)]


def save_gif(frames: Iterable[Tensor], path: str | Path, fps: float = 10, scale: int | None = None) -> None:
    """Write images, shapes as in `to_picture`, as an endless animation, each pixel `scale` pixels wide.

    scale: by default 4, or less for frames that would become wider than 640.
    The last frame stays for a second.  Raises ValueError when there are no frames, or fps is not positive.
    """
    if fps <= 0:
        raise ValueError(f"fps = {fps}, but must be positive; 10 is usual")
    pictures = [to_pil(frame) for frame in frames]
    if not pictures:
        raise ValueError("frames is empty, but an animation needs at least one")
    scale = scale or max(1, min(4, WIDEST_GIF // pictures[0].width))
    size = pictures[0].width * scale, pictures[0].height * scale
    enlarged = [picture.resize(size, Image.Resampling.NEAREST) for picture in pictures]
    durations = [round(1000 / fps)] * (len(enlarged) - 1) + [1000]
    enlarged[0].save(
        path, format="GIF", save_all=True, append_images=enlarged[1:], duration=durations, loop=0
    )


def save(figure: "Figure", path: str | Path) -> None:
    """Write a figure as a PNG file, with nothing cropped."""
    figure.savefig(path, format="png", dpi=DPI, bbox_inches="tight", pad_inches=0.15)


def _check_number(name: str, labels: Sequence[str] | None, count: int) -> None:
    if labels is not None and len(labels) != count:
        raise ValueError(f"{len(labels)} labels for {count} {name}; pass as many labels as there are {name}")


def _smoothed(losses: Sequence[float], smoothing: float) -> list[float]:
    """Return the mean of the losses up to each one, over a window that is a part `smoothing` of them."""
    window = max(1, round(smoothing * len(losses)))
    sums = list(accumulate(losses, initial=0.0))
    starts = [max(0, i - window) for i in range(1, len(sums))]
    return [(sums[i] - sums[start]) / (i - start) for i, start in enumerate(starts, 1)]


def _dress(axes: "Axes", below: str, beside: str) -> None:
    from matplotlib.ticker import LogFormatter, MaxNLocator

    axes.set_xlabel(below, color=SOFT, size=9)
    axes.set_ylabel(beside, color=SOFT, size=9)
    axes.set_facecolor("white")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(1.5, 0.5)))
    axes.tick_params(which="both", colors=SOFT, labelsize=8, length=0)
    axes.grid(which="major", color=HAIR, linewidth=0.6)
    axes.grid(which="minor", axis="y", color=HAIR, linewidth=0.3)
    axes.spines[:].set_visible(False)
    axes.margins(x=0.01)
    axes.legend(frameon=False, fontsize=8, labelcolor=SOFT, loc="upper right")
