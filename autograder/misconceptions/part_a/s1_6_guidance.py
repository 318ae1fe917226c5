"""Wrong answers to A 1.6, classifier-free guidance."""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from autograder.misconceptions import instead_of
from course.toolkit.stage import Stage, UNet
from solutions.part_a.s1_3_one_step import estimate_clean, estimate_noise
from solutions.part_a.s1_4_iterative import denoise_step, iterative_denoise
from solutions.part_a.s1_6_guidance import estimate_noise_cfg, guide, iterative_denoise_cfg, step


@instead_of("guide")
def estimates_swapped(eps_uncond: Tensor, eps_cond: Tensor, gamma: float) -> Tensor:
    """The two estimates are swapped, so you walk away from the prompt. Begin at ε_u and go towards ε_c."""
    return eps_cond + gamma * (eps_uncond - eps_cond)


@instead_of("guide")
def one_step_too_far(eps_uncond: Tensor, eps_cond: Tensor, gamma: float) -> Tensor:
    """You went 1 + γ times the way, as if from ε_c. In (A.4) the walk begins at ε_u: γ = 0 is
    unconditional, γ = 1 conditional. (Papers use both conventions.)
    """
    return eps_cond + gamma * (eps_cond - eps_uncond)


@instead_of("guide")
def weighted_mean(eps_uncond: Tensor, eps_cond: Tensor, gamma: float) -> Tensor:
    """You took a weighted mean of the two estimates. A mean stays between them; with γ > 1, (A.4) goes
    beyond ε_c.
    """
    return (eps_uncond + gamma * eps_cond) / (1 + gamma)


@instead_of("guide")
def not_subtracted(eps_uncond: Tensor, eps_cond: Tensor, gamma: float) -> Tensor:
    """You added γ times ε_c itself. (A.4) adds γ times the difference, ε_c − ε_u."""
    return eps_uncond + gamma * eps_cond


@instead_of("guide")
def wrong_direction(eps_uncond: Tensor, eps_cond: Tensor, gamma: float) -> Tensor:
    """You begin at ε_u, rightly, and then walk away from ε_c. The difference is ε_c − ε_u, in this
    order.
    """
    return eps_uncond + gamma * (eps_uncond - eps_cond)


@instead_of("estimate_noise_cfg")
def guided_variance(
    unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor, uncond_embeds: Tensor, gamma: float
) -> tuple[Tensor, Tensor]:
    """You guided the variance too. Only the noise estimate is exaggerated; return the conditional
    variance as it is.
    """
    eps_uncond, variance_uncond = estimate_noise(unet, x_t, t, uncond_embeds)
    eps_cond, variance_cond = estimate_noise(unet, x_t, t, prompt_embeds)
    return guide(eps_uncond, eps_cond, gamma), guide(variance_uncond, variance_cond, gamma)


@instead_of("estimate_noise_cfg")
def unconditional_variance(
    unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor, uncond_embeds: Tensor, gamma: float
) -> tuple[Tensor, Tensor]:
    """You returned the variance that goes with the null prompt. Return the one that goes with the
    prompt.
    """
    eps_uncond, variance = estimate_noise(unet, x_t, t, uncond_embeds)
    eps_cond, _ = estimate_noise(unet, x_t, t, prompt_embeds)
    return guide(eps_uncond, eps_cond, gamma), variance


@instead_of("estimate_noise_cfg")
def halves_of_batch_swapped(
    unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor, uncond_embeds: Tensor, gamma: float
) -> tuple[Tensor, Tensor]:
    """The estimates of the prompt and of the null prompt are mixed up: they come back in the order in
    which the embeddings went in, and `guide` takes the unconditional one first.
    """
    return estimate_noise_cfg(unet, x_t, t, uncond_embeds, prompt_embeds, gamma)


@instead_of("estimate_noise_cfg")
def arguments_of_guide_swapped(
    unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor, uncond_embeds: Tensor, gamma: float
) -> tuple[Tensor, Tensor]:
    """The variance is right, but `guide` is given the two noise estimates in the wrong order: it takes
    the unconditional one first.
    """
    eps_cond, variance = estimate_noise(unet, x_t, t, prompt_embeds)
    eps_uncond, _ = estimate_noise(unet, x_t, t, uncond_embeds)
    return guide(eps_cond, eps_uncond, gamma), variance


@instead_of("estimate_noise_cfg")
def gamma_ignored(
    unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor, uncond_embeds: Tensor, gamma: float
) -> tuple[Tensor, Tensor]:
    """You returned the plain estimate for the prompt. Ask with the null prompt as well, and `guide`
    from there.
    """
    return estimate_noise(unet, x_t, t, prompt_embeds)


@instead_of("iterative_denoise_cfg")
def without_guidance(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You still run the loop of A 1.4, with the plain estimate. Use `estimate_noise_cfg` in its place."""
    yield from iterative_denoise(stage_1, x_t, i_start, timesteps, prompt_embeds, generator)


@instead_of("iterative_denoise_cfg")
def prompts_swapped(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The prompt and the null prompt are exchanged on their way to `estimate_noise_cfg`. It takes the
    prompt first.
    """
    yield from iterative_denoise_cfg(
        stage_1, x_t, i_start, timesteps, uncond_embeds, prompt_embeds, gamma, generator
    )


@instead_of("iterative_denoise_cfg")
def never_updated(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Every step of yours starts from the first image again. What `step` returns is the x_t of the
    next step.
    """
    for t, t_prime in pairwise(timesteps[i_start:]):
        eps_hat, variance = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)
        yield step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)


@instead_of("iterative_denoise_cfg")
def start_ignored(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You walk along all of `timesteps`. x_t has only as much noise as timesteps[i_start], so start
    there.
    """
    yield from iterative_denoise_cfg(
        stage_1, x_t, 0, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )


@instead_of("iterative_denoise_cfg")
def without_variance(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You left out v_σ, the last term of (A.3). `step` adds it, with the variance that
    `estimate_noise_cfg` returns.
    """
    for t, t_prime in pairwise(timesteps[i_start:]):
        eps_hat, _ = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)
        x0_hat = estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat).clamp(-1, 1)
        x_t = denoise_step(x_t, t, t_prime, stage_1.alpha_bar, x0_hat)
        yield x_t


@instead_of("iterative_denoise_cfg")
def clean_estimates(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The loop is right, but it yields x̂_0, the estimate of the clean image. Yield x_t′, the image
    after the step.
    """
    for t, t_prime in pairwise(timesteps[i_start:]):
        eps_hat, variance = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)
        yield estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat).clamp(-1, 1)
        x_t = step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)
