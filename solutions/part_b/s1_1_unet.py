"""## B 1.1 · The UNet

In Part A somebody else had trained the model. Now you build one yourself, small enough to train while you
wait, for handwritten digits: images of one channel and 28 × 28 pixels in [0, 1].

A denoiser takes an image and returns an image. It has to see the whole digit, to know what it is, and every
pixel, to know where it is. A *UNet* goes down to a few numbers for the whole image and up again, and on the
way up it gets back, by *skip connections*, what it knew on the way down:

    28 × 28   x ─ ConvBlock ─ x0 ──────────────────── cat ─ ConvBlock ─ Conv2d ─ estimate
                              │                        │
                          DownBlock                 UpBlock (u2)
                              │                        │
    14 × 14                   x1 ──────────────────── cat
                              │                        │
                          DownBlock                 UpBlock (u1)
                              │                        │
    7 × 7                     x2 ──────────────────── cat
                              │                        │
                           Flatten ─── 1 × 1 ────── Unflatten (z)

Every block is a few of PyTorch's layers, one after another, with a *batch norm* and a *GELU* behind every
convolution but the last. With `nn.Sequential` as their base class they need no `forward`:
`super().__init__(…)` takes the layers in their order.

| block | layers | what it does |
|---|---|---|
| Conv | Conv2d(kernel 3, stride 1, padding 1), BatchNorm2d, GELU | changes the channels |
| DownConv | Conv2d(kernel 3, stride 2, padding 1), BatchNorm2d, GELU | halves height and width |
| UpConv | ConvTranspose2d(kernel 4, stride 2, padding 1), BatchNorm2d, GELU | doubles height and width |
| Flatten | AvgPool2d(7), GELU | 7 × 7 to 1 × 1 |
| Unflatten | ConvTranspose2d(kernel 7, stride 7, padding 0), BatchNorm2d, GELU | 1 × 1 to 7 × 7 |
| ConvBlock | Conv, Conv | |
| DownBlock | DownConv, ConvBlock | |
| UpBlock | UpConv, ConvBlock | |

*Ronneberger, Fischer and Brox: U-Net (2015).*
"""

import torch
from torch import Tensor, nn

from course.toolkit import guards


class Conv(nn.Sequential):
    """Map (N, in_channels, H, W) to (N, out_channels, H, W).

    Conv2d with kernel 3, stride 1, padding 1; BatchNorm2d; GELU.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        # BEGIN SOLUTION
        super().__init__(
            nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=1, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.GELU(),
        )
        # END SOLUTION


class DownConv(nn.Sequential):
    """Map (N, in_channels, H, W) to (N, out_channels, H / 2, W / 2), for even H and W.

    Conv2d with kernel 3, stride 2, padding 1; BatchNorm2d; GELU.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        # BEGIN SOLUTION
        super().__init__(
            nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=2, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.GELU(),
        )
        # END SOLUTION


class UpConv(nn.Sequential):
    """Map (N, in_channels, H, W) to (N, out_channels, 2H, 2W).

    ConvTranspose2d with kernel 4, stride 2, padding 1; BatchNorm2d; GELU.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        # BEGIN SOLUTION
        super().__init__(
            nn.ConvTranspose2d(in_channels, out_channels, kernel_size=4, stride=2, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.GELU(),
        )
        # END SOLUTION


class Flatten(nn.Sequential):
    """Map (N, C, 7, 7) to (N, C, 1, 1): AvgPool2d(7); GELU."""

    def __init__(self) -> None:
        # BEGIN SOLUTION
        super().__init__(nn.AvgPool2d(7), nn.GELU())
        # END SOLUTION


class Unflatten(nn.Sequential):
    """Map (N, in_channels, 1, 1) to (N, in_channels, 7, 7).

    ConvTranspose2d with kernel 7, stride 7, padding 0; BatchNorm2d; GELU.
    """

    def __init__(self, in_channels: int) -> None:
        # BEGIN SOLUTION
        super().__init__(
            nn.ConvTranspose2d(in_channels, in_channels, kernel_size=7, stride=7, padding=0),
            nn.BatchNorm2d(in_channels),
            nn.GELU(),
        )
        # END SOLUTION


class ConvBlock(nn.Sequential):
    """Map (N, in_channels, H, W) to (N, out_channels, H, W): two Convs, the first changes the channels."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        # BEGIN SOLUTION
        super().__init__(Conv(in_channels, out_channels), Conv(out_channels, out_channels))
        # END SOLUTION


class DownBlock(nn.Sequential):
    """Map (N, in_channels, H, W) to (N, out_channels, H / 2, W / 2): DownConv, then ConvBlock."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        # BEGIN SOLUTION
        super().__init__(DownConv(in_channels, out_channels), ConvBlock(out_channels, out_channels))
        # END SOLUTION


class UpBlock(nn.Sequential):
    """Map (N, in_channels, H, W) to (N, out_channels, 2H, 2W): UpConv, then ConvBlock."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        # BEGIN SOLUTION
        super().__init__(UpConv(in_channels, out_channels), ConvBlock(out_channels, out_channels))
        # END SOLUTION


class UnconditionalUNet(nn.Module):
    """The UNet of the diagram, with D = num_hiddens channels in x0, x1, u1 and u2, and 2D in x2 and z.

    Its parts, in the order of the data: conv_0, down_1, down_2, flatten, unflatten, up_1, up_2, conv_3, and
    last, a plain Conv2d(kernel 3, stride 1, padding 1) with neither batch norm nor GELU, so that the estimate
    can be any number.  Under other names they are as good, but the weights that come with the course fit only
    these.  With one channel it has 481 D² + 81 D + 1 parameters.
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
        self.up_1 = UpBlock(4 * num_hiddens, num_hiddens)
        self.up_2 = UpBlock(2 * num_hiddens, num_hiddens)
        self.conv_3 = ConvBlock(2 * num_hiddens, num_hiddens)
        self.last = nn.Conv2d(num_hiddens, in_channels, kernel_size=3, stride=1, padding=1)
        # END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the estimate, of the shape of x: (N, in_channels, 28, 28)."""
        # BEGIN SOLUTION
        x0 = self.conv_0(x)
        x1 = self.down_1(x0)
        x2 = self.down_2(x1)
        z = self.unflatten(self.flatten(x2))
        u1 = self.up_1(torch.cat([z, x2], dim=1))
        u2 = self.up_2(torch.cat([u1, x1], dim=1))
        estimate: Tensor = self.last(self.conv_3(torch.cat([u2, x0], dim=1)))
        return estimate
        # END SOLUTION
