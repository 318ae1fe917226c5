"""Wrong answers to A 1.4, iterative denoising: the timesteps, the step and the loop."""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from autograder.misconceptions import instead_of
from course.toolkit.stage import Stage
from solutions.part_a.s1_3_one_step import estimate_clean, estimate_noise
from solutions.part_a.s1_4_iterative import denoise_step, iterative_denoise


@instead_of("strided_timesteps")
def ascending(num_timesteps: int = 1000, stride: int = 30) -> list[int]:
    """The timesteps are right, their order is not: denoising begins with the noisiest, so they must
    fall.
    """
    return list(range(0, num_timesteps, stride))


@instead_of("strided_timesteps")
def from_the_last(num_timesteps: int = 1000, stride: int = 30) -> list[int]:
    """You counted down from the last timestep, 999. Count from 0 instead, so that the list ends with
    0: for a stride of 30 it begins with 990.
    """
    return list(range(num_timesteps - 1, -1, -stride))


@instead_of("strided_timesteps")
def without_zero(num_timesteps: int = 1000, stride: int = 30) -> list[int]:
    """The list ends before 0, so the last image would keep some noise. 0 belongs to it."""
    return list(range(0, num_timesteps, stride))[:0:-1]


@instead_of("strided_timesteps")
def one_too_many(num_timesteps: int = 1000, stride: int = 30) -> list[int]:
    """Where the stride divides the number of timesteps, your list begins with that number. The
    schedule has no such timestep: it ends one before.
    """
    return list(range(0, num_timesteps + 1, stride))[::-1]


@instead_of("strided_timesteps")
def floats(num_timesteps: int = 1000, stride: int = 30) -> list[float]:
    """Your timesteps are floats. They index `alpha_bar`, so they must be ints: count them with range()."""
    count = len(range(0, num_timesteps, stride))
    return torch.linspace((count - 1) * stride, 0, count).tolist()


@instead_of("strided_timesteps")
def stride_as_number(num_timesteps: int = 1000, stride: int = 30) -> list[int]:
    """You took `stride` for the number of timesteps. It is the distance from one to the next."""
    return list(range(0, num_timesteps, max(num_timesteps // stride, 1)))[::-1]


@instead_of("denoise_step")
def timesteps_swapped(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> Tensor:
    """ᾱ_t and ᾱ_t′ are swapped throughout. t is the timestep where x_t is now, t′ the less noisy one
    where it is going.
    """
    return denoise_step(x_t, t_prime, t, alpha_bar, x0_hat)


@instead_of("denoise_step")
def alpha_upside_down(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> Tensor:
    """Your α is upside down. It is ᾱ_t / ᾱ_t′, a number below 1, so that β = 1 − α is positive."""
    alpha = alpha_bar[t_prime] / alpha_bar[t]
    return _mean(x_t, x0_hat, alpha_bar[t], alpha_bar[t_prime], alpha)


@instead_of("denoise_step")
def single_step_alpha(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> Tensor:
    """Your α and β belong to the single step from t to t − 1. The loop strides from t right to t′, so
    α = ᾱ_t / ᾱ_t′.
    """
    alpha = alpha_bar[t] / alpha_bar[t - 1]
    return _mean(x_t, x0_hat, alpha_bar[t], alpha_bar[t_prime], alpha)


@instead_of("denoise_step")
def images_swapped(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> Tensor:
    """The two weights of (A.3) are right, but each is on the wrong image: the one with β belongs to
    x̂_0, the one with √α to x_t.
    """
    return denoise_step(x0_hat, t, t_prime, alpha_bar, x_t)


@instead_of("denoise_step")
def without_root_of_alpha_bar(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> Tensor:
    """The term of x̂_0 lacks a root: it is weighted by √ᾱ_t′, you used ᾱ_t′."""
    from_clean, from_noisy = _terms(x_t, t, t_prime, alpha_bar, x0_hat)
    return alpha_bar[t_prime].sqrt() * from_clean + from_noisy


@instead_of("denoise_step")
def without_root_of_alpha(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> Tensor:
    """The term of x_t lacks a root: it is weighted by √α, you used α."""
    from_clean, from_noisy = _terms(x_t, t, t_prime, alpha_bar, x0_hat)
    return from_clean + (alpha_bar[t] / alpha_bar[t_prime]).sqrt() * from_noisy


@instead_of("denoise_step")
def without_any_root(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> Tensor:
    """Both terms of (A.3) lack their roots: there is √ᾱ_t′ in the first and √α in the second."""
    from_clean, from_noisy = _terms(x_t, t, t_prime, alpha_bar, x0_hat)
    alpha = alpha_bar[t] / alpha_bar[t_prime]
    return alpha_bar[t_prime].sqrt() * from_clean + alpha.sqrt() * from_noisy


@instead_of("denoise_step")
def prime_forgotten(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> Tensor:
    """The term of x̂_0 starts with √ᾱ_t in your function. In (A.3) it is √ᾱ_t′: mind the prime."""
    from_clean, from_noisy = _terms(x_t, t, t_prime, alpha_bar, x0_hat)
    return (alpha_bar[t] / alpha_bar[t_prime]).sqrt() * from_clean + from_noisy


@instead_of("denoise_step")
def denominators_removed(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> Tensor:
    """Both terms of (A.3) are divided by 1 − ᾱ_t, yours are not."""
    return (1 - alpha_bar[t]) * denoise_step(x_t, t, t_prime, alpha_bar, x0_hat)


@instead_of("denoise_step")
def noised_again(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> Tensor:
    """You noised x̂_0 to t′ with the noise of x_t, which is the step of another sampler (DDIM). Here
    the random part comes from v_σ, so the mean of (A.3) holds less noise.
    """
    eps_hat = (x_t - alpha_bar[t].sqrt() * x0_hat) / (1 - alpha_bar[t]).sqrt()
    return alpha_bar[t_prime].sqrt() * x0_hat + (1 - alpha_bar[t_prime]).sqrt() * eps_hat


def _terms(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> tuple[Tensor, Tensor]:
    """Return the two terms of (A.3) as they should be."""
    nothing = torch.zeros_like(x_t)
    from_clean = denoise_step(nothing, t, t_prime, alpha_bar, x0_hat)
    return from_clean, denoise_step(x_t, t, t_prime, alpha_bar, nothing)


def _mean(x_t: Tensor, x0_hat: Tensor, alpha_bar_t: Tensor, alpha_bar_prime: Tensor, alpha: Tensor) -> Tensor:
    """Return the mean of (A.3) with another alpha."""
    from_clean = alpha_bar_prime.sqrt() * (1 - alpha) / (1 - alpha_bar_t)
    from_noisy = alpha.sqrt() * (1 - alpha_bar_prime) / (1 - alpha_bar_t)
    return from_clean * x0_hat + from_noisy * x_t


@instead_of("iterative_denoise")
def never_updated(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Every step of yours starts from the first image again. Each must start from the image of the
    step before: x_t′ becomes the next x_t.
    """
    for t, t_prime in pairwise(timesteps[i_start:]):
        yield _step(stage_1, x_t, t, t_prime, prompt_embeds, generator)


@instead_of("iterative_denoise")
def clean_estimates(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The loop is right, but it yields x̂_0, the estimate of the clean image. Yield x_t′, the image
    after the step.
    """
    for t, t_prime in pairwise(timesteps[i_start:]):
        eps_hat, _ = estimate_noise(stage_1.unet, x_t, t, prompt_embeds)
        yield estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat)
        x_t = _step(stage_1, x_t, t, t_prime, prompt_embeds, generator)


@instead_of("iterative_denoise")
def start_ignored(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You walk along all of `timesteps`. x_t has only as much noise as timesteps[i_start], so start
    there.
    """
    yield from iterative_denoise(stage_1, x_t, 0, timesteps, prompt_embeds, generator)


@instead_of("iterative_denoise")
def one_too_late(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Your loop starts one timestep too late: the first step leads from timesteps[i_start] to
    timesteps[i_start + 1].
    """
    yield from iterative_denoise(stage_1, x_t, 0, timesteps[i_start + 1 :], prompt_embeds, generator)


@instead_of("iterative_denoise")
def last_step_missing(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The loop ends one step early, so the last image still has some noise. The last step leads to
    timesteps[-1].
    """
    yield from iterative_denoise(stage_1, x_t, i_start, timesteps[:-1], prompt_embeds, generator)


@instead_of("iterative_denoise")
def without_variance(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You left out v_σ, the last term of (A.3). `stage_1.add_variance` adds it to the mean; without it
    the pictures turn out too smooth.
    """
    for t, t_prime in pairwise(timesteps[i_start:]):
        eps_hat, _ = estimate_noise(stage_1.unet, x_t, t, prompt_embeds)
        x0_hat = estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat)
        x_t = denoise_step(x_t, t, t_prime, stage_1.alpha_bar, x0_hat)
        yield x_t


@instead_of("iterative_denoise")
def noise_as_variance(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You gave `add_variance` the noise estimate. It wants the predicted variance, the other half of
    what `estimate_noise` returns.
    """
    for t, t_prime in pairwise(timesteps[i_start:]):
        eps_hat, _ = estimate_noise(stage_1.unet, x_t, t, prompt_embeds)
        x0_hat = estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat)
        mean = denoise_step(x_t, t, t_prime, stage_1.alpha_bar, x0_hat)
        x_t = stage_1.add_variance(mean, eps_hat, t, t_prime, generator)
        yield x_t


@instead_of("iterative_denoise")
def noise_as_clean(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You gave `denoise_step` the noise estimate. It wants x̂_0, the clean image that `estimate_clean`
    makes of it.
    """
    for t, t_prime in pairwise(timesteps[i_start:]):
        eps_hat, variance = estimate_noise(stage_1.unet, x_t, t, prompt_embeds)
        mean = denoise_step(x_t, t, t_prime, stage_1.alpha_bar, eps_hat)
        x_t = stage_1.add_variance(mean, variance, t, t_prime, generator)
        yield x_t


def _step(
    stage_1: Stage, x_t: Tensor, t: int, t_prime: int, prompt_embeds: Tensor, generator: torch.Generator
) -> Tensor:
    """Return x_t′, a whole step as it should be."""
    return next(iterative_denoise(stage_1, x_t, 0, [t, t_prime], prompt_embeds, generator))
