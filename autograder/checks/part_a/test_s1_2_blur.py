"""Checks of A 1.2, classical denoising."""

import torch
from hypothesis import given

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import FACTORS, close
from autograder.checks.student import Student


@exercise("blur_denoise", weight=2)
def test_default(agree: Agree, draw: Draw) -> None:
    """By default the kernel has 5 × 5 pixels and σ = 2."""
    agree(draw.noise(2, 16))


@exercise("blur_denoise", weight=2)
def test_parameters(agree: Agree, draw: Draw) -> None:
    """Kernel size and σ can be chosen."""
    for kernel_size in (3, 7, 9):
        agree(draw.noise(2, 16), kernel_size, draw.number(0.5, 3))


@exercise("blur_denoise")
@given(value=FACTORS)
def test_constant(student: Student, value: float) -> None:
    """A constant image stays constant, also at its borders."""
    image = torch.full((1, 3, 12, 12), value)
    assert close(student(image), image), f"an image of {value:g} everywhere comes back changed"
