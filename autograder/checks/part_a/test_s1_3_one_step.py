"""Checks of A 1.3, one-step denoising."""

import torch
from hypothesis import given

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import ALPHA_BAR, FACTORS, SEEDS, TIMESTEPS, close, scene
from autograder.checks.student import Student


@exercise("estimate_noise", weight=3)
def test_halves(agree: Agree, draw: Draw) -> None:
    """The first three channels of the UNet's answer are the noise estimate, the last three the variance."""
    where = scene(draw)
    for t in draw.timesteps(3):
        agree(where.oracle.unet, draw.noise(), t, where.embeds(1))


@exercise("estimate_noise")
def test_prompts(agree: Agree, draw: Draw) -> None:
    """Every sample is estimated with its own prompt."""
    where = scene(draw)
    embeds = torch.cat([where.embeds(1)[:1], where.embeds(2)[:1]])
    agree(where.oracle.unet, draw.noise(), draw.integer(1, 999), embeds)


@exercise("estimate_clean", weight=6)
def test_equation(agree: Agree, draw: Draw) -> None:
    """At every timestep, x̂_0 is equation (A.2) solved for the image."""
    alpha_bar = draw.alpha_bar()
    for t in draw.timesteps(4):
        agree(draw.noise(), t, alpha_bar, draw.noise())


@exercise("estimate_clean")
@given(seed=SEEDS)
def test_inverse(student: Student, draw: Draw, seed: int) -> None:
    """It undoes the forward process: 0.8 x_0 + 0.6 ε, where ᾱ = 0.64, gives back x_0."""
    x_0, eps = draw.at(seed).images(), draw.at(seed).noise()
    x0_hat = student(0.8 * x_0 + 0.6 * eps, 500, torch.full((1000,), 0.64), eps)
    assert close(x0_hat, x_0), "it gives something else"


@exercise("estimate_clean")
@given(seed=SEEDS, t=TIMESTEPS.filter(lambda t: t < 900), factor=FACTORS)
def test_linear(student: Student, draw: Draw, seed: int, t: int, factor: float) -> None:
    """Scaling image and noise by the same factor scales the estimate; it is not clamped."""
    x_t, eps_hat = draw.at(seed).noise(4).chunk(2)
    plain = student(x_t, t, ALPHA_BAR, eps_hat)
    scaled = student(factor * x_t, t, ALPHA_BAR, factor * eps_hat)
    assert plain.std() > 0.1, "the estimate is almost constant"
    assert close(scaled, factor * plain, 1e-3), f"with the factor {factor:g} at t = {t} it does not"


@exercise("estimate_clean")
def test_manners(student: Student, draw: Draw) -> None:
    """The arguments are left as they were, and shape and dtype are kept."""
    arguments = draw.noise(1), 500, ALPHA_BAR, draw.noise(1)
    student.leaves_alone(*arguments)
    student.keeps(*arguments)
