"""Wrong answers to B 2.1, the UNet that is told the time."""

from torch import Tensor, nn

from autograder.misconceptions import instead_of
from autograder.misconceptions.part_b.networks import Changed, estimate, spread
from solutions.part_b.s2_1_time import TimeConditionalUNet


@instead_of("FCBlock")
def fc_block_with_relu(in_channels: int, out_channels: int) -> nn.Module:
    """Between the two linear layers you have a ReLU. It is to be a GELU, as everywhere in this UNet."""
    return nn.Sequential(
        nn.Linear(in_channels, out_channels), nn.ReLU(), nn.Linear(out_channels, out_channels)
    )


@instead_of("FCBlock")
def fc_block_without_activation(in_channels: int, out_channels: int) -> nn.Module:
    """There is nothing between the two linear layers, so together they are one. A GELU belongs there."""
    return nn.Sequential(nn.Linear(in_channels, out_channels), nn.Linear(out_channels, out_channels))


@instead_of("FCBlock")
def fc_block_activated_twice(in_channels: int, out_channels: int) -> nn.Module:
    """There is a second GELU at the end. FCBlock ends with its second linear layer, whose output may be
    any number.
    """
    return nn.Sequential(
        nn.Linear(in_channels, out_channels), nn.GELU(), nn.Linear(out_channels, out_channels), nn.GELU()
    )


@instead_of("FCBlock")
def fc_block_widens_late(in_channels: int, out_channels: int) -> nn.Module:
    """Your first linear layer keeps the number of channels. It goes from in_channels to out_channels, the
    second from out_channels to out_channels.
    """
    return nn.Sequential(nn.Linear(in_channels, in_channels), nn.GELU(), nn.Linear(in_channels, out_channels))


@instead_of("TimeConditionalUNet")
def time_multiplied(in_channels: int, num_hiddens: int) -> nn.Module:
    """You multiply by what the two FCBlocks make of the time. Here the time is added, to Unflatten's output
    and to u1.
    """

    def forward(unet: TimeConditionalUNet, x: Tensor, t: Tensor) -> Tensor:
        t1, t2 = spread(unet.time_1(t[:, None])), spread(unet.time_2(t[:, None]))
        return estimate(unet, x, z_of=lambda z: t1 * z, u1_of=lambda u1: t2 * u1)

    return Changed(TimeConditionalUNet(in_channels, num_hiddens), forward)


@instead_of("TimeConditionalUNet")
def time_only_at_unflatten(in_channels: int, num_hiddens: int) -> nn.Module:
    """The time reaches Unflatten's output, but not u1. The second FCBlock's output is added there."""

    def forward(unet: TimeConditionalUNet, x: Tensor, t: Tensor) -> Tensor:
        t1 = spread(unet.time_1(t[:, None]))
        return estimate(unet, x, z_of=lambda z: z + t1)

    return Changed(TimeConditionalUNet(in_channels, num_hiddens), forward)


@instead_of("TimeConditionalUNet")
def time_only_at_u1(in_channels: int, num_hiddens: int) -> nn.Module:
    """The time reaches u1, but not Unflatten's output. The first FCBlock's output is added there."""

    def forward(unet: TimeConditionalUNet, x: Tensor, t: Tensor) -> Tensor:
        t2 = spread(unet.time_2(t[:, None]))
        return estimate(unet, x, u1_of=lambda u1: u1 + t2)

    return Changed(TimeConditionalUNet(in_channels, num_hiddens), forward)


@instead_of("TimeConditionalUNet")
def time_on_the_skips(in_channels: int, num_hiddens: int) -> nn.Module:
    """You add the time to the skips, x2 and x1. It belongs on the way up: to Unflatten's output and to u1."""

    def forward(unet: TimeConditionalUNet, x: Tensor, t: Tensor) -> Tensor:
        t1, t2 = spread(unet.time_1(t[:, None])), spread(unet.time_2(t[:, None]))
        return estimate(unet, x, x2_of=lambda x2: x2 + t1, x1_of=lambda x1: x1 + t2)

    return Changed(TimeConditionalUNet(in_channels, num_hiddens), forward)


@instead_of("TimeConditionalUNet")
def time_of_the_first_image(in_channels: int, num_hiddens: int) -> nn.Module:
    """All images are told the time of the first. t has one entry for each of them: use t[:, None]."""

    def forward(unet: TimeConditionalUNet, x: Tensor, t: Tensor) -> Tensor:
        found: Tensor = unet(x, t[:1].expand(len(x)))
        return found

    return Changed(TimeConditionalUNet(in_channels, num_hiddens), forward)


@instead_of("TimeConditionalUNet")
def time_ignored(in_channels: int, num_hiddens: int) -> nn.Module:
    """The time makes no difference: what the FCBlocks return is never added to anything."""

    def forward(unet: TimeConditionalUNet, x: Tensor, t: Tensor) -> Tensor:
        return estimate(unet, x)

    return Changed(TimeConditionalUNet(in_channels, num_hiddens), forward)
