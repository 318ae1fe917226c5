"""Figures hold every image and every word, and need no display."""

import io
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from course.toolkit import figures

LONG = "an oil painting of people around a campfire, upside down, after forty inference steps"


def image(size: int = 32, channels: int = 3) -> torch.Tensor:
    return torch.linspace(-1, 1, channels * size * size).reshape(channels, size, size)


def shown(figure) -> list[np.ndarray]:
    return [axes.images[0].get_array() for axes in figure.axes]


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def test_grid_shows_every_image_in_its_place() -> None:
    a, b, c = (torch.full((3, 4, 4), value) for value in (-1.0, 0.0, 1.0))
    figure = figures.grid([[a, b[None]], [c]])
    assert [int(levels[0, 0, 0]) for levels in shown(figure)] == [0, 128, 255]
    left, right, below = (axes.get_position() for axes in figure.axes)
    assert right.x0 > left.x1
    assert below.y1 < left.y0
    assert below.x0 == pytest.approx(left.x0)


def test_blanks_are_allowed() -> None:
    figure = figures.grid([[None, image(), None], [None]], rows=["a", "b"], columns=["c", "d", "e"])
    assert len(figure.axes) == 1


def test_grey_and_wide_images() -> None:
    figure = figures.grid([[image(28, 1), torch.zeros(1, 1, 28, 28), torch.zeros(3, 8, 16)]])
    assert [levels.shape for levels in shown(figure)] == [(28, 28, 3), (28, 28, 3), (8, 16, 3)]


def test_every_word_is_written() -> None:
    figure = figures.grid([[image()]], title=LONG, rows=[LONG], columns=[LONG])
    assert [text.replace("\n", " ") for text in texts(figure)] == [LONG] * 3


@pytest.mark.parametrize("count", [1, 5])
def test_texts_lie_inside_and_never_on_images(count: int) -> None:
    figure = figures.grid([[image()] * count] * 2, title=LONG, rows=[LONG] * 2, columns=[LONG] * count)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.texts]
    for box in boxes:
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(axes.get_window_extent()) for axes in figure.axes)
    assert not any(first.overlaps(second) for first in boxes for second in boxes if first is not second)


@pytest.mark.parametrize("size", [32, 64])
def test_every_pixel_is_a_crisp_square(tmp_path: Path, size: int) -> None:
    checks = (torch.arange(size) % 2 * 2.0 - 1).expand(3, size, size)
    figures.save(figures.filmstrip([checks, checks], ["a", "b"], "title"), tmp_path / "a.png")
    row = np.asarray(Image.open(tmp_path / "a.png").convert("L"))[-200].astype(int)
    edges = np.flatnonzero(abs(np.diff(row)) > 250)
    widths = {int(b - a) for a, b in pairwise(edges)}
    assert 256 // size in widths
    assert len(edges) >= 2 * (size - 3)
    assert all(abs(width - 256 // size) <= 1 or width > 10 for width in widths)


@pytest.mark.parametrize("images", [[], [[]], [[], []]])
def test_no_images_is_an_error(images: list[list[torch.Tensor]]) -> None:
    with pytest.raises(ValueError, match="images is empty"):
        figures.grid(images)


@pytest.mark.parametrize("labels", [{"rows": ["a", "b"]}, {"columns": []}])
def test_labels_must_fit(labels: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"labels for 1 (rows|columns)"):
        figures.grid([[image()]], **labels)


def test_before_after() -> None:
    figure = figures.before_after([image(), image()], [image(), image()], labels=("noisy", "clean"))
    assert len(figure.axes) == 4
    assert {"noisy", "clean"} <= set(texts(figure))
    with pytest.raises(ValueError, match="2 images before and 1 after"):
        figures.before_after([image(), image()], [image()])


def test_loss_curve_shows_all_and_their_moving_average() -> None:
    losses = [float(4 - i % 2 * 2) for i in range(100)]
    axes = figures.loss_curve(losses, smoothing=0.1, title=LONG, steps_per_epoch=10).axes[0]
    raw, smooth = axes.lines
    assert list(raw.get_ydata()) == losses
    assert raw.get_xdata()[-1] == 10
    assert list(smooth.get_ydata()[:2]) == [4, 3]
    assert smooth.get_ydata()[-1] == pytest.approx(3)
    assert axes.get_yscale() == "log"
    assert axes.get_xlabel() == "epoch"


def test_one_loss_is_a_curve_and_none_is_an_error() -> None:
    figures.save(figures.loss_curve([1.0]), io.BytesIO())
    with pytest.raises(ValueError, match="losses is empty"):
        figures.loss_curve([])


def test_gif_keeps_frames_colours_and_pace(tmp_path: Path) -> None:
    frames = [torch.full((3, 8, 8), level) for level in (-1.0, 0.0, 1.0)]
    figures.save_gif(frames, tmp_path / "a.gif", fps=20, scale=2)
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.n_frames, gif.size, gif.info["loop"]) == (3, (16, 16), 0)
        for place, (level, pause) in enumerate([(0, 50), (128, 50), (255, 1000)]):
            gif.seek(place)
            assert gif.info["duration"] == pause
            assert abs(gif.convert("L").getpixel((3, 3)) - level) <= 1


def test_gif_of_equal_frames_and_errors(tmp_path: Path) -> None:
    figures.save_gif([image()] * 3, tmp_path / "a.gif")
    with pytest.raises(ValueError, match="frames is empty"):
        figures.save_gif([], tmp_path / "b.gif")
    with pytest.raises(ValueError, match="fps = 0"):
        figures.save_gif([image()], tmp_path / "b.gif", fps=0)


def test_no_display_and_no_early_import() -> None:
    heavy = "{'matplotlib', 'torchvision', 'diffusers'}"
    code = f"import sys, course.toolkit.figures; print({heavy} & set(sys.modules))"
    root = Path(figures.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout == "set()\n"
    assert "matplotlib.pyplot" not in Path(figures.__file__).read_text(encoding="utf-8")


def test_digits_become_grey_images() -> None:
    images = figures.digits(torch.tensor([0.0, 0.5, 1.0, 7.0]).view(2, 1, 1, 2))
    assert [image.flatten().tolist() for image in images] == [[-1, 0], [1, 1]]
    assert images[0].shape == (1, 1, 2)


def test_a_mosaic_has_every_digit_in_its_place() -> None:
    shades = torch.tensor([0.0, 0.25, 0.75, 0.25, 1.0]).view(5, 1, 1, 1).expand(5, 1, 3, 4)
    mosaic = figures.mosaic(shades, columns=3, gap=1)
    assert mosaic.shape == (1, 2 * 4 + 1, 3 * 5 + 1)
    places = [
        mosaic[0, 1 + 4 * row : 4 + 4 * row, 1 + 5 * i : 5 + 5 * i] for row in range(2) for i in range(3)
    ]
    for place, shade in zip(places, [-1, -0.5, 0.5, -0.5, 1, 0], strict=True):
        assert torch.equal(place, torch.full((3, 4), float(shade)))
    assert not mosaic[0, ::4].any()
    assert not mosaic[0, :, ::5].any()


@pytest.mark.parametrize(("count", "columns"), [(0, 3), (3, 0)])
def test_a_mosaic_of_nothing(count: int, columns: int) -> None:
    with pytest.raises(ValueError, match="both must be at least 1"):
        figures.mosaic(torch.zeros(count, 1, 2, 2), columns)


@pytest.mark.parametrize(
    ("steps", "count", "expected"),
    [(7, 3, [0, 3, 6]), (300, 2, [0, 299]), (3, 5, [0, 1, 2]), (5, 4, [0, 1, 3, 4])],
)
def test_frames_are_spread_from_first_to_last(steps: int, count: int, expected: list[int]) -> None:
    numbers = [torch.tensor(i) for i in range(steps)]
    assert [int(frame) for frame in figures.spread(numbers, count)] == expected


def test_one_frame_is_no_spread() -> None:
    with pytest.raises(ValueError, match="count = 1, but the first and the last are two"):
        figures.spread([torch.zeros(1)], 1)


@pytest.mark.parametrize(("width", "scale"), [(8, 4), (160, 4), (300, 2), (700, 1)])
def test_wide_animations_are_enlarged_less(tmp_path: Path, width: int, scale: int) -> None:
    figures.save_gif([torch.zeros(1, 4, width)], tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.size == (width * scale, 4 * scale)
