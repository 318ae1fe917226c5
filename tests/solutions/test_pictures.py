"""The committed pictures are those that the code draws."""

import numpy as np
import pytest
import torch
from PIL import Image

from course.toolkit import images
from solutions import pictures
from solutions.pictures.canvas import Canvas, blend


def test_the_bundled_pictures_are_those_drawn() -> None:
    assert images.names() == sorted(pictures.DRAWINGS)


@pytest.mark.parametrize("name", pictures.DRAWINGS)
def test_committed_files_equal_the_code(name: str) -> None:
    """Versions of Pillow may round an edge differently; a shape that moves is more than that."""
    file = images.PICTURES / f"{name}.png"
    committed = np.asarray(Image.open(file).convert("RGB"), dtype=int)
    drawn = np.asarray(pictures.picture(name), dtype=int)
    assert committed.shape == drawn.shape == ((480, 640, 3) if name == "web" else (512, 512, 3))
    difference = abs(committed - drawn).max(axis=2)
    assert (difference > 8).mean() < 0.01
    assert difference.mean() < 0.25
    assert file.stat().st_size < 100_000


def test_drawing_twice_gives_the_same_bytes(tmp_path) -> None:
    first, second = (pictures.write(tmp_path / name) for name in ("a", "b"))
    assert len(first) == 6
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(first, second, strict=True))


def test_the_default_mask_covers_the_top_of_the_campanile() -> None:
    """Above row 20 nothing but sky is left and right of the mask; the tower is all within."""
    image, mask = images.load_image("campanile", 64), images.box_mask((2, 20), (24, 42), 64)
    red = image[:, 0]
    tower = (red > 0) & (mask[:, 0] > 0)
    columns = tower[0, 2:20].any(dim=0).nonzero().flatten()
    assert 26 <= int(columns.min()) < int(columns.max()) <= 40
    assert float(tower.sum()) > 80
    assert not bool((red[0, :2] > 0).any())
    assert not bool((red[0, 2:20, 42:] > 0.5).any())


def test_the_moon_lies_within_the_mask_of_the_skyline() -> None:
    image, mask = images.load_image("skyline", 64), images.box_mask((4, 28), (36, 60), 64)
    moon = (image.amin(dim=1) > 0.2) & (torch.arange(64) < 30)[None, :, None]
    assert int(moon.sum()) > 100
    assert not bool((moon & (mask[:, 0] == 0)).any())


def test_canvas_counts_in_units() -> None:
    canvas = Canvas(8, 4)
    canvas.box(2, 1, 4, 3, "#ff0000")
    picture = np.asarray(canvas.developed())
    assert picture.shape == (32, 64, 3)
    red = (picture == [255, 0, 0]).all(axis=2)
    assert red[8:24, 16:32].all()
    assert red.sum() == 16 * 16


def test_blend_goes_from_one_colour_to_the_other() -> None:
    blends = [blend("#000000", "#ff8000", share) for share in (0, 0.5, 1)]
    assert blends == ["#000000", "#804000", "#ff8000"]
