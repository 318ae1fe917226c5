"""Inpainting: all new, all kept, both, and masks that fit nothing."""

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from course.toolkit import seeds
from solutions.part_a.s1_4_iterative import strided_timesteps
from solutions.part_a.s1_6_guidance import iterative_denoise_cfg
from solutions.part_a.s1_7_2_inpainting import inpaint

GAMMA = 7.0


@pytest.fixture
def prompts(picture, embed) -> tuple[Tensor, Tensor]:
    return embed(picture(1) * 0.4, 2), embed(picture(0) * 0.4, 2)


def test_a_mask_of_ones_is_plain_guided_sampling(world, picture, prompts) -> None:
    x_orig, ones, timesteps = picture(5).expand(2, -1, -1, -1), torch.ones(1, 1, 8, 8), strided_timesteps()
    generator = seeds.generator(29)
    found = list(inpaint(world.quiet_stage, x_orig, ones, timesteps, *prompts, GAMMA, generator))
    x_t = seeds.noise((2, 3, 8, 8), seeds.generator(29))
    expected = iterative_denoise_cfg(
        world.quiet_stage, x_t, 0, timesteps, *prompts, GAMMA, seeds.generator(0)
    )
    assert len(found) == 33
    assert all(map(torch.equal, found, expected))


def kept_noise(world, images: list[Tensor], x_orig: Tensor) -> list[Tensor]:
    """Return what must be N(0, 1) if the images are x_orig, noised to the timestep after each step."""
    levels = [float(world.alpha_bar[t]) for t in strided_timesteps()[1:]]
    pairs = zip(images, levels, strict=True)
    return [(image - math.sqrt(level) * x_orig) / math.sqrt(1 - level) for image, level in pairs]


def test_a_mask_of_zeros_is_the_original_with_fresh_noise(world, picture, embed, surprise) -> None:
    """At the noise level that the image has after the step; no two steps share their noise."""
    x_orig = picture(5).expand(400, -1, -1, -1)
    prompts = embed(picture(1)), embed(picture(0))
    zeros, generator = torch.zeros(1, 1, 8, 8), seeds.generator(29)
    loop = inpaint(world.stage, x_orig, zeros, strided_timesteps(), *prompts, GAMMA, generator)
    noises = kept_noise(world, list(loop), x_orig)
    assert all(surprise(noise, torch.zeros(1, 3, 8, 8), 1.0) < 1 for noise in noises)
    correlations = [float((a * b).mean()) * math.sqrt(a.numel()) for a, b in pairwise(noises)]
    assert max(map(abs, correlations)) < 5.5


def test_each_pixel_is_of_its_own_side(world, picture, prompts) -> None:
    """Where the mask is 1 the original does not matter, where it is 0 the prompts do not."""
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 2:5, 1:7] = 1

    def last(x_orig: Tensor, prompts: tuple[Tensor, Tensor]) -> Tensor:
        generator = seeds.generator(29)
        loop = inpaint(world.stage, x_orig, mask, strided_timesteps(), *prompts, GAMMA, generator)
        return list(loop)[-1]

    x_orig = picture(5).expand(2, -1, -1, -1)
    base, other_image, other_prompt = (
        last(x_orig, prompts),
        last(-x_orig, prompts),
        last(x_orig, prompts[::-1]),
    )
    new = mask.expand_as(base).bool()
    assert torch.equal(base[new], other_image[new])
    assert torch.equal(base[~new], other_prompt[~new])
    assert not torch.equal(base[~new], other_image[~new])
    assert not torch.equal(base[new], other_prompt[new])


@pytest.mark.parametrize("shape", [(2, 1, 8, 8), (1, 3, 8, 8), (2, 3, 8, 8)])
def test_masks_of_their_own_for_images_and_channels(world, picture, prompts, shape: tuple[int, ...]) -> None:
    x_orig, mask = picture(5).expand(2, -1, -1, -1), torch.zeros(shape)
    mask[-1, -1, :4] = 1
    wide, timesteps = mask.expand(2, 3, -1, -1), strided_timesteps()
    found, expected = (
        list(inpaint(world.stage, x_orig, m, timesteps, *prompts, GAMMA, seeds.generator(29)))[-1]
        for m in (mask, wide)
    )
    assert torch.equal(found, expected)
    assert not torch.equal(found[0], found[1])


def test_a_soft_mask_blends(world, picture, prompts) -> None:
    x_orig, steps = picture(5).expand(2, -1, -1, -1), [990, 960]
    half, one, zero = (
        next(
            inpaint(
                world.stage,
                x_orig,
                torch.full((1, 1, 8, 8), value),
                steps,
                *prompts,
                GAMMA,
                seeds.generator(29),
            )
        )
        for value in (0.5, 1.0, 0.0)
    )
    torch.testing.assert_close(half, (one + zero) / 2)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (torch.zeros(8, 8), r"the mask has the shape \(8, 8\), the image wants \(1 or 2, 1 or 3, 8, 8\)"),
        (torch.zeros(1, 1, 8, 9), r"the mask has the shape \(1, 1, 8, 9\), .*; resize the mask"),
        (torch.zeros(3, 1, 8, 8), r"the mask has the shape \(3, 1, 8, 8\), .*; resize the mask"),
        (torch.zeros(1, 2, 8, 8), r"the mask has the shape \(1, 2, 8, 8\), .*; resize the mask"),
        (torch.full((1, 1, 8, 8), 255.0), r"values from 255 to 255, not in \[0, 1\]; 1 means new content"),
        (torch.full((1, 1, 8, 8), -0.5), r"values from -0.5 to -0.5, not in \[0, 1\]; 1 means new content"),
    ],
)
def test_masks_that_do_not_fit(world, picture, prompts, mask: Tensor, message: str) -> None:
    x_orig, generator = picture(5).expand(2, -1, -1, -1), seeds.generator(29)
    loop = inpaint(world.stage, x_orig, mask, strided_timesteps(), *prompts, GAMMA, generator)
    with pytest.raises(ValueError, match=message):
        next(loop)
