"""Anagrams: the view, the symmetry of the estimate, and what a known world shows upside down."""

import pytest
import torch
from torch import Tensor

from course.toolkit import seeds
from solutions.part_a.s1_4_iterative import strided_timesteps
from solutions.part_a.s1_6_guidance import estimate_noise_cfg
from solutions.part_a.s1_8_anagrams import anagram_estimate, rotate_180, visual_anagrams

GAMMA = 7.0


def test_is_torchs_rotation_twice() -> None:
    image = seeds.noise((2, 3, 5, 8), seeds.generator(29))
    assert torch.equal(rotate_180(image), torch.rot90(image, 2, dims=(-2, -1)))
    assert torch.equal(rotate_180(rotate_180(image)), image)


def test_noise_stays_noise() -> None:
    image = seeds.noise((1, 3, 8, 8), seeds.generator(29))
    assert torch.equal(rotate_180(image).flatten().sort()[0], image.flatten().sort()[0])


@pytest.fixture
def embeds(miniature) -> tuple[Tensor, Tensor, Tensor]:
    return miniature.embed("a pencil"), miniature.embed("a rocket ship"), miniature.embed("")


def test_turning_the_image_exchanges_the_prompts(miniature, embeds) -> None:
    """On any UNet: the estimate of the turned image for (2, 1) is the turned estimate for (1, 2)."""
    first, second, null = embeds
    unet, x_t = miniature.stage_1.unet, seeds.noise((1, 3, 8, 8), seeds.generator(29))
    upright, _ = anagram_estimate(unet, x_t, 480, first, second, null, GAMMA)
    turned, _ = anagram_estimate(unet, rotate_180(x_t), 480, second, first, null, GAMMA)
    torch.testing.assert_close(turned, rotate_180(upright), rtol=0, atol=1e-4)
    unchanged, _ = anagram_estimate(unet, x_t, 480, second, first, null, GAMMA)
    assert float((unchanged - upright).abs().max()) > 1e-2


def test_is_the_mean_of_two_guided_estimates(miniature, embeds) -> None:
    """Put together here from views that are spelled out pixel by pixel."""
    first, second, null = embeds
    unet, x_t = miniature.stage_1.unet, seeds.noise((1, 3, 8, 8), seeds.generator(29))
    turned = torch.stack([torch.stack([row.flip(-1) for row in x_t.unbind(2)][::-1], dim=2)])[0]
    eps_1, variance = estimate_noise_cfg(unet, x_t, 480, first, null, GAMMA)
    eps_2, _ = estimate_noise_cfg(unet, turned, 480, second, null, GAMMA)
    found, found_variance = anagram_estimate(unet, x_t, 480, first, second, null, GAMMA)
    torch.testing.assert_close(found, 0.5 * eps_1 + 0.5 * torch.rot90(eps_2, 2, dims=(2, 3)))
    assert torch.equal(found_variance, variance)


def test_shows_one_mean_upright_and_the_other_turned(world, picture, embed, surprise) -> None:
    """Of Gaussians with equal spread, the samples are N((m_1 + turned m_2) / 2, s²), guidance included."""
    null, first, second = picture(0) * 0.3, picture(1) * 0.3, picture(2) * 0.3
    loop = visual_anagrams(
        world.stage,
        (400, 3, 8, 8),
        strided_timesteps(),
        embed(first),
        embed(second),
        embed(null),
        GAMMA,
        seeds.generator(29),
    )
    *others, last = loop
    assert len(others) == 32
    guided_1, guided_2 = (null + GAMMA * (mean - null) for mean in (first, second))
    root = float(world.alpha_bar[0].sqrt())
    right = root * (guided_1 + torch.rot90(guided_2, 2, dims=(2, 3))) / 2
    mirrored = root * (guided_1 + guided_2.flip(2)) / 2
    assert surprise(last, right, world.variance(0)) < 1
    assert surprise(last, mirrored, world.variance(0)) > 1


def test_begins_with_the_generators_noise(world, picture, embed) -> None:
    embeds = [embed(picture(i), 2) for i in range(3)]
    loop = visual_anagrams(
        world.stage, (2, 3, 8, 8), strided_timesteps(), *embeds, GAMMA, seeds.generator(29)
    )
    next(loop)
    noise = seeds.noise((2, 3, 8, 8), seeds.generator(29))
    assert [t for t, _, _ in world.calls] == [990, 990]
    assert torch.equal(world.calls[0][1][:2], noise)
    assert torch.equal(world.calls[1][1][:2], torch.rot90(noise, 2, dims=(2, 3)))
