"""Wrong answers to B 2.3, sampling."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn

from autograder.misconceptions import instead_of
from autograder.misconceptions.part_b import sampling
from autograder.misconceptions.part_b.sampling import Levels, clean, mean, right_step, sampled
from solutions.part_b.s2_3_time_sampling import ddpm_sample, evaluating


@instead_of("ddpm_sample")
def noise_to_the_end(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """You add noise in the last step too, so the finished images stay grainy. At t = 0, z is 0."""
    with evaluating(unet):
        shape = (count, 1, *img_wh)
        yield from sampled(_estimate(unet, num_ts), schedule, shape, generator, to_the_end=True)


@instead_of("ddpm_sample")
def beta_without_root(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """The noise of a step lacks a root: β_t is its variance, so z is multiplied by √β_t."""
    yield from _with_step(unet, schedule, img_wh, generator, count, sampling.beta_without_root)


@instead_of("ddpm_sample")
def noise_at_full_size(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """You add z at full size in every step, so the noise never leaves. In (B.7) it is √β_t z."""
    yield from _with_step(unet, schedule, img_wh, generator, count, sampling.noise_at_full_size)


@instead_of("ddpm_sample")
def without_noise(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """You left out √β_t z, the last term of (B.7). Without fresh noise the digits turn out smooth and
    alike.
    """

    def step(x_t: Tensor, eps_hat: Tensor, levels: Levels, z: Tensor) -> Tensor:
        return mean(x_t, clean(x_t, eps_hat, levels), levels)

    yield from _with_step(unet, schedule, img_wh, generator, count, step)


@instead_of("ddpm_sample")
def smaller_variance(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """Your noise has the variance of the posterior, β_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t). (B.7) has simply √β_t
    z.
    """

    def step(x_t: Tensor, eps_hat: Tensor, levels: Levels, z: Tensor) -> Tensor:
        variance = levels.beta * (1 - levels.alpha_bar_prime) / (1 - levels.alpha_bar)
        return mean(x_t, clean(x_t, eps_hat, levels), levels) + variance.sqrt() * z

    yield from _with_step(unet, schedule, img_wh, generator, count, step)


@instead_of("ddpm_sample")
def one_noise_for_all_steps(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """You add the same noise in every step. Draw z inside the loop, anew for each step."""
    drawn: list[Tensor] = []

    def step(x_t: Tensor, eps_hat: Tensor, levels: Levels, z: Tensor) -> Tensor:
        drawn.append(z)
        return right_step(x_t, eps_hat, levels, drawn[0] if z.any() else z)

    yield from _with_step(unet, schedule, img_wh, generator, count, step)


@instead_of("ddpm_sample")
def t_not_normalised(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """You gave the network t itself. It expects t / num_ts, a number in [0, 1], as in training."""
    with evaluating(unet):
        yield from sampled(_estimate(unet, 1), schedule, (count, 1, *img_wh), generator)


@instead_of("ddpm_sample")
def one_timestep_late(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """You told the network (t + 1) / num_ts. The timesteps are num_ts − 1, …, 0: it expects t / num_ts."""
    with evaluating(unet):
        shape = (count, 1, *img_wh)
        yield from sampled(_estimate(unet, num_ts, late=1), schedule, shape, generator)


@instead_of("ddpm_sample")
def still_training(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """The network samples in training mode, where batch norms look at the other images. Call unet.eval()
    first.
    """
    yield from sampled(_estimate(unet, num_ts), schedule, (count, 1, *img_wh), generator)


@instead_of("ddpm_sample")
def alpha_for_alpha_bar(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """Your x̂_0 is made with α_t. In (B.6) it is ᾱ_t: all of the noise goes at once, not that of one step."""

    def step(x_t: Tensor, eps_hat: Tensor, levels: Levels, z: Tensor) -> Tensor:
        x0_hat = clean(x_t, eps_hat, replace(levels, alpha_bar=levels.alpha))
        return mean(x_t, x0_hat, levels) + levels.beta.sqrt() * z

    yield from _with_step(unet, schedule, img_wh, generator, count, step)


@instead_of("ddpm_sample")
def previous_forgotten(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """Your mean has ᾱ_t where (B.7) has ᾱ_{t−1}, that of the timestep to which the step leads (1 at the
    end).
    """

    def step(x_t: Tensor, eps_hat: Tensor, levels: Levels, z: Tensor) -> Tensor:
        return right_step(x_t, eps_hat, replace(levels, alpha_bar_prime=levels.alpha_bar), z)

    yield from _with_step(unet, schedule, img_wh, generator, count, step)


@instead_of("ddpm_sample")
def noise_as_clean(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """You took the network's output for x̂_0. It estimates the noise; x̂_0 comes from it by (B.6)."""

    def step(x_t: Tensor, eps_hat: Tensor, levels: Levels, z: Tensor) -> Tensor:
        return mean(x_t, eps_hat, levels) + levels.beta.sqrt() * z

    yield from _with_step(unet, schedule, img_wh, generator, count, step)


@instead_of("ddpm_sample")
def from_zeros(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """You start from images of zeros. Sampling starts from pure noise, x_T ~ N(0, I)."""
    x_t = torch.zeros(count, 1, *img_wh)
    with evaluating(unet), torch.no_grad():
        for t in reversed(range(num_ts)):
            z = torch.randn(x_t.shape, generator=generator) if t > 0 else torch.zeros_like(x_t)
            eps_hat = _estimate(unet, num_ts)(x_t, t)
            x_t = right_step(x_t, eps_hat, sampling.levels(schedule, t), z)
            yield x_t


@instead_of("ddpm_sample")
def last_images_only(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    count: int = 1,
) -> Iterator[Tensor]:
    """You give back nothing but the finished images. Yield those after every step: `yield` inside the
    loop.
    """
    *_, last = ddpm_sample(unet, schedule, img_wh, num_ts, generator, count)
    yield last


def _estimate(unet: nn.Module, num_ts: int, late: int = 0) -> Callable[[Tensor, int], Tensor]:
    """Return a function that asks the network about images at (t + late) / num_ts."""
    return lambda x_t, t: unet(x_t, torch.full((len(x_t),), (t + late) / num_ts).to(x_t))


def _with_step(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    img_wh: tuple[int, int],
    generator: torch.Generator,
    count: int,
    step: sampling.Step,
) -> Iterator[Tensor]:
    """Yield what the loop gives with another step."""
    with evaluating(unet):
        estimate = _estimate(unet, len(schedule["betas"]))
        yield from sampled(estimate, schedule, (count, 1, *img_wh), generator, step)
