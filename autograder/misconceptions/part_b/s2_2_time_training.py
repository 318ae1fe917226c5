"""Wrong answers to B 2.2, training a diffusion model."""

import torch
from torch import Tensor, nn

from autograder.misconceptions import instead_of
from course.toolkit import seeds
from solutions.part_b.s2_2_time_training import ddpm_schedule


@instead_of("ddpm_schedule")
def betas_multiplied(beta1: float, beta2: float, num_ts: int) -> dict[str, Tensor]:
    """Your alpha_bars are products of the betas. What multiplies up is what is kept: the alphas, 1 − β."""
    right = ddpm_schedule(beta1, beta2, num_ts)
    return right | {"alpha_bars": right["betas"].cumprod(0)}


@instead_of("ddpm_schedule")
def added_up(beta1: float, beta2: float, num_ts: int) -> dict[str, Tensor]:
    """Your alpha_bars are sums of the alphas. ᾱ_t is their product: take cumprod, not cumsum."""
    right = ddpm_schedule(beta1, beta2, num_ts)
    return right | {"alpha_bars": right["alphas"].cumsum(0)}


@instead_of("ddpm_schedule")
def one_minus_sum(beta1: float, beta2: float, num_ts: int) -> dict[str, Tensor]:
    """Your alpha_bars are 1 minus the sum of the betas, which can fall below 0. ᾱ_t is the product of the
    alphas.
    """
    right = ddpm_schedule(beta1, beta2, num_ts)
    return right | {"alpha_bars": 1 - right["betas"].cumsum(0)}


@instead_of("ddpm_schedule")
def end_left_out(beta1: float, beta2: float, num_ts: int) -> dict[str, Tensor]:
    """Your last beta is below beta2. Both ends belong to the schedule: num_ts numbers, num_ts − 1 steps."""
    return _of(beta1 + (beta2 - beta1) * torch.arange(num_ts) / num_ts)


@instead_of("ddpm_schedule")
def one_too_many(beta1: float, beta2: float, num_ts: int) -> dict[str, Tensor]:
    """Your schedule has num_ts + 1 entries. There are num_ts timesteps, 0 to num_ts − 1."""
    return ddpm_schedule(beta1, beta2, num_ts + 1)


@instead_of("ddpm_schedule")
def growing_steps(beta1: float, beta2: float, num_ts: int) -> dict[str, Tensor]:
    """Your betas grow by the same factor from one to the next. In (B.3) they grow by the same amount."""
    return _of(torch.logspace(0, 1, num_ts, base=beta2 / beta1) * beta1)


@instead_of("ddpm_schedule")
def roots_in_equal_steps(beta1: float, beta2: float, num_ts: int) -> dict[str, Tensor]:
    """The roots of your betas rise in equal steps, as in some other models. In (B.3) the betas themselves
    do.
    """
    return _of(torch.linspace(beta1**0.5, beta2**0.5, num_ts) ** 2)


@instead_of("ddpm_forward")
def t_not_normalised(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """You gave the network t itself. It expects t / num_ts, a number in [0, 1]."""
    t, eps = _draw(x_0, num_ts, generator)
    return _loss(unet(_noised(schedule, x_0, t, eps), t.to(x_0)), eps)


@instead_of("ddpm_forward")
def one_t_for_all(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """All images of the batch get the same timestep. Draw one for every image: a tensor of shape (N,)."""
    t = torch.randint(num_ts, (1,), generator=generator).expand(len(x_0))
    eps = seeds.noise(x_0.shape, generator, dtype=x_0.dtype)
    return _loss(unet(_noised(schedule, x_0, t, eps), t.to(x_0) / num_ts), eps)


@instead_of("ddpm_forward")
def clean_as_target(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """You compared the output with the clean image x_0. This network estimates the noise: compare it with
    ε.
    """
    t, eps = _draw(x_0, num_ts, generator)
    return _loss(unet(_noised(schedule, x_0, t, eps), t.to(x_0) / num_ts), x_0)


@instead_of("ddpm_forward")
def without_roots(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """The weights in your x_t lack their square roots: ᾱ_t and 1 − ᾱ_t, where (B.4) has √ᾱ_t and √(1 −
    ᾱ_t).
    """
    t, eps = _draw(x_0, num_ts, generator)
    level = _level(schedule["alpha_bars"], x_0, t)
    return _loss(unet(level * x_0 + (1 - level) * eps, t.to(x_0) / num_ts), eps)


@instead_of("ddpm_forward")
def alpha_for_alpha_bar(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """You noised the images with α_t, the noise of a single step. To get to t in one go takes ᾱ_t."""
    t, eps = _draw(x_0, num_ts, generator)
    x_t = _noised({"alpha_bars": schedule["alphas"]}, x_0, t, eps)
    return _loss(unet(x_t, t.to(x_0) / num_ts), eps)


@instead_of("ddpm_forward")
def weights_swapped(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """The two weights in your x_t are swapped: √ᾱ_t belongs to the image x_0, √(1 − ᾱ_t) to the noise."""
    t, eps = _draw(x_0, num_ts, generator)
    return _loss(unet(_noised(schedule, eps, t, x_0), t.to(x_0) / num_ts), eps)


@instead_of("ddpm_forward")
def summed(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """Your loss is the sum of the squares. Take their mean, so that it does not grow with the batch."""
    t, eps = _draw(x_0, num_ts, generator)
    return (unet(_noised(schedule, x_0, t, eps), t.to(x_0) / num_ts) - eps).square().sum()  # type: ignore[no-any-return]


@instead_of("ddpm_forward")
def last_timestep_missing(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """The last timestep never comes. torch.randint leaves out its upper end already: pass num_ts, not
    num_ts − 1.
    """
    t = torch.randint(num_ts - 1, (len(x_0),), generator=generator)
    eps = seeds.noise(x_0.shape, generator, dtype=x_0.dtype)
    return _loss(unet(_noised(schedule, x_0, t, eps), t.to(x_0) / num_ts), eps)


@instead_of("ddpm_forward")
def zero_missing(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """The timestep 0 never comes. The timesteps are 0, …, num_ts − 1; the first of them has least noise."""
    t = torch.randint(1, num_ts, (len(x_0),), generator=generator)
    eps = seeds.noise(x_0.shape, generator, dtype=x_0.dtype)
    return _loss(unet(_noised(schedule, x_0, t, eps), t.to(x_0) / num_ts), eps)


@instead_of("ddpm_forward")
def one_timestep_late(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """You told the network (t + 1) / num_ts. It expects t / num_ts, with the t of ᾱ_t."""
    t, eps = _draw(x_0, num_ts, generator)
    return _loss(unet(_noised(schedule, x_0, t, eps), (t.to(x_0) + 1) / num_ts), eps)


@instead_of("ddpm_forward")
def one_noise_for_all(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """All images of the batch get the same noise. Draw noise of the shape of the whole batch."""
    t = torch.randint(num_ts, (len(x_0),), generator=generator)
    eps = seeds.noise(x_0[:1].shape, generator, dtype=x_0.dtype).expand_as(x_0)
    return _loss(unet(_noised(schedule, x_0, t, eps), t.to(x_0) / num_ts), eps)


def _of(betas: Tensor) -> dict[str, Tensor]:
    """Return the schedule with these betas."""
    alphas = 1 - betas
    return {"betas": betas, "alphas": alphas, "alpha_bars": alphas.cumprod(0)}


def _draw(x_0: Tensor, num_ts: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return timesteps and noise as they should be."""
    t = torch.randint(num_ts, (len(x_0),), generator=generator)
    return t, seeds.noise(x_0.shape, generator, dtype=x_0.dtype)


def _level(levels: Tensor, x_0: Tensor, t: Tensor) -> Tensor:
    return levels.to(x_0)[t].view(-1, 1, 1, 1)


def _noised(schedule: dict[str, Tensor], x_0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
    """Return x_t as it should be."""
    level = _level(schedule["alpha_bars"], x_0, t)
    return level.sqrt() * x_0 + (1 - level).sqrt() * eps


def _loss(estimate: Tensor, target: Tensor) -> Tensor:
    return nn.functional.mse_loss(estimate, target)
