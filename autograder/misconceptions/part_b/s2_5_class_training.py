"""Wrong answers to B 2.5, training with classes."""

import torch
from torch import Tensor, nn

from autograder.misconceptions import instead_of
from course.toolkit import seeds
from solutions.part_b.s2_5_class_training import class_ddpm_forward


@instead_of("class_ddpm_forward")
def mask_upside_down(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    x_0: Tensor,
    c: Tensor,
    num_ts: int,
    generator: torch.Generator,
    p_uncond: float = 0.1,
) -> Tensor:
    """Your mask is upside down: it keeps the classes with the probability p_uncond. 0 drops a class, 1
    keeps it.
    """
    t, eps, lots = _draw(x_0, num_ts, generator)
    return _loss(unet, schedule, x_0, c, t, eps, lots < p_uncond)


@instead_of("class_ddpm_forward")
def one_mask_for_all(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    x_0: Tensor,
    c: Tensor,
    num_ts: int,
    generator: torch.Generator,
    p_uncond: float = 0.1,
) -> Tensor:
    """You drop the classes of the whole batch or of none. Draw lots for every image: a mask of shape (N,)."""
    t, eps = _draw(x_0, num_ts, generator)[:2]
    lot = torch.rand(1, generator=generator)
    return _loss(unet, schedule, x_0, c, t, eps, (lot >= p_uncond).expand(len(x_0)))


@instead_of("class_ddpm_forward")
def never_dropped(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    x_0: Tensor,
    c: Tensor,
    num_ts: int,
    generator: torch.Generator,
    p_uncond: float = 0.1,
) -> Tensor:
    """You never drop a class, so the network never learns the unconditional estimate. Pass it a mask."""
    t, eps, lots = _draw(x_0, num_ts, generator)
    return _loss(unet, schedule, x_0, c, t, eps, lots >= 0)


@instead_of("class_ddpm_forward")
def rate_of_its_own(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    x_0: Tensor,
    c: Tensor,
    num_ts: int,
    generator: torch.Generator,
    p_uncond: float = 0.1,
) -> Tensor:
    """You drop a tenth of the classes, whatever p_uncond says. Use the argument; 0.1 is only its default."""
    return class_ddpm_forward(unet, schedule, x_0, c, num_ts, generator)


@instead_of("class_ddpm_forward")
def class_zero_for_none(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    x_0: Tensor,
    c: Tensor,
    num_ts: int,
    generator: torch.Generator,
    p_uncond: float = 0.1,
) -> Tensor:
    """You set dropped classes to 0, but that is the digit 0. No class at all is what the network's mask
    is for.
    """
    t, eps, lots = _draw(x_0, num_ts, generator)
    return _loss(unet, schedule, x_0, c * (lots >= p_uncond), t, eps, lots >= 0)


@instead_of("class_ddpm_forward")
def images_masked(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    x_0: Tensor,
    c: Tensor,
    num_ts: int,
    generator: torch.Generator,
    p_uncond: float = 0.1,
) -> Tensor:
    """You masked the images where the class is dropped. The mask goes to the network, the images stay
    whole.
    """
    t, eps, lots = _draw(x_0, num_ts, generator)
    mask = lots >= p_uncond
    return _loss(unet, schedule, x_0 * mask.view(-1, 1, 1, 1), c, t, eps, mask)


@instead_of("class_ddpm_forward")
def t_not_normalised(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    x_0: Tensor,
    c: Tensor,
    num_ts: int,
    generator: torch.Generator,
    p_uncond: float = 0.1,
) -> Tensor:
    """You gave the network t itself. It expects t / num_ts, a number in [0, 1]."""
    t, eps, lots = _draw(x_0, num_ts, generator)
    eps_hat = unet(_noised(schedule, x_0, t, eps), c, t.to(x_0), (lots >= p_uncond).to(x_0))
    return nn.functional.mse_loss(eps_hat, eps)


@instead_of("class_ddpm_forward")
def clean_as_target(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    x_0: Tensor,
    c: Tensor,
    num_ts: int,
    generator: torch.Generator,
    p_uncond: float = 0.1,
) -> Tensor:
    """You compared the output with the clean image x_0. This network estimates the noise: compare it with
    ε.
    """
    t, eps, lots = _draw(x_0, num_ts, generator)
    mask = (lots >= p_uncond).to(x_0)
    return nn.functional.mse_loss(unet(_noised(schedule, x_0, t, eps), c, _times(schedule, t), mask), x_0)


def _draw(x_0: Tensor, num_ts: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return timesteps, noise, and lots in [0, 1), as they should be."""
    t = torch.randint(num_ts, (len(x_0),), generator=generator)
    eps = seeds.noise(x_0.shape, generator, dtype=x_0.dtype)
    return t, eps, torch.rand(len(x_0), generator=generator)


def _noised(schedule: dict[str, Tensor], x_0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
    """Return x_t as it should be."""
    level = schedule["alpha_bars"].to(x_0)[t].view(-1, 1, 1, 1)
    return level.sqrt() * x_0 + (1 - level).sqrt() * eps


def _times(schedule: dict[str, Tensor], t: Tensor) -> Tensor:
    """Return the times that the network should be given."""
    return t.to(schedule["betas"]) / len(schedule["betas"])


def _loss(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    x_0: Tensor,
    c: Tensor,
    t: Tensor,
    eps: Tensor,
    mask: Tensor,
) -> Tensor:
    """Return the loss as it should be."""
    eps_hat = unet(_noised(schedule, x_0, t, eps), c, _times(schedule, t), mask.to(x_0))
    return nn.functional.mse_loss(eps_hat, eps)
