"""DDIM: against (A.2) without dice, against (A.3) with all of them, and against diffusers in between."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from course.toolkit import seeds
from course.toolkit.stage import log_variance
from solutions.extension.s4_ddim import ddim_sample, ddim_step, in_range
from solutions.part_a.s1_1_forward import forward
from solutions.part_a.s1_3_one_step import estimate_clean
from solutions.part_a.s1_4_iterative import denoise_step, strided_timesteps
from solutions.part_a.s1_6_guidance import estimate_noise_cfg

STEPS = strided_timesteps()
SHAPE = (2, 3, 8, 8)
GAMMA = 7.0


@pytest.fixture(scope="module")
def scheduler():
    """Return diffusers' DDIM on the strided timesteps, nothing clipped."""
    from diffusers import DDIMScheduler

    made = DDIMScheduler(beta_schedule="squaredcos_cap_v2", clip_sample=False, set_alpha_to_one=False)
    made.set_timesteps(33)
    assert made.config.num_train_timesteps // made.num_inference_steps == 30
    return made


@pytest.fixture(scope="module")
def alpha_bar(scheduler) -> Tensor:
    return scheduler.alphas_cumprod


def noises(count: int, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    return [seeds.noise(SHAPE, seeds.generator(seed), dtype=dtype) for seed in range(count)]


@pytest.mark.parametrize("eta", [0.0, 0.3, 1.0])
def test_agrees_with_diffusers(scheduler, alpha_bar, eta: float) -> None:
    x_t, eps_hat, z = noises(3)
    for t, t_prime in pairwise(STEPS):
        found = ddim_step(x_t, t, t_prime, alpha_bar.double(), eps_hat, eta, z)
        noise = z if eta else None
        expected = scheduler.step(eps_hat, t, x_t, eta=eta, variance_noise=noise).prev_sample
        scale = float(expected.abs().max())
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize(("t", "t_prime"), [(990, 960), (990, 0), (500, 20), (30, 0)])
def test_without_dice_only_the_noise_level_changes(alpha_bar, t: int, t_prime: int) -> None:
    x_0, eps, z = noises(3)
    levels = alpha_bar.double()
    found = ddim_step(forward(x_0, t, levels, eps), t, t_prime, levels, eps, 0.0, z)
    torch.testing.assert_close(found, forward(x_0, t_prime, levels, eps))


@pytest.mark.parametrize(("t", "t_prime"), [(990, 960), (700, 100), (500, 20), (30, 0)])
def test_with_all_dice_it_is_a_3_with_the_posterior_variance(alpha_bar, t: int, t_prime: int) -> None:
    x_0, eps, z = noises(3)
    levels = alpha_bar.double()
    x_t = forward(x_0, t, levels, eps)
    sigma = torch.exp(0.5 * log_variance(-torch.ones(1).double(), t, t_prime, levels))
    expected = denoise_step(x_t, t, t_prime, levels, x_0) + sigma * z
    torch.testing.assert_close(ddim_step(x_t, t, t_prime, levels, eps, 1.0, z), expected)


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
def test_no_step_gives_nan(alpha_bar, eta: float) -> None:
    """From the noisiest to the cleanest the noise left for eps_hat is less than float32 can tell from 0."""
    x_t, eps_hat, z = noises(3, torch.float32)
    for t in range(1, 1000):
        assert ddim_step(x_t[:1], t, 0, alpha_bar, eps_hat[:1], eta, z[:1]).isfinite().all()


def test_bad_input_is_refused(alpha_bar) -> None:
    x_t, eps_hat, z = noises(3)
    with pytest.raises(ValueError, match="x_t and z have the shapes"):
        ddim_step(x_t, 500, 470, alpha_bar, eps_hat, 0.0, z[:1])
    with pytest.raises(ValueError, match="t = 1000, but the schedule ends at 999"):
        ddim_step(x_t, 1000, 470, alpha_bar, eps_hat, 0.0, z)


def test_in_range_clamps_the_clean_image_and_nothing_else(alpha_bar) -> None:
    x_t, eps_hat = noises(2)
    levels = alpha_bar.double()
    for t in (30, 500, 960):
        x0_hat = estimate_clean(x_t, t, levels, eps_hat)
        found = in_range(x_t, t, levels, eps_hat)
        torch.testing.assert_close(estimate_clean(x_t, t, levels, found), x0_hat.clamp(-1, 1))
        inside = x0_hat.abs() <= 1
        assert inside.any()
        torch.testing.assert_close(found[inside], eps_hat[inside])


@pytest.fixture
def embeds(miniature) -> tuple[Tensor, Tensor]:
    return miniature.embed("a pencil"), miniature.embed("")


def test_the_loop_is_made_of_steps(miniature, embeds) -> None:
    stage_1, x_t = miniature.stage_1, seeds.noise((1, 3, 8, 8), seeds.generator(1))
    found = list(ddim_sample(stage_1, x_t, 3, STEPS[::4], *embeds, GAMMA, seeds.generator(29), 0.6))
    generator = seeds.generator(29)
    for image, (t, t_prime) in zip(found, pairwise(STEPS[::4][3:]), strict=True):
        eps_hat, _ = estimate_noise_cfg(stage_1.unet, x_t, t, *embeds, GAMMA)
        eps_hat = in_range(x_t, t, stage_1.alpha_bar, eps_hat)
        z = seeds.noise(x_t.shape, generator)
        x_t = ddim_step(x_t, t, t_prime, stage_1.alpha_bar, eps_hat, 0.6, z)
        torch.testing.assert_close(image, x_t)


def test_without_dice_the_noise_decides(miniature, embeds) -> None:
    stage_1, x_t = miniature.stage_1, seeds.noise((1, 3, 8, 8), seeds.generator(1))

    def last(seed: int, *eta: float) -> Tensor:
        generator = seeds.generator(seed)
        *_, image = ddim_sample(stage_1, x_t, 0, STEPS[::11], *embeds, GAMMA, generator, *eta)
        return image

    assert torch.equal(last(1), last(2))
    assert torch.equal(last(1), last(1, 0.0))
    assert not torch.allclose(last(1, 0.5), last(2, 0.5))


def test_a_start_outside_is_refused(miniature, embeds) -> None:
    x_t, generator = torch.zeros(1, 3, 8, 8), seeds.generator(1)
    loop = ddim_sample(miniature.stage_1, x_t, 40, STEPS, *embeds, GAMMA, generator)
    with pytest.raises(ValueError, match="i_start = 40"):
        next(loop)
