"""Blocks and UNet: shapes, parameters in closed form, and what reaches what."""

import pytest
import torch
from torch import Tensor, nn

from course.toolkit import seeds
from solutions.part_b import s1_1_unet
from solutions.part_b.s1_1_unet import Flatten, UnconditionalUNet, Unflatten

C, D = 3, 5
# Weights, biases and batch norms: 9 or 16 or 49 numbers a pair of channels, 3 more a channel that comes out.
BLOCKS = {
    "Conv": (14, 9 * C * D + 3 * D),
    "DownConv": (7, 9 * C * D + 3 * D),
    "UpConv": (28, 16 * C * D + 3 * D),
    "ConvBlock": (14, 9 * C * D + 9 * D * D + 6 * D),
    "DownBlock": (7, 9 * C * D + 18 * D * D + 9 * D),
    "UpBlock": (28, 16 * C * D + 18 * D * D + 9 * D),
}


def size(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def images(*shape: int) -> Tensor:
    return seeds.noise(shape, seeds.generator(29))


@pytest.mark.parametrize("name", BLOCKS)
def test_blocks(name: str) -> None:
    block, (side, parameters) = getattr(s1_1_unet, name)(C, D), BLOCKS[name]
    assert block(images(2, C, 14, 14)).shape == (2, D, side, side)
    assert size(block) == parameters


def test_flatten_is_the_mean_and_a_gelu() -> None:
    x = images(2, C, 7, 7)
    torch.testing.assert_close(Flatten()(x)[..., 0, 0], nn.functional.gelu(x.mean(dim=(2, 3))))


def test_unflatten() -> None:
    block = Unflatten(C)
    assert block(images(2, C, 1, 1)).shape == (2, C, 7, 7)
    assert size(block) == 49 * C * C + 3 * C


@pytest.mark.parametrize("hidden", [1, 2, 8, 64])
def test_parameters_of_the_unet(hidden: int) -> None:
    assert size(UnconditionalUNet(1, hidden)) == 481 * hidden**2 + 81 * hidden + 1


def test_the_unet_returns_an_image_of_its_kind() -> None:
    assert UnconditionalUNet(2, 4)(images(3, 2, 28, 28)).shape == (3, 2, 28, 28)


def test_the_estimate_may_be_negative(tiny) -> None:
    """A GELU at the end would let nothing below -0.17 through."""
    unet = tiny(UnconditionalUNet, (1, 4))
    unet.last.bias.data.fill_(-3)
    assert unet(images(2, 1, 28, 28)).max() < 0


@pytest.mark.parametrize("part", ["conv_0", "down_1", "down_2", "unflatten", "up_1", "up_2", "conv_3"])
def test_every_part_has_a_say(tiny, part: str) -> None:
    unet = tiny(UnconditionalUNet, (1, 4)).eval()
    before = unet(images(1, 1, 28, 28))
    for parameter in getattr(unet, part).parameters():
        parameter.data.mul_(2).add_(0.1)
    assert (unet(images(1, 1, 28, 28)) - before).abs().max() > 1e-4


def test_one_pixel_reaches_all() -> None:
    """Through the 7 × 7 means: without them, a pixel sees a few rows around it only."""
    unet = UnconditionalUNet(1, 4).eval()
    x = images(1, 1, 28, 28).requires_grad_()
    unet(x)[0, 0, 0, 0].backward()
    assert bool((x.grad != 0).all())
