"""Wrong answers to X 4, DDIM: the step and the loop."""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from autograder.misconceptions import instead_of
from course.toolkit import seeds
from course.toolkit.stage import Stage
from solutions.extension.s4_ddim import ddim_sample, ddim_step
from solutions.part_a.s1_3_one_step import estimate_clean, estimate_noise
from solutions.part_a.s1_6_guidance import estimate_noise_cfg, iterative_denoise_cfg


@instead_of("ddim_step")
def new_noise_on_top(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float, z: Tensor
) -> Tensor:
    """The new noise comes on top of all of the old, which is too much of it. Only 1 − ᾱ_t′ − σ² of the
    variance is left for ε̂.
    """
    x0_hat, variance = _parts(x_t, t, t_prime, alpha_bar, eps_hat, eta)
    old = (1 - alpha_bar[t_prime]).sqrt() * eps_hat
    return alpha_bar[t_prime].sqrt() * x0_hat + old + variance.sqrt() * z


@instead_of("ddim_step")
def eta_not_squared(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float, z: Tensor
) -> Tensor:
    """η scales σ, so the variance σ² has η² in it; yours has η."""
    x0_hat, variance = _parts(x_t, t, t_prime, alpha_bar, eps_hat, eta**0.5)
    return _put_together(alpha_bar[t_prime], x0_hat, eps_hat, variance, z)


@instead_of("ddim_step")
def eta_as_mixture(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float, z: Tensor
) -> Tensor:
    """You mix old and new noise as (1 − η) ε̂ + η z. η belongs into σ, and ε̂ gets the variance that σ²
    leaves.
    """
    x0_hat, _ = _parts(x_t, t, t_prime, alpha_bar, eps_hat, eta)
    mixed = (1 - eta) * eps_hat + eta * z
    return alpha_bar[t_prime].sqrt() * x0_hat + (1 - alpha_bar[t_prime]).sqrt() * mixed


@instead_of("ddim_step")
def eta_without_effect(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float, z: Tensor
) -> Tensor:
    """Your step is the one without dice, whatever η is. For η > 0 a part of the noise is new: σ z."""
    return ddim_step(x_t, t, t_prime, alpha_bar, eps_hat, 0.0, z)


@instead_of("ddim_step")
def eta_always_1(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float, z: Tensor
) -> Tensor:
    """Your step is that of A 1.4 with all of its noise, whatever η is. σ is proportional to η."""
    return ddim_step(x_t, t, t_prime, alpha_bar, eps_hat, 1.0, z)


@instead_of("ddim_step")
def beta_as_variance(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float, z: Tensor
) -> Tensor:
    """Your σ² is η² (1 − ᾱ_t / ᾱ_t′), which is η² β. The posterior variance has the factor (1 − ᾱ_t′) /
    (1 − ᾱ_t) as well.
    """
    x0_hat, _ = _parts(x_t, t, t_prime, alpha_bar, eps_hat, eta)
    variance = eta**2 * (1 - alpha_bar[t] / alpha_bar[t_prime])
    left = (1 - alpha_bar[t_prime] - variance).clamp(min=0)
    return alpha_bar[t_prime].sqrt() * x0_hat + left.sqrt() * eps_hat + variance.sqrt() * z


@instead_of("ddim_step")
def variance_as_sigma(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float, z: Tensor
) -> Tensor:
    """You multiply z by σ², its variance. Multiply it by σ."""
    x0_hat, variance = _parts(x_t, t, t_prime, alpha_bar, eps_hat, eta)
    left = 1 - alpha_bar[t_prime] - variance
    return alpha_bar[t_prime].sqrt() * x0_hat + left.sqrt() * eps_hat + variance * z


@instead_of("ddim_step")
def prime_forgotten(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float, z: Tensor
) -> Tensor:
    """x̂_0 is weighted by √ᾱ_t in your step. It goes to t′, so the weight is √ᾱ_t′: mind the prime."""
    right = ddim_step(x_t, t, t_prime, alpha_bar, eps_hat, eta, z)
    x0_hat = estimate_clean(x_t, t, alpha_bar, eps_hat)
    return right + (alpha_bar[t].sqrt() - alpha_bar[t_prime].sqrt()) * x0_hat


@instead_of("ddim_step")
def noisy_for_clean(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float, z: Tensor
) -> Tensor:
    """Your first term holds x_t. It holds x̂_0, the clean image that `estimate_clean` makes of it."""
    _, variance = _parts(x_t, t, t_prime, alpha_bar, eps_hat, eta)
    return _put_together(alpha_bar[t_prime], x_t, eps_hat, variance, z)


@instead_of("ddim_step")
def roots_forgotten(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float, z: Tensor
) -> Tensor:
    """The weights of x̂_0 and ε̂ lack their roots: √ᾱ_t′ and √(1 − ᾱ_t′ − σ²)."""
    x0_hat, variance = _parts(x_t, t, t_prime, alpha_bar, eps_hat, eta)
    left = 1 - alpha_bar[t_prime] - variance
    return alpha_bar[t_prime] * x0_hat + left * eps_hat + variance.sqrt() * z


@instead_of("ddim_sample")
def never_updated(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    eta: float = 0.0,
) -> Iterator[Tensor]:
    """Every step of yours starts from the same image again. What `ddim_step` returns is the x_t of the next
    step.
    """
    for pair in pairwise(timesteps[i_start:]):
        one = ddim_sample(stage_1, x_t, 0, list(pair), prompt_embeds, uncond_embeds, gamma, generator, eta)
        yield from one


@instead_of("ddim_sample")
def without_guidance(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    eta: float = 0.0,
) -> Iterator[Tensor]:
    """The loop is right, but its estimates are plain ones. Use `estimate_noise_cfg` of A 1.6."""
    for t, t_prime in pairwise(timesteps[i_start:]):
        eps_hat, _ = estimate_noise(stage_1.unet, x_t, t, prompt_embeds)
        x_t = ddim_step(
            x_t, t, t_prime, stage_1.alpha_bar, eps_hat, eta, seeds.noise(x_t.shape, generator).to(x_t)
        )
        yield x_t


@instead_of("ddim_sample")
def eta_not_passed_on(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    eta: float = 0.0,
) -> Iterator[Tensor]:
    """Your loop never throws dice, whatever η is. Pass eta on to `ddim_step`."""
    return ddim_sample(stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator)


@instead_of("ddim_sample")
def the_models_variance(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    eta: float = 0.0,
) -> Iterator[Tensor]:
    """That is the loop of A 1.6, with the variance that the model predicts. Here η decides how much noise is
    new: use `ddim_step`.
    """
    return iterative_denoise_cfg(
        stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )


@instead_of("ddim_sample")
def same_noise_in_every_step(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    eta: float = 0.0,
) -> Iterator[Tensor]:
    """You draw z once and use it in every step. It must be fresh each time: draw it inside the loop."""
    z = seeds.noise(x_t.shape, generator).to(x_t)
    for t, t_prime in pairwise(timesteps[i_start:]):
        eps_hat, _ = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)
        x_t = ddim_step(x_t, t, t_prime, stage_1.alpha_bar, eps_hat, eta, z)
        yield x_t


@instead_of("ddim_sample")
def from_the_beginning(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    eta: float = 0.0,
) -> Iterator[Tensor]:
    """Your loop ignores i_start and begins at timesteps[0]. x_t only has the noise of timesteps[i_start]."""
    return ddim_sample(stage_1, x_t, 0, timesteps, prompt_embeds, uncond_embeds, gamma, generator, eta)


@instead_of("ddim_sample")
def clean_estimates(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    eta: float = 0.0,
) -> Iterator[Tensor]:
    """The loop is right, but it yields x̂_0, the estimate of the clean image. Yield the image after the
    step.
    """
    for t, t_prime in pairwise(timesteps[i_start:]):
        eps_hat, _ = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)
        yield estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat)
        z = seeds.noise(x_t.shape, generator).to(x_t)
        x_t = ddim_step(x_t, t, t_prime, stage_1.alpha_bar, eps_hat, eta, z)


@instead_of("ddim_sample")
def one_step_short(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    eta: float = 0.0,
) -> Iterator[Tensor]:
    """The loop ends one step early, so the last image still has some noise. The last step leads to
    timesteps[-1].
    """
    return ddim_sample(
        stage_1, x_t, i_start, timesteps[:-1], prompt_embeds, uncond_embeds, gamma, generator, eta
    )


def _parts(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float
) -> tuple[Tensor, Tensor]:
    """Return x̂_0 and σ², as they should be."""
    alpha_bar_t, alpha_bar_prime = alpha_bar[t], alpha_bar[t_prime]
    posterior = (1 - alpha_bar_prime) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prime)
    return estimate_clean(x_t, t, alpha_bar, eps_hat), eta**2 * posterior


def _put_together(
    alpha_bar_prime: Tensor, x0_hat: Tensor, eps_hat: Tensor, variance: Tensor, z: Tensor
) -> Tensor:
    old = (1 - alpha_bar_prime - variance).sqrt() * eps_hat
    return alpha_bar_prime.sqrt() * x0_hat + old + variance.sqrt() * z
