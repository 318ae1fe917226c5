"""What is counted of generated pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from course.toolkit.frechet import Gaussian, frechet_distance, of_so_many

FEW = 5


@dataclass(frozen=True)
class Fidelity:
    """Of how many pictures the noun asked for came first, and among the first five."""

    pictures: int
    top_1: float
    top_5: float

    @classmethod
    def of(cls, ranks: Tensor) -> "Fidelity":
        """Count the places (N,), from 1, that the classifier gave the nouns asked for."""
        return cls(len(ranks), float((ranks == 1).double().mean()), float((ranks <= FEW).double().mean()))


@dataclass(frozen=True)
class Distance:
    """The squared Fréchet distance to drawings, and that which so many drawings would have themselves."""

    distance: float
    beside: float

    @classmethod
    def of(cls, features: Tensor, reference: Gaussian, seed: int) -> "Distance":
        """Compare features (N, F) with those of drawings."""
        chance = torch.Generator().manual_seed(seed)
        own = frechet_distance(Gaussian.of(features), reference)
        return cls(own, of_so_many(reference, len(features), chance))


@dataclass(frozen=True)
class Anagrams:
    """How many anagrams were made, and in how many each reading is among the first five for its prompt."""

    pictures: int
    both: float

    @classmethod
    def of(cls, upright: Tensor, turned: Tensor) -> "Anagrams":
        """Count the places (N,) of the first noun upright and of the second noun upside down."""
        return cls(len(upright), float(((upright <= FEW) & (turned <= FEW)).double().mean()))


@dataclass(frozen=True)
class Diversity:
    """How far apart the pictures of one prompt are, and the drawings of one noun, on the mean."""

    generated: float
    drawn: float


def diversity(groups: Iterable[Tensor]) -> float:
    """Return how far apart the pictures of one prompt are, on the mean over the prompts.

    groups: for each prompt the features (N, F) of its pictures, N at least 2.  Distances are Euclidean.
    """
    means = [torch.pdist(group.double()).mean() for group in groups]
    return float(torch.stack(means).mean())


def hits(ranks: Sequence[int]) -> int:
    """Return how many of the places are first."""
    return sum(rank == 1 for rank in ranks)
