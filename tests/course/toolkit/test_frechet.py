"""The Fréchet distance against closed forms."""

import math

import pytest
import torch
from torch import Tensor

from course.toolkit.frechet import Gaussian, frechet_distance, of_so_many

SIZE = 6


def drawn(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def features(count: int, seed: int = 0, size: int = SIZE) -> Tensor:
    return torch.randn((count, size), generator=drawn(seed), dtype=torch.float64)


def gaussian(mean: Tensor, covariance: Tensor) -> Gaussian:
    return Gaussian(mean.double(), covariance.double(), 100)


def rotation(size: int, seed: int = 1) -> Tensor:
    return torch.linalg.qr(features(size, seed, size))[0]


def positive(seed: int, size: int = SIZE) -> Tensor:
    some = features(2 * size, seed, size)
    return some.T @ some


def test_statistics_are_those_of_torch() -> None:
    some = features(50).float()
    found = Gaussian.of(some)
    torch.testing.assert_close(found.mean, some.double().mean(0))
    torch.testing.assert_close(found.covariance, torch.cov(some.double().T))
    assert found.count == 50


@pytest.mark.parametrize("shape", [(1, 6), (0, 6), (6,)])
def test_statistics_need_two_features(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at least 2"):
        Gaussian.of(torch.zeros(shape))


def test_equal_covariances_leave_the_distance_of_the_means() -> None:
    covariance, away = positive(2), torch.arange(SIZE)
    distance = frechet_distance(gaussian(torch.zeros(SIZE), covariance), gaussian(away, covariance))
    assert distance == pytest.approx(float(away.square().sum()), rel=1e-12)


def test_commuting_covariances() -> None:
    """tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½) is Σ(√λ − √μ)² where both have the same eigenvectors."""
    turn, first, second = rotation(SIZE), torch.arange(1.0, 7.0).double(), torch.arange(6.0, 0.0, -1).double()
    ours = [gaussian(torch.zeros(SIZE), turn @ values.diag() @ turn.T) for values in (first, second)]
    assert frechet_distance(*ours) == pytest.approx(float((first.sqrt() - second.sqrt()).square().sum()))


def test_two_dimensions_in_closed_form() -> None:
    """tr M^½ = √(tr M + 2√det M) for a 2 × 2 matrix; these two do not commute."""
    first, second = positive(3, 2), positive(4, 2)
    assert not torch.allclose(first @ second, second @ first)
    product = first @ second
    root = math.sqrt(product.trace().item() + 2 * math.sqrt(product.det().item()))
    exact = first.trace().item() + second.trace().item() - 2 * root
    nought = torch.zeros(2)
    assert frechet_distance(gaussian(nought, first), gaussian(nought, second)) == pytest.approx(exact)


@pytest.mark.parametrize("count", [4, 1000])
def test_a_set_is_at_no_distance_from_itself(count: int) -> None:
    """Also where its covariance is singular, of four images in 96 dimensions."""
    found = Gaussian.of(features(count, 5, 96))
    assert frechet_distance(found, found) == pytest.approx(0, abs=1e-11)


def test_a_singular_covariance_is_no_trouble() -> None:
    point, cloud = (
        gaussian(torch.ones(SIZE), torch.zeros(SIZE, SIZE)),
        gaussian(torch.zeros(SIZE), positive(6)),
    )
    exact = SIZE + cloud.covariance.trace().item()
    assert frechet_distance(point, cloud) == pytest.approx(exact)
    assert frechet_distance(cloud, point) == pytest.approx(exact)


def test_symmetric_and_blind_to_rotations() -> None:
    first, second = features(30, 7), features(40, 8) @ positive(9)
    turn = rotation(SIZE)
    distance = frechet_distance(Gaussian.of(first), Gaussian.of(second))
    assert distance > 1
    assert frechet_distance(Gaussian.of(second), Gaussian.of(first)) == pytest.approx(distance)
    assert frechet_distance(Gaussian.of(first @ turn), Gaussian.of(second @ turn)) == pytest.approx(distance)


def test_scaling_scales_the_square() -> None:
    first, second = features(30, 7), 2 + 3 * features(40, 8)
    once = frechet_distance(Gaussian.of(first), Gaussian.of(second))
    assert frechet_distance(Gaussian.of(10 * first), Gaussian.of(10 * second)) == pytest.approx(100 * once)


def test_other_features_are_refused() -> None:
    with pytest.raises(ValueError, match="6 and 5 features"):
        frechet_distance(Gaussian.of(features(9)), Gaussian.of(features(9, size=5)))


def test_draws_have_the_statistics_they_were_drawn_from() -> None:
    found = gaussian(torch.arange(SIZE), positive(10))
    again = found.draw(200_000, drawn(11))
    torch.testing.assert_close(again.mean, found.mean, atol=0.05, rtol=0)
    torch.testing.assert_close(again.covariance, found.covariance, rtol=0.02, atol=0.2)


def test_few_perfect_images_are_farther_than_many() -> None:
    found = gaussian(torch.zeros(SIZE), positive(12))
    few, some, many = (of_so_many(found, count, drawn(13)) for count in (4, 40, 4000))
    assert few > 3 * some > 9 * many > 0
