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
        # BEGIN SOLUTION
        super().__init__(
            nn.Linear(in_channels, out_channels), nn.GELU(), nn.Linear(out_channels, out_channels)
        )
        # END SOLUTION


class TimeConditionalUNet(nn.Module):
    """The UNet of B 1.1 that is told the time, as above, with D = num_hiddens.

    Two parts are new: time_1 and time_2, which make t1 and t2.
    With one channel it has 486 D² + 90 D + 1 parameters.
    """

    def __init__(self, in_channels: int, num_hiddens: int) -> None:
        guards.hidden(num_hiddens)
        super().__init__()
        # BEGIN SOLUTION
        self.conv_0 = ConvBlock(in_channels, num_hiddens)
        self.down_1 = DownBlock(num_hiddens, num_hiddens)
        self.down_2 = DownBlock(num_hiddens, 2 * num_hiddens)
        self.flatten = Flatten()
        self.unflatten = Unflatten(2 * num_hiddens)
        self.time_1 = FCBlock(1, 2 * num_hiddens)
        self.up_1 = UpBlock(4 * num_hiddens, num_hiddens)
        self.time_2 = FCBlock(1, num_hiddens)
        self.up_2 = UpBlock(2 * num_hiddens, num_hiddens)
        self.conv_3 = ConvBlock(2 * num_hiddens, num_hiddens)
        self.last = nn.Conv2d(num_hiddens, in_channels, kernel_size=3, stride=1, padding=1)
        # END SOLUTION

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the estimate, of the shape of x.

        x: (N, in_channels, 28, 28).  t: (N,) in [0, 1], else (on a CPU) ValueError.
        """
        guards.times(t)
        # BEGIN SOLUTION
        t1 = self.time_1(t[:, None])[:, :, None, None]
        t2 = self.time_2(t[:, None])[:, :, None, None]
        x0 = self.conv_0(x)
        x1 = self.down_1(x0)
        x2 = self.down_2(x1)
        z = self.unflatten(self.flatten(x2)) + t1
        u1 = self.up_1(torch.cat([z, x2], dim=1)) + t2
        u2 = self.up_2(torch.cat([u1, x1], dim=1))
        estimate: Tensor = self.last(self.conv_3(torch.cat([u2, x0], dim=1)))
        return estimate
        # END SOLUTION
