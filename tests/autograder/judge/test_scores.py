"""Counting, and what is refused as no samples."""

import pytest
import torch
from torch import Tensor, nn

from autograder.judge.scores import Scores, check_labels, check_samples, repeats

SHAPE = (3, 1, 28, 28)


class Always(Tensor):
    """A tensor that would like to be anything."""


def test_counts_for_each_digit() -> None:
    scores = Scores.of(torch.tensor([0, 1, 1, -1, 7]), torch.tensor([0, 0, 1, 7, 7]))
    assert scores.asked == (2, 1, 0, 0, 0, 0, 0, 2, 0, 0)
    assert scores.right == (1, 1, 0, 0, 0, 0, 0, 1, 0, 0)
    assert scores.share == 0.6
    assert scores.shares[:3] == (0.5, 1.0, None)


def test_no_digit_is_never_right() -> None:
    assert Scores.of(torch.full((10,), -1), torch.arange(10)).share == 0


def test_samples_that_overshoot_a_little_are_clamped() -> None:
    samples = torch.linspace(-0.4, 1.4, 3 * 784, dtype=torch.float64).view(SHAPE)
    images = check_samples(samples, 3)
    assert images.dtype == torch.float32
    assert (images.min(), images.max()) == (0, 1)
    torch.testing.assert_close(images, samples.clamp(0, 1).float())


def test_a_few_pixels_may_be_far_outside() -> None:
    samples = torch.zeros(SHAPE)
    samples[0, 0, 0, :5] = 9
    assert check_samples(samples, 3).max() == 1


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (None, "are NoneType"),
        ([torch.zeros(SHAPE)], "are list"),
        (torch.zeros(SHAPE).as_subclass(Always), "are Always"),
        (nn.Parameter(torch.zeros(SHAPE)), "are Parameter"),
        (torch.zeros(SHAPE, dtype=torch.uint8), "Tensor of torch.uint8"),
        (torch.zeros(3, 28, 28), r"shape \(3, 28, 28\); \(3, 1, 28, 28\) was"),
        (torch.zeros(2, 1, 28, 28), r"\(2, 1, 28, 28\); \(3,"),
        (torch.full(SHAPE, torch.nan), "NaN or infinity"),
        (torch.full(SHAPE, torch.inf), "NaN or infinity"),
        (-torch.ones(SHAPE), r"from -1.00 to -1.00, with 100% .* \[0, 1\]"),
        (255 * torch.ones(SHAPE), "to 255.00"),
    ],
)
def test_what_is_no_image_is_refused(samples: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_samples(samples, 3)


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (torch.tensor([1.0]), "torch.float32"),
        (torch.tensor(1), "int64"),
        (torch.tensor([], dtype=torch.int64), r"\(0,\)"),
        (torch.tensor([3, 10]), "the label 10 is no digit"),
        (torch.tensor([-1]), "the label -1"),
    ],
)
def test_what_is_no_label_is_refused(labels: Tensor, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_labels(labels)


def test_images_that_occur_again_are_counted() -> None:
    images = torch.rand((6, 1, 28, 28), generator=torch.Generator().manual_seed(1))
    assert repeats(images) == 0
    images[3] = images[1] + 0.001
    images[5] = images[1]
    assert repeats(images) == 2
    images[4, 0, 0, 0] = images[2, 0, 0, 0]
    assert repeats(images) == 2
