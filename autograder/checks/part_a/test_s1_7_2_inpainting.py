"""Checks of A 1.7.2, inpainting.

The oracle here estimates every pixel on its own, and its add_variance has noise of its own. So what happens
where the mask is 1 does not depend on when and how the kept region draws its noise.
"""

from itertools import pairwise
from math import sqrt

import torch
from torch import Tensor

from autograder.checks import Agree, Right, Unlike, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import GAMMA, Scene, scene
from autograder.checks.student import Student

SIGMAS = 7


def place(draw: Draw, size: int = 8) -> tuple[Scene, Tensor]:
    """Return a scene for inpainting and a mask (1, 1, size, size) with a random box of ones."""
    top, left = draw.integer(0, 3), draw.integer(0, 3)
    mask = torch.zeros(1, 1, size, size)
    mask[..., top : top + 4, left : left + 3] = 1
    return scene(draw, steps=4, size=size, centres=1), mask


@exercise("inpaint", weight=3)
def test_new_region(agree: Agree, draw: Draw) -> None:
    """Where the mask is 1, the image is denoised from pure noise with guidance."""
    where, mask = place(draw)
    stage_1, prompts = where.oracle.stage(), (where.embeds(1), where.embeds(0))
    agree(stage_1, draw.images(), mask, where.timesteps, *prompts, GAMMA, draw.generator(), seen=mask)


@exercise("inpaint", weight=3)
def test_kept_region(student: Student, right: Right, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """Where the mask is 0, every image is the original with the noise that belongs to its timestep.

    So are the images that the UNet is asked about, after the first.

    Mean and variance of 9,216 numbers at least, each within 7 sigma: a false alarm in 10¹¹ checks.
    """
    where, mask = place(draw)
    stage_1, prompts = where.oracle.stage(), (where.embeds(1), where.embeds(0))
    unlike_known_mistakes(stage_1, draw.images(), mask, where.timesteps, *prompts, GAMMA, draw.generator())
    where, mask = place(draw, size=48)
    x_orig, prompts = draw.images(2, 48), (where.embeds(1), where.embeds(0))
    stage_1, generator = where.oracle.stage(), draw.generator()
    loop = stage_1, x_orig, mask, where.timesteps, *prompts, GAMMA, generator
    images = student.images(*loop, shape=where.shape, count=4)
    kept = (1 - mask).expand_as(x_orig).bool()
    for image, steps in zip(images, pairwise(where.timesteps), strict=True):
        levels = [residual(right, where, image, x_orig, t)[kept] for t in steps]
        assert any(map(is_standard_normal, levels)), f"after the step to t′ = {steps[1]} it is not"
    for step, steps in zip(where.oracle.steps[1:], pairwise(where.timesteps), strict=False):
        asked = step.asked.get("the prompt", [])
        assert len(asked) >= len(x_orig), f"at t = {steps[1]} the UNet is not asked about every image"
        seen = torch.stack(asked[: len(x_orig)])
        levels = [residual(right, where, seen, x_orig, t)[kept] for t in steps]
        assert any(map(is_standard_normal, levels)), f"when the UNet is asked about t = {steps[1]} it is not"


@exercise("inpaint")
def test_mask_of_ones(agree: Agree, draw: Draw) -> None:
    """A mask of ones keeps nothing: it is plain sampling with guidance."""
    where, mask = place(draw)
    stage_1, prompts = where.oracle.stage(), (where.embeds(1), where.embeds(0))
    ones = torch.ones_like(mask)
    agree(stage_1, draw.images(), ones, where.timesteps, *prompts, GAMMA, draw.generator(), seen=ones)


def residual(right: Right, where: Scene, image: Tensor, x_orig: Tensor, t: int) -> Tensor:
    """Return what must be N(0, 1) if image is x_orig noised to timestep t."""
    alpha_bar = where.oracle.alpha_bar
    one, zero = torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 1, 1)
    shrunk = right("a1.1.forward", one, t, alpha_bar, zero) * x_orig
    return (image.double() - shrunk) / right("a1.1.forward", zero, t, alpha_bar, one)


def is_standard_normal(numbers: Tensor) -> bool:
    """Tell whether mean and variance are 0 and 1 within SIGMAS standard errors."""
    count = numbers.numel()
    mean, variance = float(numbers.mean()), float(numbers.var())
    return abs(mean) < SIGMAS / sqrt(count) and abs(variance - 1) < SIGMAS * sqrt(2 / count)
