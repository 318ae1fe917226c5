"""The blur against scipy, and what it does to noise."""

import math

import pytest
import torch
from scipy.ndimage import gaussian_filter

from course.toolkit import seeds
from solutions.part_a.s1_2_blur import blur_denoise


@pytest.mark.parametrize(("kernel_size", "sigma"), [(5, 2.0), (3, 0.7), (9, 1.5)])
def test_agrees_with_scipy(kernel_size: int, sigma: float) -> None:
    x_t = seeds.noise((2, 3, 12, 16), seeds.generator(29), dtype=torch.float64)
    theirs = gaussian_filter(x_t.numpy(), sigma, radius=kernel_size // 2, mode="mirror", axes=(2, 3))
    torch.testing.assert_close(
        blur_denoise(x_t, kernel_size, sigma), torch.from_numpy(theirs), rtol=0, atol=1e-6
    )


def test_default_is_5_and_2() -> None:
    x_t = seeds.noise((1, 3, 8, 8), seeds.generator(29))
    assert torch.equal(blur_denoise(x_t), blur_denoise(x_t, 5, 2.0))


def test_a_flat_image_stays() -> None:
    flat = torch.full((1, 3, 8, 8), 0.3)
    torch.testing.assert_close(blur_denoise(flat), flat)


def test_noise_shrinks_as_the_kernel_says() -> None:
    """The variance of white noise falls to the sum of the squared weights; 20 % is 7 standard errors."""
    weights = [math.exp(-(i**2) / 8) for i in range(-2, 3)]
    expected = (sum(w**2 for w in weights) / sum(weights) ** 2) ** 2
    inner = blur_denoise(seeds.noise((1, 3, 104, 104), seeds.generator(29)))[..., 2:-2, 2:-2]
    assert float(inner.var()) == pytest.approx(expected, rel=0.2)


def test_an_even_kernel_is_refused() -> None:
    with pytest.raises(ValueError, match=r"odd.*4"):
        blur_denoise(torch.zeros(1, 3, 8, 8), 4)
