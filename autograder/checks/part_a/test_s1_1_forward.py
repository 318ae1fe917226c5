"""Checks of A 1.1, the forward process."""

import torch
from hypothesis import given

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import ALPHA_BAR, FACTORS, SEEDS, TIMESTEPS, close
from autograder.checks.student import Student


@exercise("forward", weight=8)
def test_equation(agree: Agree, draw: Draw) -> None:
    """At every timestep, x_t is the image and the noise, weighted as in equation (A.2)."""
    alpha_bar = draw.alpha_bar()
    for t in draw.timesteps(4):
        agree(draw.images(), t, alpha_bar, draw.noise())


@exercise("forward")
@given(seed=SEEDS, t=TIMESTEPS, factor=FACTORS)
def test_linear(student: Student, draw: Draw, seed: int, t: int, factor: float) -> None:
    """Scaling image and noise by the same factor scales x_t by that factor."""
    x_0, eps = draw.at(seed).images(), draw.at(seed).noise()
    scaled, plain = student(factor * x_0, t, ALPHA_BAR, factor * eps), student(x_0, t, ALPHA_BAR, eps)
    assert plain.std() > 0.1, "x_t is almost constant, whatever the image and the noise"
    assert close(scaled, factor * plain), f"with the factor {factor:g} at t = {t} it does not"


@exercise("forward")
@given(seed=SEEDS, t=TIMESTEPS)
def test_variance(student: Student, draw: Draw, seed: int, t: int) -> None:
    """An image of unit variance keeps it: x_t of two independent N(0, 1) inputs has variance 1.

    The variance of 12,288 numbers has a standard error of 0.013; 0.1 is 7.8 of those, a false alarm in 10¹⁴.
    """
    x_0, eps = draw.at(seed).noise(32, 16).chunk(2)
    x_t = student(x_0, t, ALPHA_BAR, eps)
    assert abs(x_t.var() - 1) < 0.1, f"at t = {t} the variance is {x_t.var():.3g}"


@exercise("forward")
def test_ends(student: Student, draw: Draw) -> None:
    """Where ᾱ = 1 the image comes back untouched, where ᾱ = 0 only the noise is left; t may be 999."""
    x_0, eps = draw.images(), draw.noise()
    alpha_bar = torch.linspace(1, 0, 1000)
    assert close(student(x_0, 0, alpha_bar, eps), x_0), "where ᾱ = 1, x_t differs from x_0"
    assert close(student(x_0, 999, alpha_bar, eps), eps), "where ᾱ = 0, x_t differs from eps"


@exercise("forward")
def test_manners(student: Student, draw: Draw) -> None:
    """The arguments are left as they were, and shape and dtype are kept."""
    arguments = draw.images(1), 500, ALPHA_BAR, draw.noise(1)
    student.leaves_alone(*arguments)
    student.keeps(*arguments)
