"""Hybrids: the filters against scipy and Fourier, and what a known world shows from afar."""

import math

import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from course.toolkit import seeds
from solutions.part_a.s1_4_iterative import strided_timesteps
from solutions.part_a.s1_6_guidance import estimate_noise_cfg
from solutions.part_a.s1_9_hybrids import from_afar, high_pass, hybrid_estimate, low_pass, make_hybrids

GAMMA, KERNEL = 7.0, (5, 1.0)


@pytest.mark.parametrize(("size", "kernel"), [(64, ()), (20, ()), (16, (7, 1.5))])
def test_low_pass_agrees_with_scipy(size: int, kernel: tuple) -> None:
    image = seeds.noise((1, 3, size, size), seeds.generator(29), dtype=torch.float64)
    kernel_size, sigma = kernel or (33, 2.0)
    theirs = gaussian_filter(image.numpy(), sigma, radius=kernel_size // 2, mode="mirror", axes=(2, 3))
    torch.testing.assert_close(low_pass(image, *kernel), torch.from_numpy(theirs), rtol=0, atol=1e-6)


@pytest.mark.parametrize("function", [low_pass, high_pass, hybrid_estimate, make_hybrids])
def test_the_kernel_of_the_assignment(function) -> None:
    """33 is by its far weights, e⁻³², no different from 31, so it is read off here."""
    assert function.__defaults__ == (33, 2.0)


def test_the_passes_add_up_to_the_image() -> None:
    image = seeds.noise((2, 3, 24, 24), seeds.generator(29))
    for kernel in ((), KERNEL):
        together = low_pass(image, *kernel) + high_pass(image, *kernel)
        torch.testing.assert_close(together, image, rtol=0, atol=1e-6)


def test_a_wave_shrinks_as_fourier_says() -> None:
    """A Gaussian of σ = 2 leaves exp(-σ²ω²/2) of a wave of frequency ω."""
    for waves in (2, 8):
        omega = 2 * math.pi * waves / 64
        wave = torch.cos(omega * torch.arange(64.0)).expand(1, 3, 64, 64)
        middle = slice(20, 44)
        expected = math.exp(-2 * omega**2) * wave
        torch.testing.assert_close(
            low_pass(wave)[..., middle, middle], expected[..., middle, middle], rtol=0, atol=1e-4
        )


def test_a_flat_image_has_no_high_frequencies() -> None:
    flat = torch.full((1, 3, 20, 20), 0.7)
    torch.testing.assert_close(low_pass(flat), flat)
    torch.testing.assert_close(high_pass(flat), torch.zeros_like(flat))


@pytest.fixture
def embeds(miniature) -> tuple[Tensor, Tensor, Tensor]:
    return miniature.embed("a pencil"), miniature.embed("a rocket ship"), miniature.embed("")


def test_one_prompt_twice_is_plain_guidance(miniature, embeds) -> None:
    unet, x_t = miniature.stage_1.unet, seeds.noise((1, 3, 8, 8), seeds.generator(29))
    prompt, other, null = embeds
    expected, variance = estimate_noise_cfg(unet, x_t, 480, prompt, null, GAMMA)
    found, found_variance = hybrid_estimate(unet, x_t, 480, prompt, prompt, null, GAMMA, *KERNEL)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(found_variance, variance)
    different, _ = hybrid_estimate(unet, x_t, 480, prompt, other, null, GAMMA, *KERNEL)
    assert float((different - expected).abs().max()) > 1e-2


def test_far_is_low_and_close_is_high(miniature, embeds) -> None:
    """Exchanging the prompts keeps the sum of the two estimates, and each has its own prompt's part."""
    unet, x_t = miniature.stage_1.unet, seeds.noise((1, 3, 8, 8), seeds.generator(29))
    far, close, null = embeds
    eps = [estimate_noise_cfg(unet, x_t, 480, prompt, null, GAMMA)[0] for prompt in (far, close)]
    one_way, _ = hybrid_estimate(unet, x_t, 480, far, close, null, GAMMA, *KERNEL)
    other_way, _ = hybrid_estimate(unet, x_t, 480, close, far, null, GAMMA, *KERNEL)
    torch.testing.assert_close(one_way + other_way, eps[0] + eps[1], rtol=0, atol=1e-5)
    blurred = gaussian_filter((eps[0] - eps[1]).double().numpy(), 1.0, radius=2, mode="mirror", axes=(2, 3))
    expected = eps[1].double() + torch.from_numpy(blurred)
    torch.testing.assert_close(one_way.double(), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("size", "count", "kernel"), [(8, 400, KERNEL), (18, 80, ())])
def test_shows_one_mean_from_afar_and_the_other_close(
    world, picture, embed, surprise, size: int, count: int, kernel: tuple
) -> None:
    """Of Gaussians with equal spread, the samples are N(low m_1 + high m_2, s²), guidance included."""
    null, far, close = (0.3 * picture(i, size) for i in range(3))
    loop = make_hybrids(
        world.stage,
        (count, 3, size, size),
        strided_timesteps(),
        embed(far, count),
        embed(close, count),
        embed(null, count),
        GAMMA,
        seeds.generator(29),
        *kernel,
    )
    *others, last = loop
    assert len(others) == 32
    low, high = (null + GAMMA * (mean - null) for mean in (far, close))
    right = low_pass(low, *kernel) + high_pass(high, *kernel)
    wrong = low_pass(high, *kernel) + high_pass(low, *kernel)
    root = float(world.alpha_bar[0].sqrt())
    assert surprise(last, root * right, world.variance(0)) < 1
    assert surprise(last, root * wrong, world.variance(0)) > 1


def test_from_afar_is_small_on_white() -> None:
    image = torch.full((2, 3, 64, 64), -0.5)
    small = from_afar(image)
    assert small.shape == image.shape
    torch.testing.assert_close(small[..., 24:40, 24:40], image[..., 24:40, 24:40])
    margin = torch.ones(64, 64, dtype=torch.bool)
    margin[24:40, 24:40] = False
    assert bool((small[..., margin] == 1).all())


@pytest.mark.parametrize("size", [8, 30, 33])
def test_from_afar_keeps_the_shape(size: int) -> None:
    assert from_afar(torch.zeros(1, 3, size, size)).shape == (1, 3, size, size)
