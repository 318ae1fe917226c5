"""Wrong answers to X 2, flow matching with classes: its training and its sampling."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from autograder.misconceptions import instead_of
from course.toolkit import seeds
from solutions.extension.s2_flow_class import class_fm_sample
from solutions.part_b.s2_3_time_sampling import evaluating


@instead_of("class_fm_forward")
def dropped_to_class_0(
    unet: nn.Module, data: Tensor, c: Tensor, generator: torch.Generator, p_uncond: float = 0.1
) -> Tensor:
    """You drop a class by calling it 0. But 0 is a digit, and one-hot it is not zero: leave c alone and set
    the mask to 0.
    """
    noise, t, lots = _drawn(data, generator)
    dropped = torch.where(lots < p_uncond, 0, c)
    return mse_loss(unet(_between(noise, data, t), dropped, t, torch.ones_like(t)), data - noise)


@instead_of("class_fm_forward")
def mask_turned_around(
    unet: nn.Module, data: Tensor, c: Tensor, generator: torch.Generator, p_uncond: float = 0.1
) -> Tensor:
    """Your mask keeps what it should drop. It is 0 with probability p_uncond, and 1, which keeps the class,
    otherwise.
    """
    noise, t, lots = _drawn(data, generator)
    return mse_loss(unet(_between(noise, data, t), c, t, (lots < p_uncond).to(data)), data - noise)


@instead_of("class_fm_forward")
def one_lot_for_all(
    unet: nn.Module, data: Tensor, c: Tensor, generator: torch.Generator, p_uncond: float = 0.1
) -> Tensor:
    """One lot decides for the whole batch whether the classes are dropped. Draw one for every image."""
    noise, t = _noise_and_times(data, generator)
    mask = (torch.rand(1, generator=generator) >= p_uncond).to(data).expand(len(data))
    return mse_loss(unet(_between(noise, data, t), c, t, mask), data - noise)


@instead_of("class_fm_forward")
def never_dropped(
    unet: nn.Module, data: Tensor, c: Tensor, generator: torch.Generator, p_uncond: float = 0.1
) -> Tensor:
    """You never drop a class, so the network never learns the velocity without one, and guidance has
    nothing to start from. Pass it a mask.
    """
    noise, t = _noise_and_times(data, generator)
    return mse_loss(unet(_between(noise, data, t), c, t), data - noise)


@instead_of("class_fm_forward")
def times_as_lots(
    unet: nn.Module, data: Tensor, c: Tensor, generator: torch.Generator, p_uncond: float = 0.1
) -> Tensor:
    """Your mask follows from the times, so only images near to noise lose their class. Draw lots of their
    own for the mask.
    """
    noise, t = _noise_and_times(data, generator)
    return mse_loss(unet(_between(noise, data, t), c, t, (t >= p_uncond).to(data)), data - noise)


@instead_of("class_fm_forward")
def target_turned_around(
    unet: nn.Module, data: Tensor, c: Tensor, generator: torch.Generator, p_uncond: float = 0.1
) -> Tensor:
    """Your target is noise − data, the way back. The velocity leads from noise to data: data − noise."""
    noise, t, lots = _drawn(data, generator)
    return mse_loss(unet(_between(noise, data, t), c, t, (lots >= p_uncond).to(data)), noise - data)


@instead_of("class_fm_forward")
def ends_swapped(
    unet: nn.Module, data: Tensor, c: Tensor, generator: torch.Generator, p_uncond: float = 0.1
) -> Tensor:
    """Your x_t is data at t = 0 and noise at t = 1. Here it is the other way round: x_t = (1 − t)·noise +
    t·data.
    """
    noise, t, lots = _drawn(data, generator)
    return mse_loss(unet(_between(data, noise, t), c, t, (lots >= p_uncond).to(data)), data - noise)


@instead_of("class_fm_forward")
def images_dropped(
    unet: nn.Module, data: Tensor, c: Tensor, generator: torch.Generator, p_uncond: float = 0.1
) -> Tensor:
    """You multiply the images by the mask. It belongs to the classes: the network drops them itself when it
    is passed as its fourth argument.
    """
    noise, t, lots = _drawn(data, generator)
    mask = (lots >= p_uncond).to(data)
    x_t = mask.view(-1, 1, 1, 1) * _between(noise, data, t)
    return mse_loss(unet(x_t, c, t, mask), data - noise)


@instead_of("class_fm_sample")
def class_0_as_none(
    unet: nn.Module,
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You take the velocity to class 0 for v_u, the one without a class. But 0 is a digit: ask with the mask
    at 0.
    """
    x = seeds.noise((len(c), 1, *img_wh), generator)
    for t in _times(num_ts):
        v_cond, v_uncond = _asked(unet, x, c, t, 1), _asked(unet, x, torch.zeros_like(c), t, 1)
        x = x + (v_uncond + guidance_scale * (v_cond - v_uncond)) / num_ts
        yield x


@instead_of("class_fm_sample")
def starting_at_the_class(
    unet: nn.Module,
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You start at v_c and go γ times further. Start at v_u, so that γ = 1 is v_c: v_u + γ (v_c − v_u)."""
    return _guided(unet, c, img_wh, num_ts, generator, lambda u, v: v + guidance_scale * (v - u))


@instead_of("class_fm_sample")
def roles_exchanged(
    unet: nn.Module,
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """v_c and v_u have changed roles, so γ leads away from the class. It is v_u + γ (v_c − v_u)."""
    return _guided(unet, c, img_wh, num_ts, generator, lambda u, v: v + guidance_scale * (u - v))


@instead_of("class_fm_sample")
def difference_only(
    unet: nn.Module,
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You follow the difference alone. It is added to v_u: v_u + γ (v_c − v_u)."""
    return _guided(unet, c, img_wh, num_ts, generator, lambda u, v: guidance_scale * (v - u))


@instead_of("class_fm_sample")
def scaled_class(
    unet: nn.Module,
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You multiply v_c by γ, which only makes you faster. Exaggerate the difference: v_u + γ (v_c − v_u)."""
    return _guided(unet, c, img_wh, num_ts, generator, lambda u, v: guidance_scale * v)


@instead_of("class_fm_sample")
def unguided(
    unet: nn.Module,
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You follow v_c alone, without guidance, whatever γ is. Follow v_u + γ (v_c − v_u)."""
    return class_fm_sample(unet, c, img_wh, num_ts, generator, 1.0)


@instead_of("class_fm_sample")
def times_after_the_step(
    unet: nn.Module,
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """You tell the network the time at the end of the step, (i + 1)/n. Euler's method asks at its
    beginning, i/n.
    """
    times = [(i + 1) / num_ts for i in range(num_ts)]
    x = seeds.noise((len(c), 1, *img_wh), generator)
    for t in times:
        v_uncond, v_cond = _asked(unet, x, c, t, 0), _asked(unet, x, c, t, 1)
        x = x + (v_uncond + guidance_scale * (v_cond - v_uncond)) / num_ts
        yield x


@instead_of("class_fm_sample")
def whole_velocity(
    unet: nn.Module,
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """Every step of yours goes the whole way. A step lasts 1/n, so it goes a distance of v/n."""
    return _guided(unet, c, img_wh, num_ts, generator, lambda u, v: num_ts * (u + guidance_scale * (v - u)))


@instead_of("class_fm_sample")
def in_training_mode(
    unet: nn.Module,
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """The network is in training mode while you sample, so its batch norms follow the batch at hand. Sample
    with evaluating(unet).
    """
    x = seeds.noise((len(c), 1, *img_wh), generator)
    unet.train()
    for t in _times(num_ts):
        with torch.no_grad():
            time = torch.full((len(c),), t)
            v_uncond = unet(x, c, time, torch.zeros(len(c)))
            x = x + (v_uncond + guidance_scale * (unet(x, c, time) - v_uncond)) / num_ts
        yield x


def _noise_and_times(data: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    noise = seeds.noise(data.shape, generator, dtype=data.dtype)
    return noise, torch.rand(len(data), generator=generator).to(data)


def _drawn(data: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return noise, times and lots, as they should be."""
    return *_noise_and_times(data, generator), torch.rand(len(data), generator=generator)


def _between(start: Tensor, end: Tensor, t: Tensor) -> Tensor:
    share = t.view(-1, 1, 1, 1)
    return (1 - share) * start + share * end


def _times(num_ts: int) -> list[float]:
    return [i / num_ts for i in range(num_ts)]


def _asked(unet: nn.Module, x: Tensor, c: Tensor, t: float, mask: int) -> Tensor:
    """Return the velocity at one time, the mask the same for all images."""
    with evaluating(unet), torch.no_grad():
        velocity: Tensor = unet(x, c, torch.full((len(x),), t), torch.full((len(x),), float(mask)))
    return velocity


def _guided(
    unet: nn.Module,
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guide: Callable[[Tensor, Tensor], Tensor],
) -> Iterator[Tensor]:
    """Yield the images of a loop that follows guide(v_u, v_c)."""
    x = seeds.noise((len(c), 1, *img_wh), generator)
    for t in _times(num_ts):
        x = x + guide(_asked(unet, x, c, t, 0), _asked(unet, x, c, t, 1)) / num_ts
        yield x
