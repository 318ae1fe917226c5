"""Estimates of noise and image: inverse to the forward process, and equal to diffusers'."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from course.toolkit import seeds
from solutions.part_a.s1_1_forward import forward
from solutions.part_a.s1_3_one_step import estimate_clean, estimate_noise

ALPHA_BAR = torch.linspace(0.9999, 0.0001, 1000, dtype=torch.float64)


def test_the_two_halves_of_the_unets_output() -> None:
    output = seeds.noise((2, 6, 4, 4), seeds.generator(29))

    def unet(*args: object, **kwargs: object) -> tuple[Tensor]:
        assert args[1] == 480
        assert kwargs == {"encoder_hidden_states": embeds, "return_dict": False}
        assert args[0] is x_t
        return (output,)

    x_t, embeds = torch.zeros(2, 3, 4, 4), torch.zeros(2, 7, 5)
    eps_hat, variance = estimate_noise(unet, x_t, 480, embeds)
    assert torch.equal(eps_hat, output[:, :3])
    assert torch.equal(variance, output[:, 3:])


@given(t=st.integers(0, 999), seed=st.integers(0, 2**32))
def test_undoes_the_forward_process(t: int, seed: int) -> None:
    x_0, eps = seeds.noise((2, 1, 3, 4, 4), seeds.generator(seed), dtype=torch.float64)
    found = estimate_clean(forward(x_0, t, ALPHA_BAR, eps), t, ALPHA_BAR, eps)
    torch.testing.assert_close(found, x_0, rtol=1e-9, atol=1e-9)


def test_agrees_with_diffusers(scheduler) -> None:
    output = seeds.noise((1, 6, 8, 8), seeds.generator(29))
    x_t = seeds.noise((1, 3, 8, 8), seeds.generator(30))
    for t in scheduler.timesteps.tolist():
        theirs = scheduler.step(output, t, x_t, generator=seeds.generator(0)).pred_original_sample
        found = estimate_clean(x_t, t, scheduler.alphas_cumprod, output[:, :3])
        torch.testing.assert_close(found, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("t", [30, 510, 990])
def test_the_best_estimate_is_the_posterior_mean(world, picture, embed, t: int) -> None:
    """Of x_0 ~ N(mean, s²) seen through noise: precisions add up (Bayes)."""
    mean, x_t = picture(1), seeds.noise((1, 3, 8, 8), seeds.generator(t))
    level = float(world.alpha_bar[t])
    of_prior, of_noise = 1 / world.spread**2, level / (1 - level)
    expected = (of_prior * mean + of_noise * x_t / math.sqrt(level)) / (of_prior + of_noise)
    eps_hat, _ = estimate_noise(world.unet, x_t, t, embed(mean, 1))
    found = estimate_clean(x_t, t, world.alpha_bar, eps_hat)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6 / math.sqrt(level))


def test_is_not_clamped(alpha_bar: Tensor) -> None:
    far = torch.full((1, 3, 2, 2), 3.0)
    assert float(estimate_clean(far, 0, alpha_bar, torch.zeros_like(far)).min()) > 2.9


@pytest.mark.parametrize("t", [1000, -1])
def test_no_timestep_of_the_schedule(alpha_bar: Tensor, t: int) -> None:
    with pytest.raises(ValueError, match=rf"^t = {t}, but the schedule \w+ at \d+; pass \d+ for"):
        estimate_clean(torch.zeros(1, 3, 2, 2), t, alpha_bar, torch.zeros(1, 3, 2, 2))


def test_both_halves_by_mistake(alpha_bar: Tensor) -> None:
    with pytest.raises(
        ValueError, match=r"x_t and eps_hat have the shapes \(1, 3, 2, 2\) and \(1, 6, 2, 2\)"
    ):
        estimate_clean(torch.zeros(1, 3, 2, 2), 5, alpha_bar, torch.zeros(1, 6, 2, 2))
