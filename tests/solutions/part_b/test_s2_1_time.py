"""The time reaches the network, in two places, by addition."""

import pytest
import torch
from torch import nn

from course.toolkit import seeds
from solutions.part_b.s2_1_time import FCBlock, TimeConditionalUNet

X = seeds.noise((2, 1, 28, 28), seeds.generator(29))


def silenced(unet: nn.Module, *parts: str) -> nn.Module:
    """Return the network in evaluation mode, with the last layer of these parts set to answer 0."""
    for part in parts:
        getattr(unet, part)[-1].weight.data.zero_()
        getattr(unet, part)[-1].bias.data.zero_()
    return unet.eval()


def test_fc_block_is_linear_gelu_linear() -> None:
    block, x = FCBlock(3, 5), seeds.noise((2, 3), seeds.generator(1))
    first, _, last = block
    torch.testing.assert_close(block(x), last(nn.functional.gelu(first(x))))
    assert block(x).shape == (2, 5)


@pytest.mark.parametrize("hidden", [1, 2, 8, 64])
def test_parameters(hidden: int) -> None:
    unet = TimeConditionalUNet(1, hidden)
    assert sum(p.numel() for p in unet.parameters()) == 486 * hidden**2 + 90 * hidden + 1


def test_every_image_has_its_own_time(tiny) -> None:
    unet = tiny(TimeConditionalUNet, (1, 4)).eval()
    both = unet(X, torch.tensor([0.1, 0.9]))
    assert both.shape == X.shape
    for i, t in enumerate((0.1, 0.9)):
        torch.testing.assert_close(both[i : i + 1], unet(X[i : i + 1], torch.tensor([t])))
    assert not torch.allclose(both[:1], unet(X[:1], torch.tensor([0.9])))


@pytest.mark.parametrize("part", ["time_1", "time_2"])
def test_each_place_tells_the_time(tiny, part: str) -> None:
    other = {"time_1": "time_2", "time_2": "time_1"}[part]
    unet = silenced(tiny(TimeConditionalUNet, (1, 4)), other)
    early, late = (unet(X, torch.full((2,), t)) for t in (0.0, 1.0))
    assert (early - late).abs().max() > 1e-5


def test_it_is_added_so_that_zero_says_nothing(tiny) -> None:
    """Multiplied, silent blocks would wipe the features out."""
    unet = silenced(tiny(TimeConditionalUNet, (1, 4)), "time_1", "time_2")
    estimate = unet(X, torch.tensor([0.1, 0.9]))
    assert torch.equal(estimate, unet(X, torch.tensor([0.5, 0.5])))
    for part in (unet.unflatten, unet.up_1):
        for parameter in part.parameters():
            parameter.data.mul_(3)
    assert (unet(X, torch.tensor([0.1, 0.9])) - estimate).abs().max() > 1e-5
