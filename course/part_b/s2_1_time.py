"""## B 2.1 · Telling the UNet the time

To generate digits out of pure noise, a network has to denoise at every noise level, and it does that much
better when it is told which one it has before it. So the UNet gets a second input, the timestep t, divided by
the number of timesteps so that it is a number in [0, 1].

A number is turned into channels by a small fully connected network, *FCBlock*: Linear, GELU, Linear. Two of
them tell the time in two places of the UNet of B 1.1, by adding to every pixel:

    t1 = FCBlock(1, 2D)(t)        z  = Unflatten(Flatten(x2)) + t1
    t2 = FCBlock(1, D)(t)         u1 = UpBlock(4D, D)(cat[z, x2]) + t2

Everything else is as it was.
"""

import torch
from torch import Tensor, nn

from course.toolkit import guards

from .s1_1_unet import ConvBlock, DownBlock, Flatten, Unflatten, UpBlock


class FCBlock(nn.Sequential):
    """Map (N, in_channels) to (N, out_channels): Linear; GELU; Linear from out_channels to out_channels."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        raise NotImplementedError("B 2.1 FCBlock: yours to write; hints: course hint b2.1.FCBlock")


class TimeConditionalUNet(nn.Module):
    """The UNet of B 1.1 that is told the time, as above, with D = num_hiddens.

    Two parts are new: time_1 and time_2, which make t1 and t2.
    With one channel it has 486 D² + 90 D + 1 parameters.
    """

    def __init__(self, in_channels: int, num_hiddens: int) -> None:
        guards.hidden(num_hiddens)
        super().__init__()
        raise NotImplementedError("B 2.1 TimeConditionalUNet: yours to write; hints: course hint b2.1.TimeConditionalUNet")

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the estimate, of the shape of x.

        x: (N, in_channels, 28, 28).  t: (N,) in [0, 1], else (on a CPU) ValueError.
        """
        guards.times(t)
        raise NotImplementedError("B 2.1 TimeConditionalUNet: yours to write; hints: course hint b2.1.TimeConditionalUNet")
