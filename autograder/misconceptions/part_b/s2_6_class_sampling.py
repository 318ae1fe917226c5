"""Wrong answers to B 2.6, sampling with guidance."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from autograder.misconceptions import instead_of
from autograder.misconceptions.part_b import sampling
from autograder.misconceptions.part_b.sampling import right_step, sampled
from solutions.part_b.s2_3_time_sampling import evaluating
from solutions.part_b.s2_6_class_sampling import class_ddpm_sample

Guide = Callable[[Tensor, Tensor, float], Tensor]


@instead_of("class_ddpm_sample")
def class_zero_for_none(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You ask for class 0 to get the unconditional estimate, but that is the digit 0. Pass a mask of
    zeros.
    """

    def estimate(x_t: Tensor, t: int) -> Tensor:
        eps_uncond = _ask(unet, x_t, torch.zeros_like(c), t / num_ts, 1.0)
        return _guided(eps_uncond, _ask(unet, x_t, c, t / num_ts, 1.0), guidance_scale)

    with evaluating(unet):
        yield from sampled(estimate, schedule, (len(c), 1, *img_wh), generator)


@instead_of("class_ddpm_sample")
def estimates_swapped(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """The two estimates are swapped, so you guide away from the digit. Mask 0 gives ε_u; then ε_u + γ
    (ε_c − ε_u).
    """

    def guide(eps_uncond: Tensor, eps_cond: Tensor, gamma: float) -> Tensor:
        return _guided(eps_cond, eps_uncond, gamma)

    yield from _with_guide(unet, schedule, c, img_wh, generator, guidance_scale, guide)


@instead_of("class_ddpm_sample")
def one_gamma_too_many(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You start from the conditional estimate: ε_c + γ (ε_c − ε_u). In (B.9) it is ε_u + γ (ε_c − ε_u)."""

    def guide(eps_uncond: Tensor, eps_cond: Tensor, gamma: float) -> Tensor:
        return _guided(eps_uncond, eps_cond, gamma + 1)

    yield from _with_guide(unet, schedule, c, img_wh, generator, guidance_scale, guide)


@instead_of("class_ddpm_sample")
def difference_only(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """Your estimate is the difference γ (ε_c − ε_u) alone. It is added to ε_u."""

    def guide(eps_uncond: Tensor, eps_cond: Tensor, gamma: float) -> Tensor:
        return gamma * (eps_cond - eps_uncond)

    yield from _with_guide(unet, schedule, c, img_wh, generator, guidance_scale, guide)


@instead_of("class_ddpm_sample")
def gamma_ignored(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You guide by 5, whatever guidance_scale says. Use the argument; 5 is only its default."""
    yield from class_ddpm_sample(unet, schedule, c, img_wh, num_ts, generator)


@instead_of("class_ddpm_sample")
def unguided(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You use the conditional estimate alone, without guidance. Ask the network with the mask at 0 too,
    see (B.9).
    """

    def estimate(x_t: Tensor, t: int) -> Tensor:
        return _ask(unet, x_t, c, t / num_ts, 1.0)

    with evaluating(unet):
        yield from sampled(estimate, schedule, (len(c), 1, *img_wh), generator)


@instead_of("class_ddpm_sample")
def noise_to_the_end(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You add noise in the last step too, so the finished images stay grainy. At t = 0, z is 0."""
    with evaluating(unet):
        estimate, shape = _estimate(unet, c, num_ts, guidance_scale, _guided), (len(c), 1, *img_wh)
        yield from sampled(estimate, schedule, shape, generator, to_the_end=True)


@instead_of("class_ddpm_sample")
def beta_without_root(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """The noise of a step lacks a root: β_t is its variance, so z is multiplied by √β_t."""
    step = sampling.beta_without_root
    yield from _with_guide(unet, schedule, c, img_wh, generator, guidance_scale, _guided, step)


@instead_of("class_ddpm_sample")
def t_not_normalised(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You gave the network t itself. It expects t / num_ts, a number in [0, 1], as in training."""
    with evaluating(unet):
        estimate = _estimate(unet, c, 1, guidance_scale, _guided)
        yield from sampled(estimate, schedule, (len(c), 1, *img_wh), generator)


@instead_of("class_ddpm_sample")
def still_training(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """The network samples in training mode, where batch norms look at the other images. Call unet.eval()
    first.
    """
    estimate = _estimate(unet, c, num_ts, guidance_scale, _guided)
    yield from sampled(estimate, schedule, (len(c), 1, *img_wh), generator)


def _ask(unet: nn.Module, x_t: Tensor, c: Tensor, time: float, keep: float) -> Tensor:
    """Return the network's estimate at a time, with the classes (keep = 1) or without (keep = 0)."""
    times, mask = torch.full((len(c),), time).to(x_t), torch.full((len(c),), keep).to(x_t)
    return unet(x_t, c, times, mask)  # type: ignore[no-any-return]


def _guided(eps_uncond: Tensor, eps_cond: Tensor, gamma: float) -> Tensor:
    """Return the estimate (B.9)."""
    return eps_uncond + gamma * (eps_cond - eps_uncond)


def _estimate(unet: nn.Module, c: Tensor, num_ts: int, gamma: float, guide: Guide) -> sampling.Estimate:
    """Return a function that asks the network twice and combines the answers."""

    def estimate(x_t: Tensor, t: int) -> Tensor:
        eps_uncond, eps_cond = (_ask(unet, x_t, c, t / num_ts, keep) for keep in (0.0, 1.0))
        return guide(eps_uncond, eps_cond, gamma)

    return estimate


def _with_guide(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    c: Tensor,
    img_wh: tuple[int, int],
    generator: torch.Generator,
    gamma: float,
    guide: Guide,
    step: sampling.Step = right_step,
) -> Iterator[Tensor]:
    """Yield what the loop gives with another way to guide, or another step."""
    with evaluating(unet):
        estimate = _estimate(unet, c, len(schedule["betas"]), gamma, guide)
        yield from sampled(estimate, schedule, (len(c), 1, *img_wh), generator, step)
