"""Checks of A 1.7.1, drawn and web images."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.student import Student


def picture(draw: Draw, height: int, width: int) -> torch.Tensor:
    """Return a picture of random pixels, (height, width, 3) uint8."""
    return torch.randint(0, 256, (height, width, 3), generator=draw.generator(), dtype=torch.uint8)


@exercise("square_crop", weight=2)
def test_landscape(agree: Agree, draw: Draw) -> None:
    """Of a wide picture the left and right ends are cut away, equally."""
    agree(picture(draw, 10, 16))
    agree(picture(draw, 7, 31))


@exercise("square_crop", weight=2)
def test_portrait(agree: Agree, draw: Draw) -> None:
    """Of a tall picture the top and bottom are cut away, equally."""
    agree(picture(draw, 18, 12))
    agree(picture(draw, 31, 7))


@exercise("square_crop")
@given(height=st.integers(1, 40), width=st.integers(1, 40))
def test_square(student: Student, draw: Draw, height: int, width: int) -> None:
    """The result is a square of pixels of the picture, its side the shorter of height and width."""
    side, square = min(height, width), student.raw(picture(draw, height, width))
    found = tuple(square.shape) if isinstance(square, torch.Tensor) else type(square).__name__
    assert found == (side, side, 3), f"of {height} × {width} pixels it returns {found}"
    assert square.dtype == torch.uint8, f"it returns {square.dtype}, not uint8"
    constant = torch.full((height, width, 3), 77, dtype=torch.uint8)
    assert (student(constant) == 77).all(), "a picture of one colour comes back with others"
