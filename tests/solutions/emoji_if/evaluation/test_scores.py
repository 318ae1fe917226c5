"""What is counted of generated pictures, against counts by hand and closed forms."""

import pytest
import torch

from course.toolkit.frechet import Gaussian, of_so_many
from solutions.emoji_if.evaluation.scores import Anagrams, Distance, Fidelity, diversity, hits


def test_fidelity_counts_the_first_and_the_first_five() -> None:
    assert Fidelity.of(torch.tensor([1, 5, 6, 1])) == Fidelity(4, 0.5, 0.75)


def test_an_anagram_must_be_read_both_ways() -> None:
    upright, turned = torch.tensor([1, 5, 6, 1]), torch.tensor([5, 6, 1, 1])
    assert Anagrams.of(upright, turned) == Anagrams(4, 0.5)


def test_hits_are_first_places() -> None:
    assert hits([1, 2, 1]) == 2


def test_the_distance_of_a_shifted_copy_is_the_squared_shift() -> None:
    features = torch.randn(50, 3, generator=torch.Generator().manual_seed(29)).double()
    shifted = features + torch.tensor([3.0, 0.0, 4.0])
    found = Distance.of(shifted, Gaussian.of(features), seed=1)
    assert found.distance == pytest.approx(25)
    assert found.beside == of_so_many(Gaussian.of(features), 50, torch.Generator().manual_seed(1))
    assert 0 < found.beside < 5


def test_diversity_is_the_mean_distance_within_a_prompt() -> None:
    triangle = torch.tensor([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]])
    alike = torch.ones(4, 2)
    assert diversity([triangle]) == pytest.approx((3 + 4 + 5) / 3)
    assert diversity([triangle, alike]) == pytest.approx((3 + 4 + 5) / 6)
