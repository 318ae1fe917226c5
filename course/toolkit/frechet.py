"""How far apart two sets of images are, as a classifier sees them (Heusel et al. 2017, eq. 6)."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor


@dataclass(frozen=True)
class Gaussian:
    """The mean (F,) and the covariance (F, F) of `count` features, in float64."""

    mean: Tensor
    covariance: Tensor
    count: int

    @classmethod
    def of(cls, features: Tensor) -> "Gaussian":
        """Return the statistics of features (N, F); raises ValueError for fewer than two of them."""
        if features.ndim != 2 or len(features) < 2:
            shape = tuple(features.shape)
            raise ValueError(f"the features have the shape {shape}; statistics need (N, F) with N at least 2")
        exact = features.detach().cpu().double()
        mean = exact.mean(0)
        centred = exact - mean
        return cls(mean, centred.T @ centred / (len(exact) - 1), len(exact))

    @cached_property
    def root(self) -> Tensor:
        """A matrix L (F, F) with L Lᵀ = covariance; eigenvalues below 0 come of rounding and count as 0."""
        values, vectors = torch.linalg.eigh(self.covariance)
        root: Tensor = vectors * values.clamp(min=0).sqrt()
        return root

    def draw(self, count: int, generator: torch.Generator) -> "Gaussian":
        """Return the statistics of `count` features drawn from this Gaussian."""
        drawn = torch.randn((count, len(self.mean)), generator=generator, dtype=torch.float64)
        return Gaussian.of(self.mean + drawn @ self.root.T)


def frechet_distance(first: Gaussian, second: Gaussian) -> float:
    """Return |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½), the squared Fréchet distance of two Gaussians.

    With Σ = L Lᵀ the root's trace is the sum of the singular values of L₁ᵀ L₂.  Nothing is squared on the
    way to it, so that covariances of few images, which are singular, lose no digits.
    Raises ValueError when the two have different numbers of features.
    """
    if first.mean.shape != second.mean.shape:
        sizes = f"{len(first.mean)} and {len(second.mean)}"
        raise ValueError(f"the statistics are of {sizes} features; take both from the same network")
    shared = torch.linalg.svdvals(first.root.T @ second.root).sum()
    spread = first.covariance.trace() + second.covariance.trace() - 2 * shared
    return max(0.0, float((first.mean - second.mean).square().sum() + spread))


def of_so_many(reference: Gaussian, count: int, generator: torch.Generator) -> float:
    """Return the distance to the reference that `count` perfect images would have, as so few of them do.

    The covariance of N images is off by about 1 / √N, so a distance means something beside this one only.
    """
    return frechet_distance(reference.draw(count, generator), reference)
