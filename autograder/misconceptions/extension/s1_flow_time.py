"""Wrong answers to X 1, flow matching: the network, its training and its sampling."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from autograder.misconceptions import instead_of
from course.toolkit import seeds
from solutions.extension.s1_flow_time import TimeFlowUNet, time_fm_sample
from solutions.part_b.s2_1_time import TimeConditionalUNet
from solutions.part_b.s2_3_time_sampling import evaluating


@instead_of("TimeFlowUNet")
class Added(TimeConditionalUNet):
    """You add what the FCBlocks say of the time, as in B 2.1. Here it multiplies the features, in both
    places.
    """


@instead_of("TimeFlowUNet")
class FirstGateOnly(TimeFlowUNet):
    """Only Unflatten's output is multiplied by its FCBlock. u1 has an FCBlock of its own; multiply by it
    too.
    """

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return what comes of it."""
        return _through(self, x, self.gate_1(t[:, None]), torch.ones(1, 1))


@instead_of("TimeFlowUNet")
class SecondGateOnly(TimeFlowUNet):
    """Only u1 is multiplied by its FCBlock. Unflatten's output has an FCBlock of its own; multiply by it
    too.
    """

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return what comes of it."""
        return _through(self, x, torch.ones(1, 1), self.gate_2(t[:, None]))


@instead_of("TimeFlowUNet")
class OnePlusGate(TimeFlowUNet):
    """You multiply by 1 plus what the FCBlocks say. Multiply by what they say, as it is."""

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return what comes of it."""
        return _through(self, x, 1 + self.gate_1(t[:, None]), 1 + self.gate_2(t[:, None]))


@instead_of("TimeFlowUNet")
class Backwards(TimeFlowUNet):
    """Your network turns the time around and works with 1 − t. It is to use t as it is told."""

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return what comes of it."""
        velocity: Tensor = super().forward(x, 1 - t)
        return velocity


@instead_of("time_fm_forward")
def target_turned_around(unet: nn.Module, data: Tensor, generator: torch.Generator) -> Tensor:
    """Your target is noise − data, the way back. The velocity leads from noise to data: data − noise."""
    noise, t = _drawn(data, generator)
    return mse_loss(unet(_between(noise, data, t), t), noise - data)


@instead_of("time_fm_forward")
def ends_swapped(unet: nn.Module, data: Tensor, generator: torch.Generator) -> Tensor:
    """Your x_t is data at t = 0 and noise at t = 1. Here it is the other way round: x_t = (1 − t)·noise +
    t·data.
    """
    noise, t = _drawn(data, generator)
    return mse_loss(unet(_between(data, noise, t), t), data - noise)


@instead_of("time_fm_forward")
def time_told_backwards(unet: nn.Module, data: Tensor, generator: torch.Generator) -> Tensor:
    """x_t and target are right, but you tell the network the time 1 − t. Tell it the t that made x_t."""
    noise, t = _drawn(data, generator)
    return mse_loss(unet(_between(noise, data, t), 1 - t), data - noise)


@instead_of("time_fm_forward")
def one_time_for_all(unet: nn.Module, data: Tensor, generator: torch.Generator) -> Tensor:
    """You draw one time for the whole batch. Draw one for every image: torch.rand(len(data), …)."""
    noise = seeds.noise(data.shape, generator, dtype=data.dtype)
    t = torch.rand(1, generator=generator).to(data).expand(len(data))
    return mse_loss(unet(_between(noise, data, t), t), data - noise)


@instead_of("time_fm_forward")
def noise_as_target(unet: nn.Module, data: Tensor, generator: torch.Generator) -> Tensor:
    """Your network learns to say the noise, as in B 2.2. Here it is to say the velocity, data − noise."""
    noise, t = _drawn(data, generator)
    return mse_loss(unet(_between(noise, data, t), t), noise)


@instead_of("time_fm_forward")
def data_as_target(unet: nn.Module, data: Tensor, generator: torch.Generator) -> Tensor:
    """Your network learns to say the clean image. Here it is to say the velocity, data − noise."""
    noise, t = _drawn(data, generator)
    return mse_loss(unet(_between(noise, data, t), t), data)


@instead_of("time_fm_forward")
def towards_x_t(unet: nn.Module, data: Tensor, generator: torch.Generator) -> Tensor:
    """Your target is data − x_t, which is only what is left of the way. The velocity is the same all
    along the line: data − noise.
    """
    noise, t = _drawn(data, generator)
    x_t = _between(noise, data, t)
    return mse_loss(unet(x_t, t), data - x_t)


@instead_of("time_fm_forward")
def as_in_part_b(unet: nn.Module, data: Tensor, generator: torch.Generator) -> Tensor:
    """You mix noise and data with square roots, as in (B.4). A straight line has t and 1 − t as they are."""
    noise, t = _drawn(data, generator)
    share = t.view(-1, 1, 1, 1)
    return mse_loss(unet((1 - share).sqrt() * noise + share.sqrt() * data, t), data - noise)


@instead_of("time_fm_forward")
def uniform_noise(unet: nn.Module, data: Tensor, generator: torch.Generator) -> Tensor:
    """Your noise is uniform in [0, 1). It must be Gaussian, N(0, 1): draw it with `seeds.noise`."""
    noise, t = (
        torch.rand(data.shape, generator=generator).to(data),
        torch.rand(len(data), generator=generator),
    )
    return mse_loss(unet(_between(noise, data, t.to(data)), t.to(data)), data - noise)


@instead_of("time_fm_forward")
def summed(unet: nn.Module, data: Tensor, generator: torch.Generator) -> Tensor:
    """You add up the squared errors. Take their mean, so that the loss does not grow with the batch."""
    noise, t = _drawn(data, generator)
    return mse_loss(unet(_between(noise, data, t), t), data - noise, reduction="sum")


@instead_of("time_fm_sample")
def times_after_the_step(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """You tell the network the time at the end of the step, (i + 1)/n. Euler's method asks at its
    beginning, i/n.
    """
    return _stepped(
        unet, _noise(img_wh, generator, count), [(i + 1) / num_ts for i in range(num_ts)], 1 / num_ts
    )


@instead_of("time_fm_sample")
def times_falling(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """Your clock runs from 1 down, as in Part B. Here noise is at t = 0 and data at t = 1: count upwards
    from 0.
    """
    return _stepped(
        unet, _noise(img_wh, generator, count), [1 - i / num_ts for i in range(num_ts)], 1 / num_ts
    )


@instead_of("time_fm_sample")
def times_stretched(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """Your times go all the way to 1, like linspace(0, 1, n). n steps of 1/n begin at 0, 1/n, …, and the
    last at 1 − 1/n.
    """
    times = torch.linspace(0, 1, num_ts).tolist()
    return _stepped(unet, _noise(img_wh, generator, count), times, 1 / num_ts)


@instead_of("time_fm_sample")
def times_counted(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """You tell the network the number of the step, i. It knows times in [0, 1]: divide by num_ts."""
    return _stepped(unet, _noise(img_wh, generator, count), [float(i) for i in range(num_ts)], 1 / num_ts)


@instead_of("time_fm_sample")
def whole_velocity(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """Every step of yours goes the whole way. A step lasts 1/n, so it goes a distance of v/n."""
    return _stepped(unet, _noise(img_wh, generator, count), [i / num_ts for i in range(num_ts)], 1.0)


@instead_of("time_fm_sample")
def away_from_data(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """You subtract the velocity. It points from noise to data, where you want to go: add it."""
    return _stepped(unet, _noise(img_wh, generator, count), [i / num_ts for i in range(num_ts)], -1 / num_ts)


@instead_of("time_fm_sample")
def never_updated(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """Every step of yours starts from the same noise again. The image that you yield is the one that the
    next step starts from.
    """
    noise = _noise(img_wh, generator, count)
    for i in range(num_ts):
        yield from _stepped(unet, noise, [i / num_ts], 1 / num_ts)


@instead_of("time_fm_sample")
def noise_on_the_way(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """You add fresh noise in every step, as in B 2.3. A flow draws nothing but the noise that it starts
    from.
    """
    x = _noise(img_wh, generator, count)
    for i in range(num_ts):
        (x,) = _stepped(unet, x, [i / num_ts], 1 / num_ts)
        x = x + _noise(img_wh, generator, count) / num_ts
        yield x


@instead_of("time_fm_sample")
def uniform_start(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """Your starting noise is uniform in [0, 1). The flow begins with Gaussian noise, N(0, 1): draw it with
    `seeds.noise`.
    """
    x = torch.rand((count, 1, *img_wh), generator=generator)
    return _stepped(unet, x, [i / num_ts for i in range(num_ts)], 1 / num_ts)


@instead_of("time_fm_sample")
def in_training_mode(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """The network is in training mode while you sample, so its batch norms follow the batch at hand. Sample
    with evaluating(unet).
    """
    unet.train()
    x = _noise(img_wh, generator, count)
    for i in range(num_ts):
        with torch.no_grad():
            x = x + unet(x, torch.full((count,), i / num_ts)) / num_ts
        yield x


@instead_of("time_fm_sample")
def last_images_only(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """You give back nothing but the finished images. Yield the images after every step."""
    *_, last = time_fm_sample(unet, img_wh, num_ts, generator, count)
    yield last


def _through(network: TimeFlowUNet, x: Tensor, gate_1: Tensor, gate_2: Tensor) -> Tensor:
    """Return the output of the UNet with these gates (N, C)."""
    x0 = network.conv_0(x)
    x1 = network.down_1(x0)
    x2 = network.down_2(x1)
    z = gate_1[:, :, None, None].to(x) * network.unflatten(network.flatten(x2))
    u1 = gate_2[:, :, None, None].to(x) * network.up_1(torch.cat([z, x2], dim=1))
    u2 = network.up_2(torch.cat([u1, x1], dim=1))
    velocity: Tensor = network.last(network.conv_3(torch.cat([u2, x0], dim=1)))
    return velocity


def _drawn(data: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return noise and times, as they should be."""
    noise = seeds.noise(data.shape, generator, dtype=data.dtype)
    return noise, torch.rand(len(data), generator=generator).to(data)


def _between(start: Tensor, end: Tensor, t: Tensor) -> Tensor:
    share = t.view(-1, 1, 1, 1)
    return (1 - share) * start + share * end


def _noise(img_wh: tuple[int, int], generator: torch.Generator, count: int) -> Tensor:
    return seeds.noise((count, 1, *img_wh), generator)


def _stepped(unet: nn.Module, x: Tensor, times: list[float], length: float) -> Iterator[Tensor]:
    """Yield the images after Euler steps of this length at these times."""
    with evaluating(unet):
        for t in times:
            with torch.no_grad():
                x = x + length * unet(x, torch.full((len(x),), t))
            yield x
