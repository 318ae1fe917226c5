"""What the judge is shown in training."""

import torch
from torch import Tensor

from solutions.judge.augment import strangers, warp, wear


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def blocks(count: int = 64) -> Tensor:
    """Return images of one white square in the middle."""
    images = torch.zeros(count, 1, 28, 28)
    images[:, :, 9:19, 9:19] = 1
    return images


def centres(images: Tensor) -> Tensor:
    """Return the centres of mass (N, 2), in pixels."""
    at = torch.arange(28.0)
    mass = images.sum((1, 2, 3))
    return torch.stack([(images.sum((1, 2)) @ at) / mass, (images.sum((1, 3)) @ at) / mass], 1)


def test_warped_images_differ_and_stay_near() -> None:
    warped = warp(blocks(), drawn())
    assert warped.shape == (64, 1, 28, 28)
    assert 0 <= warped.min() < warped.max() <= 1
    moves = (centres(warped) - 13.5).abs()
    assert 1.5 < moves.max() < 3
    assert 60 < warped.sum((1, 2, 3)).min() < 100 < warped.sum((1, 2, 3)).max() < 140
    assert len(warped.flatten(1).unique(dim=0)) == 64


def test_worn_images_are_blurred_noisy_or_untouched() -> None:
    images = blocks()
    worn = wear(images, drawn())
    difference = (worn - images).abs().amax((1, 2, 3))
    assert (difference[:48] > 0).all()
    assert (difference[48:] == 0).all()
    assert 0 <= worn.min() < worn.max() <= 1
    assert (worn[:16, :, 12:16, 12:16] > 0.9).all(), "out of focus, a square stays a square"


def test_strangers_are_images_of_every_kind() -> None:
    found = strangers(blocks(10), drawn())
    assert found.shape == (10, 1, 28, 28)
    assert 0 <= found.min() < found.max() <= 1
    assert found[3].sum() == 100, "shuffled pixels are the same pixels"
    assert found[4].unique().numel() == 1, "even grey"


def test_the_same_seed_gives_the_same_images() -> None:
    for change in (warp, wear, strangers):
        assert change(blocks(8), drawn(5)).equal(change(blocks(8), drawn(5)))
        assert not change(blocks(8), drawn(5)).equal(change(blocks(8), drawn(6)))
