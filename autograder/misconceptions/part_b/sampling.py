"""The sampling loop of B 2.3, so that each wrong answer has to say only where it departs from it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import torch
from torch import Tensor

from course.toolkit import seeds

Estimate: TypeAlias = Callable[[Tensor, int], Tensor]
"""Returns the noise estimate of the images x_t at timestep t."""


@dataclass(frozen=True)
class Levels:
    """The numbers of a step, each a tensor without dimensions; alpha_bar_prime is ᾱ_{t−1}."""

    beta: Tensor
    alpha: Tensor
    alpha_bar: Tensor
    alpha_bar_prime: Tensor


class Step(Protocol):
    """Returns the images after a step."""

    def __call__(self, x_t: Tensor, eps_hat: Tensor, levels: Levels, z: Tensor) -> Tensor:
        """Return x_{t−1}."""
        ...


def clean(x_t: Tensor, eps_hat: Tensor, levels: Levels) -> Tensor:
    """Return x̂_0 as in (B.6)."""
    return (x_t - (1 - levels.alpha_bar).sqrt() * eps_hat) / levels.alpha_bar.sqrt()


def mean(x_t: Tensor, x0_hat: Tensor, levels: Levels) -> Tensor:
    """Return the first two terms of (B.7)."""
    from_clean = levels.alpha_bar_prime.sqrt() * levels.beta / (1 - levels.alpha_bar)
    from_noisy = levels.alpha.sqrt() * (1 - levels.alpha_bar_prime) / (1 - levels.alpha_bar)
    return from_clean * x0_hat + from_noisy * x_t


def right_step(x_t: Tensor, eps_hat: Tensor, levels: Levels, z: Tensor) -> Tensor:
    """Return x_{t−1} as in (B.7)."""
    return mean(x_t, clean(x_t, eps_hat, levels), levels) + levels.beta.sqrt() * z


@torch.no_grad()
def sampled(
    estimate: Estimate,
    schedule: dict[str, Tensor],
    shape: tuple[int, int, int, int],
    generator: torch.Generator,
    step: Step = right_step,
    *,
    to_the_end: bool = False,
) -> Iterator[Tensor]:
    """Yield the images after every step; to_the_end: with noise in the last one too."""
    x_t = seeds.noise(shape, generator, dtype=schedule["betas"].dtype)
    for t in reversed(range(len(schedule["betas"]))):
        drawn = t > 0 or to_the_end
        z = seeds.noise(shape, generator, dtype=x_t.dtype) if drawn else torch.zeros_like(x_t)
        x_t = step(x_t, estimate(x_t, t), levels(schedule, t), z)
        yield x_t


def levels(schedule: dict[str, Tensor], t: int) -> Levels:
    """Return the numbers of the step from timestep t."""
    beta, alpha, alpha_bar = (schedule[name][t] for name in ("betas", "alphas", "alpha_bars"))
    alpha_bar_prime = schedule["alpha_bars"][t - 1] if t > 0 else torch.ones_like(alpha_bar)
    return Levels(beta, alpha, alpha_bar, alpha_bar_prime)


def noise_at_full_size(x_t: Tensor, eps_hat: Tensor, levels: Levels, z: Tensor) -> Tensor:
    """Return a step that adds z instead of √β_t z."""
    return mean(x_t, clean(x_t, eps_hat, levels), levels) + z


def beta_without_root(x_t: Tensor, eps_hat: Tensor, levels: Levels, z: Tensor) -> Tensor:
    """Return a step that adds β_t z."""
    return mean(x_t, clean(x_t, eps_hat, levels), levels) + levels.beta * z
