"""The class reaches the network, in two places, by multiplication, unless the mask drops it."""

import pytest
import torch

from course.toolkit import seeds
from solutions.part_b.s2_4_class import ClassConditionalUNet

X = seeds.noise((3, 1, 28, 28), seeds.generator(29))
T = torch.tensor([0.2, 0.5, 0.9])
C = torch.tensor([0, 3, 9])


@pytest.fixture
def unet(tiny) -> ClassConditionalUNet:
    return tiny(ClassConditionalUNet, (1, 10, 4)).eval()


@pytest.mark.parametrize("hidden", [1, 2, 8, 64])
def test_parameters(hidden: int) -> None:
    unet = ClassConditionalUNet(1, 10, hidden)
    assert sum(p.numel() for p in unet.parameters()) == 491 * hidden**2 + 126 * hidden + 1


def test_every_image_has_its_own_class_and_time(unet) -> None:
    together = unet(X, C, T)
    assert together.shape == X.shape
    alone = torch.cat([unet(X[i : i + 1], C[i : i + 1], T[i : i + 1]) for i in range(3)])
    torch.testing.assert_close(together, alone)
    assert not torch.allclose(together, unet(X, C.flip(0), T))


def test_without_a_mask_every_class_is_kept(unet) -> None:
    assert torch.equal(unet(X, C, T), unet(X, C, T, torch.ones(3)))


def test_where_the_mask_is_zero_the_class_does_not_matter(unet) -> None:
    mask = torch.tensor([0.0, 1.0, 0.0])
    one, other = unet(X, C, T, mask), unet(X, torch.tensor([5, 3, 1]), T, mask)
    torch.testing.assert_close(one, other)
    assert not torch.allclose(one[0], unet(X, C, T)[0])


def test_no_class_is_not_class_zero(unet) -> None:
    zeros = torch.zeros(3, dtype=torch.int64)
    assert not torch.allclose(unet(X, zeros, T, torch.zeros(3)), unet(X, zeros, T))


def test_a_class_multiplies(unet) -> None:
    """Blocks that answer 0 wipe out what the bottom of the UNet and u1 have found."""
    for block in (unet.class_1, unet.class_2):
        block[-1].weight.data.zero_()
        block[-1].bias.data.zero_()
    before = unet(X, C, T)
    for part in (unet.unflatten, unet.up_1):
        for parameter in part.parameters():
            parameter.data.mul_(3)
    assert torch.equal(unet(X, C, T), before)


def test_another_precision_and_masks_of_booleans(unet) -> None:
    doubled = unet.double()(X.double(), C, T.double(), torch.tensor([True, False, True]))
    assert doubled.dtype == torch.float64
