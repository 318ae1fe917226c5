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
        raise NotImplementedError("B 1.1 Conv: yours to write; hints: course hint b1.1.Conv")


class DownConv(nn.Sequential):
    """Map (N, in_channels, H, W) to (N, out_channels, H / 2, W / 2), for even H and W.

    Conv2d with kernel 3, stride 2, padding 1; BatchNorm2d; GELU.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        raise NotImplementedError("B 1.1 DownConv: yours to write; hints: course hint b1.1.DownConv")


class UpConv(nn.Sequential):
    """Map (N, in_channels, H, W) to (N, out_channels, 2H, 2W).

    ConvTranspose2d with kernel 4, stride 2, padding 1; BatchNorm2d; GELU.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        raise NotImplementedError("B 1.1 UpConv: yours to write; hints: course hint b1.1.UpConv")


class Flatten(nn.Sequential):
    """Map (N, C, 7, 7) to (N, C, 1, 1): AvgPool2d(7); GELU."""

    def __init__(self) -> None:
        raise NotImplementedError("B 1.1 Flatten: yours to write; hints: course hint b1.1.Flatten")


class Unflatten(nn.Sequential):
    """Map (N, in_channels, 1, 1) to (N, in_channels, 7, 7).

    ConvTranspose2d with kernel 7, stride 7, padding 0; BatchNorm2d; GELU.
    """

    def __init__(self, in_channels: int) -> None:
        raise NotImplementedError("B 1.1 Unflatten: yours to write; hints: course hint b1.1.Unflatten")


class ConvBlock(nn.Sequential):
    """Map (N, in_channels, H, W) to (N, out_channels, H, W): two Convs, the first changes the channels."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        raise NotImplementedError("B 1.1 ConvBlock: yours to write; hints: course hint b1.1.ConvBlock")


class DownBlock(nn.Sequential):
    """Map (N, in_channels, H, W) to (N, out_channels, H / 2, W / 2): DownConv, then ConvBlock."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        raise NotImplementedError("B 1.1 DownBlock: yours to write; hints: course hint b1.1.DownBlock")


class UpBlock(nn.Sequential):
    """Map (N, in_channels, H, W) to (N, out_channels, 2H, 2W): UpConv, then ConvBlock."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        raise NotImplementedError("B 1.1 UpBlock: yours to write; hints: course hint b1.1.UpBlock")


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
        raise NotImplementedError("B 1.1 UnconditionalUNet: yours to write; hints: course hint b1.1.UnconditionalUNet")

    def forward(self, x: Tensor) -> Tensor:
        """Return the estimate, of the shape of x: (N, in_channels, 28, 28)."""
        raise NotImplementedError("B 1.1 UnconditionalUNet: yours to write; hints: course hint b1.1.UnconditionalUNet")
