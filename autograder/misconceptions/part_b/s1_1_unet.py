"""Wrong answers to B 1.1, the UNet."""

import torch
from torch import Tensor, nn

from autograder.misconceptions import instead_of
from autograder.misconceptions.part_b.networks import Changed, estimate
from solutions.part_b.s1_1_unet import Conv, ConvBlock, DownConv, UnconditionalUNet, UpBlock, UpConv


def finished(layer: nn.Module, out_channels: int) -> nn.Module:
    """Return the layer with a batch norm and a GELU behind it."""
    return nn.Sequential(layer, nn.BatchNorm2d(out_channels), nn.GELU())


@instead_of("Conv")
def conv_without_batch_norm(in_channels: int, out_channels: int) -> nn.Module:
    """The batch norm is missing. nn.BatchNorm2d(out_channels) is between the convolution and the GELU."""
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, 1, 1), nn.GELU())


@instead_of("Conv")
def conv_with_relu(in_channels: int, out_channels: int) -> nn.Module:
    """You end with a ReLU. The blocks of this UNet end with a GELU, which is smooth at 0."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, 1, 1), nn.BatchNorm2d(out_channels), nn.ReLU()
    )


@instead_of("Conv")
def conv_normalised_last(in_channels: int, out_channels: int) -> nn.Module:
    """Batch norm and GELU have changed places. Normalise first, then apply the GELU."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, 1, 1), nn.GELU(), nn.BatchNorm2d(out_channels)
    )


@instead_of("Conv")
def conv_without_bias(in_channels: int, out_channels: int) -> nn.Module:
    """Your convolution has no bias. The batch norm would undo it, but here every layer keeps PyTorch's
    default: leave out bias=False.
    """
    return finished(nn.Conv2d(in_channels, out_channels, 3, 1, 1, bias=False), out_channels)


@instead_of("Conv")
def conv_without_padding(in_channels: int, out_channels: int) -> nn.Module:
    """Without padding the image loses a pixel at every edge. Give the convolution padding=1."""
    return finished(nn.Conv2d(in_channels, out_channels, 3), out_channels)


@instead_of("DownConv")
def down_conv_pooled(in_channels: int, out_channels: int) -> nn.Module:
    """You halve the image by pooling. DownConv has no pooling layer: its convolution has stride 2."""
    return nn.Sequential(Conv(in_channels, out_channels), nn.MaxPool2d(2))


@instead_of("DownConv")
def down_conv_without_batch_norm(in_channels: int, out_channels: int) -> nn.Module:
    """The batch norm is missing. nn.BatchNorm2d(out_channels) is between the convolution and the GELU."""
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, 2, 1), nn.GELU())


@instead_of("DownConv")
def down_conv_with_stride_1(in_channels: int, out_channels: int) -> nn.Module:
    """Height and width stay as they are. Give the convolution stride=2, so that it halves them."""
    return finished(nn.Conv2d(in_channels, out_channels, 3, 1, 1), out_channels)


@instead_of("DownConv")
def down_conv_with_kernel_4(in_channels: int, out_channels: int) -> nn.Module:
    """Your kernel is 4 × 4. That is UpConv's; the convolution of DownConv has a kernel of 3 × 3."""
    return finished(nn.Conv2d(in_channels, out_channels, 4, 2, 1), out_channels)


@instead_of("UpConv")
def up_conv_interpolated(in_channels: int, out_channels: int) -> nn.Module:
    """You enlarge the image by interpolation. UpConv learns how: nn.ConvTranspose2d with kernel 4, stride
    2 and padding 1.
    """
    return nn.Sequential(nn.Upsample(scale_factor=2), Conv(in_channels, out_channels))


@instead_of("UpConv")
def up_conv_with_kernel_2(in_channels: int, out_channels: int) -> nn.Module:
    """Your kernel is 2 × 2, without padding. The size is right, but UpConv has kernel 4 and padding 1, so
    that neighbours overlap.
    """
    return finished(nn.ConvTranspose2d(in_channels, out_channels, 2, 2, 0), out_channels)


@instead_of("UpConv")
def up_conv_without_batch_norm(in_channels: int, out_channels: int) -> nn.Module:
    """The batch norm is missing. Between the transposed convolution and the GELU belongs
    nn.BatchNorm2d(out_channels).
    """
    return nn.Sequential(nn.ConvTranspose2d(in_channels, out_channels, 4, 2, 1), nn.GELU())


@instead_of("UpConv")
def up_conv_without_activation(in_channels: int, out_channels: int) -> nn.Module:
    """The GELU is missing. It comes last, behind the batch norm, as in the other blocks."""
    return nn.Sequential(nn.ConvTranspose2d(in_channels, out_channels, 4, 2, 1), nn.BatchNorm2d(out_channels))


@instead_of("Flatten")
def flatten_into_vectors() -> nn.Module:
    """You wrote every pixel into one long vector. This Flatten takes the average of the 7 × 7 pixels, and
    its result is still an image, of 1 × 1.
    """
    return nn.Flatten()


@instead_of("Flatten")
def flatten_without_activation() -> nn.Module:
    """The averages are right, but the GELU behind them is missing."""
    return nn.AvgPool2d(7)


@instead_of("Flatten")
def flatten_to_the_largest() -> nn.Module:
    """You took the largest of the 7 × 7 pixels. Take their average, nn.AvgPool2d(7)."""
    return nn.Sequential(nn.MaxPool2d(7), nn.GELU())


@instead_of("Flatten")
def flatten_activated_first() -> nn.Module:
    """You averaged the GELU of the pixels. Average first, then apply the GELU to the averages."""
    return nn.Sequential(nn.GELU(), nn.AvgPool2d(7))


@instead_of("Unflatten")
def unflatten_repeated(in_channels: int) -> nn.Module:
    """You repeat the one pixel 49 times. Unflatten learns what to make of it: nn.ConvTranspose2d with kernel
    7 and stride 7.
    """
    return nn.Sequential(nn.Upsample(scale_factor=7), nn.BatchNorm2d(in_channels), nn.GELU())


@instead_of("Unflatten")
def unflatten_without_batch_norm(in_channels: int) -> nn.Module:
    """The batch norm is missing. Between the transposed convolution and the GELU belongs
    nn.BatchNorm2d(in_channels).
    """
    return nn.Sequential(nn.ConvTranspose2d(in_channels, in_channels, 7, 7, 0), nn.GELU())


@instead_of("Unflatten")
def unflatten_with_padding(in_channels: int) -> nn.Module:
    """Your padding of 1 cuts the edge off: 5 × 5 pixels are left. From 1 × 1 to 7 × 7 it takes padding 0."""
    return finished(nn.ConvTranspose2d(in_channels, in_channels, 7, 7, 1), in_channels)


@instead_of("ConvBlock")
def one_conv(in_channels: int, out_channels: int) -> nn.Module:
    """There is only one Conv. A ConvBlock has two, the second from out_channels to out_channels."""
    return Conv(in_channels, out_channels)


@instead_of("ConvBlock")
def conv_block_widens_late(in_channels: int, out_channels: int) -> nn.Module:
    """Your first Conv keeps the number of channels and the second changes it. It is the other way round."""
    return nn.Sequential(Conv(in_channels, in_channels), Conv(in_channels, out_channels))


@instead_of("ConvBlock")
def conv_block_residual(in_channels: int, out_channels: int) -> nn.Module:
    """You add the first Conv's output to the second's, as a residual network does. This UNet's skips are
    only those of the diagram: return the second Conv's output.
    """

    def forward(block: nn.Module, x: Tensor) -> Tensor:
        first, second = block.children()
        found: Tensor = first(x) + second(first(x))
        return found

    return Changed(ConvBlock(in_channels, out_channels), forward)


@instead_of("DownBlock")
def down_conv_alone(in_channels: int, out_channels: int) -> nn.Module:
    """The ConvBlock is missing. It comes behind the DownConv, from out_channels to out_channels."""
    return DownConv(in_channels, out_channels)


@instead_of("DownBlock")
def down_conv_last(in_channels: int, out_channels: int) -> nn.Module:
    """The ConvBlock comes first and the DownConv last. First make the image smaller, then work on it."""
    return nn.Sequential(ConvBlock(in_channels, out_channels), DownConv(out_channels, out_channels))


@instead_of("DownBlock")
def down_block_widens_late(in_channels: int, out_channels: int) -> nn.Module:
    """Your DownConv keeps the number of channels and the ConvBlock changes it. DownConv is to change it."""
    return nn.Sequential(DownConv(in_channels, in_channels), ConvBlock(in_channels, out_channels))


@instead_of("UpBlock")
def up_conv_alone(in_channels: int, out_channels: int) -> nn.Module:
    """The ConvBlock is missing. It comes behind the UpConv, from out_channels to out_channels."""
    return UpConv(in_channels, out_channels)


@instead_of("UpBlock")
def up_conv_last(in_channels: int, out_channels: int) -> nn.Module:
    """The ConvBlock comes first and the UpConv last. First make the image larger, then work on it."""
    return nn.Sequential(ConvBlock(in_channels, out_channels), UpConv(out_channels, out_channels))


@instead_of("UpBlock")
def up_block_with_one_conv(in_channels: int, out_channels: int) -> nn.Module:
    """Behind the UpConv there is a single Conv. It is to be a ConvBlock, which has two."""
    return nn.Sequential(UpConv(in_channels, out_channels), Conv(out_channels, out_channels))


@instead_of("UnconditionalUNet")
def last_layer_is_a_conv(in_channels: int, num_hiddens: int) -> nn.Module:
    """Your last layer is a Conv, with batch norm and GELU. Make it a plain nn.Conv2d: the estimate must be
    free to be any number.
    """
    unet = UnconditionalUNet(in_channels, num_hiddens)
    unet.last = Conv(num_hiddens, in_channels)  # type: ignore[assignment]
    return unet


@instead_of("UnconditionalUNet")
def pressed_into_0_to_1(in_channels: int, num_hiddens: int) -> nn.Module:
    """You send the estimate through a sigmoid. Return what the last convolution gives, even outside of
    [0, 1]: later the same UNet estimates noise.
    """
    return nn.Sequential(UnconditionalUNet(in_channels, num_hiddens), nn.Sigmoid())


@instead_of("UnconditionalUNet")
def bottleneck_left_out(in_channels: int, num_hiddens: int) -> nn.Module:
    """You use x2 itself as z. Flatten, down to 1 × 1, and Unflatten, up to 7 × 7, belong between."""
    unet = UnconditionalUNet(in_channels, num_hiddens)
    unet.flatten, unet.unflatten = nn.Identity(), nn.Identity()  # type: ignore[assignment]
    return unet


@instead_of("UnconditionalUNet")
def skips_added(in_channels: int, num_hiddens: int) -> nn.Module:
    """You add the skips. Concatenate them along the channels, so that the next block, with twice the input
    channels, can tell them apart.
    """

    def forward(unet: UnconditionalUNet, x: Tensor) -> Tensor:
        x0 = unet.conv_0(x)
        x1 = unet.down_1(x0)
        x2 = unet.down_2(x1)
        u1 = unet.up_1(unet.unflatten(unet.flatten(x2)) + x2)
        found: Tensor = unet.last(unet.conv_3(unet.up_2(u1 + x1) + x0))
        return found

    unet = UnconditionalUNet(in_channels, num_hiddens)
    unet.up_1 = UpBlock(2 * num_hiddens, num_hiddens)
    unet.up_2 = UpBlock(num_hiddens, num_hiddens)
    unet.conv_3 = ConvBlock(num_hiddens, num_hiddens)
    return Changed(unet, forward)


@instead_of("UnconditionalUNet")
def without_skip_of_x2(in_channels: int, num_hiddens: int) -> nn.Module:
    """The first concatenation holds z twice. Its other half is x2, what came out of the second DownBlock."""

    def forward(unet: UnconditionalUNet, x: Tensor) -> Tensor:
        z = unet.unflatten(unet.flatten(unet.down_2(unet.down_1(unet.conv_0(x)))))
        return estimate(unet, x, x2_of=lambda x2: torch.as_tensor(z))

    return Changed(UnconditionalUNet(in_channels, num_hiddens), forward)
