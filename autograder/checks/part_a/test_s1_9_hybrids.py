"""Checks of A 1.9, hybrid images."""

import torch
from hypothesis import given

from autograder.checks import Agree, Right, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import FACTORS, GAMMA, SEEDS, close, scene
from autograder.checks.student import Student

KERNEL = 5, 1.0


@exercise("low_pass", weight=2)
def test_default(agree: Agree, draw: Draw) -> None:
    """By default it blurs with a kernel of 33 × 33 pixels and σ = 2."""
    agree(draw.noise(1, 24))


@exercise("low_pass")
def test_parameters(agree: Agree, draw: Draw) -> None:
    """Kernel size and σ can be chosen."""
    agree(draw.noise(2, 20), 7, draw.number(0.5, 1.5))


@exercise("low_pass")
@given(value=FACTORS)
def test_constant(student: Student, value: float) -> None:
    """A constant image has low frequencies only."""
    image = torch.full((1, 3, 20, 20), value)
    assert close(student(image), image), f"an image of {value:g} everywhere comes back changed"


@exercise("high_pass", weight=2)
def test_high(agree: Agree, draw: Draw) -> None:
    """It keeps what the low pass takes away, with the same kernel."""
    agree(draw.noise(1, 24))
    agree(draw.noise(2, 20), 7, draw.number(0.5, 1.5))


@exercise("high_pass")
@given(seed=SEEDS)
def test_sum(student: Student, draw: Draw, seed: int) -> None:
    """Low and high frequencies add up to the image, and a constant has no high ones."""
    image = draw.at(seed).images(1, 12)
    low, high = student.call("low_pass", image, *KERNEL), student(image, *KERNEL)
    assert isinstance(low, torch.Tensor), "low_pass returns no tensor"
    assert high.shape == low.shape, f"the shapes differ: {tuple(low.shape)} and {tuple(high.shape)}"
    assert close(low + high, image), "they do not add up"
    assert close(student(torch.ones(1, 3, 12, 12), *KERNEL), torch.zeros(1, 3, 12, 12)), "a constant has some"


@exercise("hybrid_estimate", weight=3)
def test_estimate(agree: Agree, draw: Draw) -> None:
    """The far prompt's low frequencies plus the close prompt's high ones."""
    where = scene(draw, size=20, count=1, plain=True)
    prompts = where.embeds(1), where.embeds(2), where.embeds(0)
    agree(where.oracle.unet, draw.noise(1, 20), draw.integer(300, 900), *prompts, GAMMA)
    agree(where.oracle.unet, draw.noise(1, 20), draw.integer(300, 900), *prompts, GAMMA, *KERNEL)


@exercise("hybrid_estimate")
def test_same_prompt(student: Student, right: Right, draw: Draw) -> None:
    """With the same prompt twice it is the plain guided estimate."""
    where, x_t = scene(draw, plain=True), draw.noise()
    prompt, null = where.embeds(1), where.embeds(0)
    plain = right("a1.6.estimate_noise_cfg", where.oracle.unet, x_t, 500, prompt, null, GAMMA)
    arguments = where.oracle.unet, x_t, 500, prompt, prompt, null, GAMMA, *KERNEL
    hybrid, _ = student.pair(*arguments, shape=where.shape)
    assert close(hybrid, plain), "it is not"


@exercise("make_hybrids", weight=3)
def test_trajectory(agree: Agree, draw: Draw) -> None:
    """From the generator's noise, every step follows the hybrid estimate."""
    where = scene(draw, size=18, steps=4, count=1, plain=True)
    prompts = where.embeds(1), where.embeds(2), where.embeds(0)
    agree(where.oracle.stage(), where.shape, where.timesteps, *prompts, GAMMA, draw.generator(), *KERNEL)


@exercise("make_hybrids")
def test_default_kernel(agree: Agree, draw: Draw) -> None:
    """The default kernel is used where none is given."""
    where = scene(draw, size=18, steps=2, count=1, plain=True)
    prompts = where.embeds(1), where.embeds(2), where.embeds(0)
    agree(where.oracle.stage(), where.shape, where.timesteps, *prompts, GAMMA, draw.generator())
