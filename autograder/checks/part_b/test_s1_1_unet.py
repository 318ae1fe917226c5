"""Checks of B 1.1, the UNet and its blocks."""

import torch

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import close
from autograder.checks.student import Student
from autograder.checks.tried import digits, in_training, maps, one_by_one, trial

WIDTHS = [(1, 4), (3, 5), (4, 4)]


@exercise("Conv", weight=2)
def test_conv(agree: Agree, draw: Draw) -> None:
    """Conv is a convolution that keeps height and width, a batch norm and a GELU, in this order."""
    for args in WIDTHS:
        agree(*args, trial=trial(draw, (maps(draw, 2, args[0], 6),)))


@exercise("Conv")
def test_conv_in_training(agree: Agree, draw: Draw) -> None:
    """In training mode, Conv normalises by the batch and remembers its mean and variance."""
    agree(3, 5, trial=in_training(draw, (maps(draw, 4, 3, 6),)))


@exercise("DownConv", weight=2)
def test_down_conv(agree: Agree, draw: Draw) -> None:
    """DownConv is a convolution that halves height and width, a batch norm and a GELU, in this order."""
    for args in WIDTHS:
        agree(*args, trial=trial(draw, (maps(draw, 2, args[0], 8),)))


@exercise("DownConv")
def test_down_conv_in_training(agree: Agree, draw: Draw) -> None:
    """In training mode, DownConv normalises by the batch and remembers its mean and variance."""
    agree(3, 5, trial=in_training(draw, (maps(draw, 4, 3, 8),)))


@exercise("UpConv", weight=2)
def test_up_conv(agree: Agree, draw: Draw) -> None:
    """UpConv is a transposed convolution that doubles height and width, a batch norm and a GELU."""
    for args in WIDTHS:
        agree(*args, trial=trial(draw, (maps(draw, 2, args[0], 4),)))


@exercise("UpConv")
def test_up_conv_in_training(agree: Agree, draw: Draw) -> None:
    """In training mode, UpConv normalises by the batch and remembers its mean and variance."""
    agree(3, 5, trial=in_training(draw, (maps(draw, 4, 3, 4),)))


@exercise("Flatten")
def test_flatten(agree: Agree, draw: Draw) -> None:
    """Flatten averages 7 × 7 pixels into one, (N, C, 1, 1), and applies a GELU to the averages."""
    agree(trial=trial(draw, (4 * maps(draw, 3, 5, 7),), (4 * maps(draw, 1, 2, 7),)))


@exercise("Unflatten", weight=2)
def test_unflatten(agree: Agree, draw: Draw) -> None:
    """Unflatten is a transposed convolution from 1 × 1 to 7 × 7 pixels, a batch norm and a GELU."""
    for channels in (1, 4):
        agree(channels, trial=trial(draw, (maps(draw, 3, channels, 1),)))


@exercise("Unflatten")
def test_unflatten_in_training(agree: Agree, draw: Draw) -> None:
    """In training mode, Unflatten normalises by the batch and remembers its mean and variance."""
    agree(3, trial=in_training(draw, (maps(draw, 4, 3, 1),)))


@exercise("ConvBlock", weight=2)
def test_conv_block(agree: Agree, draw: Draw) -> None:
    """ConvBlock is two Convs, of which the first changes the number of channels."""
    for args in WIDTHS:
        agree(*args, trial=trial(draw, (maps(draw, 2, args[0], 6),)))


@exercise("ConvBlock")
def test_conv_block_in_training(agree: Agree, draw: Draw) -> None:
    """In training mode, both batch norms of ConvBlock take the statistics of the batch."""
    agree(3, 5, trial=in_training(draw, (maps(draw, 4, 3, 6),)))


@exercise("DownBlock", weight=2)
def test_down_block(agree: Agree, draw: Draw) -> None:
    """DownBlock is a DownConv, which changes the number of channels, and a ConvBlock."""
    for args in WIDTHS:
        agree(*args, trial=trial(draw, (maps(draw, 2, args[0], 8),)))


@exercise("DownBlock")
def test_down_block_in_training(agree: Agree, draw: Draw) -> None:
    """In training mode, all batch norms of DownBlock take the statistics of the batch."""
    agree(3, 5, trial=in_training(draw, (maps(draw, 4, 3, 8),)))


@exercise("UpBlock", weight=2)
def test_up_block(agree: Agree, draw: Draw) -> None:
    """UpBlock is an UpConv, which changes the number of channels, and a ConvBlock."""
    for args in WIDTHS:
        agree(*args, trial=trial(draw, (maps(draw, 2, args[0], 4),)))


@exercise("UpBlock")
def test_up_block_in_training(agree: Agree, draw: Draw) -> None:
    """In training mode, all batch norms of UpBlock take the statistics of the batch."""
    agree(3, 5, trial=in_training(draw, (maps(draw, 4, 3, 4),)))


@exercise("UnconditionalUNet", weight=4)
def test_unet(agree: Agree, draw: Draw) -> None:
    """The UNet gives the estimate of the diagram, for any number of channels."""
    for in_channels, num_hiddens in ((1, 3), (3, 5)):
        agree(in_channels, num_hiddens, trial=trial(draw, (digits(draw, 2, in_channels),)))


@exercise("UnconditionalUNet")
def test_unet_in_training(agree: Agree, draw: Draw) -> None:
    """In training mode, all batch norms of the UNet take the statistics of the batch."""
    agree(1, 3, trial=in_training(draw, (digits(draw, 4),)))


@exercise("UnconditionalUNet")
def test_unet_parameters(student: Student) -> None:
    """With one channel and D = num_hiddens, the UNet has 481 D² + 81 D + 1 parameters."""
    for num_hiddens in (1, 4, 9, 16):
        found, wanted = student.parameters(1, num_hiddens), 481 * num_hiddens**2 + 81 * num_hiddens + 1
        assert found == wanted, f"with D = {num_hiddens} it has {found:,} instead of {wanted:,}"


@exercise("UnconditionalUNet")
def test_unet_one_by_one(student: Student, draw: Draw) -> None:
    """In evaluation mode an image's estimate, of the image's shape, is the same alone and in a batch."""
    x = digits(draw)
    together, *alone = student.network(1, 5, trial=one_by_one(draw, (x,), *((image[None],) for image in x)))
    assert together.shape == x.shape, f"for {tuple(x.shape)} the estimate has shape {tuple(together.shape)}"
    assert together.std() > 1e-3, "the estimate is almost constant, whatever the image"
    assert close(torch.cat(alone), together, 1e-3), "an image's estimate depends on the rest of the batch"
