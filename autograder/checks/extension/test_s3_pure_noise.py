"""Checks of X 3, a denoiser of nothing but noise."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Agree, exercise
from autograder.checks.digit_scenes import noise, pictures
from autograder.checks.draws import Draw
from autograder.checks.examples import SEEDS
from autograder.checks.student import Student


@exercise("best_constant", weight=3)
def test_image(agree: Agree, draw: Draw) -> None:
    """It is the one image (C, H, W) with the least mean squared error, for any number of images."""
    for count in (1, draw.integer(2, 5), draw.integer(6, 20)):
        agree(skewed(draw, count))


@exercise("best_constant", weight=2)
@given(seed=SEEDS, length=st.floats(0.01, 0.5))
def test_least(student: Student, draw: Draw, seed: int, length: float) -> None:
    """A step from it in any direction makes the mean squared error larger, by the square of the step."""
    here, images = draw.at(seed), skewed(draw.at(seed), 9)
    best, step = student(images), length * noise(here, 1)[0].double()
    assert best.shape == images.shape[1:], f"it has the shape {tuple(best.shape)}, not that of an image"
    rise = error(best + step, images) - error(best, images)
    assert rise > 0, f"a step of {length:g} makes the error smaller"
    assert abs(rise - float(step.square().mean())) < 1e-4, "the error does not rise as it does from the least"


@exercise("best_constant")
def test_manners(student: Student, draw: Draw) -> None:
    """The images are left as they were, and their dtype is kept."""
    images = pictures(draw, 3)
    student.leaves_alone(images)
    found = student.raw(images.double())
    assert isinstance(found, Tensor), "it returns no tensor"
    assert found.dtype == torch.float64, f"given float64, it returns {found.dtype}"


def skewed(draw: Draw, count: int) -> Tensor:
    """Return pictures with many dark pixels and a few bright ones, as digits have."""
    return pictures(draw, count) ** 3


def error(image: Tensor, images: Tensor) -> float:
    """Return the mean squared error of one image to all."""
    return float((image.double() - images.double()).square().mean(dtype=torch.float64))
