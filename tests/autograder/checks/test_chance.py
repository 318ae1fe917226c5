"""Bounds on chance: they hold for right draws, however many, and see through wrong ones."""

import math

import pytest
import torch
from torch import Tensor

from autograder.checks.chance import EXPONENT, FEWEST, not_normal, related, unlikely
from course.toolkit import seeds


def normal(count: int = 1_024, seed: int = 29) -> Tensor:
    return seeds.noise((count,), seeds.generator(seed))


def uniform(count: int = 1_024) -> Tensor:
    return torch.rand(count, generator=seeds.generator(29))


@pytest.mark.parametrize("count", [FEWEST, 256, 1_024, 4_096])
def test_normal_numbers_are_normal(count: int) -> None:
    assert [not_normal(normal(count, seed)) for seed in range(200)] == [""] * 200


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (uniform(), "its mean is 0.4"),
        (normal() + 0.3, "its mean is 0.2"),
        (normal() * 1.3, "its standard deviation 1.2"),
        (normal() * 0.8, "its standard deviation 0.7"),
        (normal() * 0, "its standard deviation 0"),
        (math.sqrt(12) * (uniform(8_192) - 0.5), "it is not Gaussian"),
        (normal().sign(), "it is not Gaussian"),
        (normal() / 0, "NaN or infinite"),
        (normal(FEWEST - 1), "too little"),
    ],
)
def test_other_numbers_are_not(numbers: Tensor, told: str) -> None:
    assert told in not_normal(numbers)


def test_independent_numbers_are_not_related() -> None:
    pairs = [(normal(seed=i), normal(seed=i + 1_000)) for i in range(200)]
    assert not any(related(*pair) for pair in pairs)


@pytest.mark.parametrize("share", [1.0, -1.0, 0.5, 0.3])
def test_numbers_with_a_common_part_are_related(share: float) -> None:
    first, other = normal(), normal(seed=1)
    assert related(first, share * first + math.sqrt(1 - share**2) * other)


def test_zeros_are_related_to_everything() -> None:
    assert related(normal(), torch.zeros(1_024))


@pytest.mark.parametrize("share", [0.1, 1 / 6, 0.5, 0.9])
def test_honest_counts_are_likely(share: float) -> None:
    draws = torch.rand(500, 1_024, generator=seeds.generator(29)) < share
    assert not any(unlikely(int(row.sum()), 1_024, share) for row in draws)


@pytest.mark.parametrize(
    ("count", "share"), [(0, 0.1), (1_024, 0.9), (0, 1 / 6), (400, 1 / 6), (102, 0.3), (1, 0.0), (1_023, 1.0)]
)
def test_other_counts_are_not(count: int, share: float) -> None:
    assert unlikely(count, 1_024, share)


def test_certainties_are_likely() -> None:
    assert not unlikely(0, 1_024, 0.0)
    assert not unlikely(1_024, 1_024, 1.0)


@pytest.mark.parametrize(("trials", "share"), [(50, 0.1), (1_024, 0.1), (1_024, 1 / 6), (4_096, 0.5)])
def test_the_rate_of_false_alarms_of_counts_is_kept(trials: int, share: float) -> None:
    """By the exact binomial distribution, in logarithms."""

    def chance(count: int) -> float:
        choices = math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)
        return math.exp(choices + count * math.log(share) + (trials - count) * math.log(1 - share))

    alarms = sum(chance(count) for count in range(trials + 1) if unlikely(count, trials, share))
    assert 0 < alarms <= 2 * math.exp(-EXPONENT)
