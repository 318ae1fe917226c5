"""The forward process against diffusers, its ends, and what it does to variance."""

import math

import pytest
import torch
from torch import Tensor

from course.toolkit import seeds
from solutions.part_a.s1_1_forward import forward


@pytest.mark.parametrize("t", [0, 1, 250, 500, 750, 990, 999])
def test_agrees_with_diffusers(scheduler, t: int) -> None:
    x_0 = 2 * torch.rand(3, 3, 8, 8, generator=seeds.generator(29)) - 1
    eps = seeds.noise(x_0.shape, seeds.generator(30))
    found = forward(x_0, t, scheduler.alphas_cumprod, eps)
    theirs = scheduler.add_noise(x_0, eps, torch.tensor([t] * 3))
    torch.testing.assert_close(found, theirs, rtol=0, atol=1e-6)


def test_by_hand() -> None:
    alpha_bar = torch.tensor([0.64, 0.36])
    x_0, eps = torch.full((1, 3, 2, 2), 0.5), torch.full((1, 3, 2, 2), -1.0)
    torch.testing.assert_close(forward(x_0, 0, alpha_bar, eps), torch.full_like(x_0, 0.8 * 0.5 - 0.6))
    torch.testing.assert_close(forward(x_0, 1, alpha_bar, eps), torch.full_like(x_0, 0.6 * 0.5 - 0.8))


def test_ends_are_the_image_and_the_noise() -> None:
    alpha_bar = torch.tensor([1.0, 0.0])
    x_0, eps = torch.rand(1, 3, 4, 4), torch.randn(1, 3, 4, 4)
    assert torch.equal(forward(x_0, 0, alpha_bar, eps), x_0)
    assert torch.equal(forward(x_0, 1, alpha_bar, eps), eps)


@pytest.mark.parametrize("t", [30, 300, 600, 990])
def test_unit_variance_stays(alpha_bar: Tensor, t: int) -> None:
    """The variance of 300,000 numbers, within 5.5 standard errors: wrong in one of 10⁷ seeds."""
    x_0, eps = seeds.noise((2, 1, 3, 200, 500), seeds.generator(t))
    variance = float(forward(x_0, t, alpha_bar, eps).var())
    assert abs(variance - 1) < 5.5 * math.sqrt(2 / x_0.numel())


def test_a_timestep_may_be_a_tensor(alpha_bar: Tensor) -> None:
    x_0, eps = torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2)
    assert torch.equal(forward(x_0, torch.tensor(7), alpha_bar, eps), forward(x_0, 7, alpha_bar, eps))


@pytest.mark.parametrize(
    ("t", "message"),
    [
        (1000, "t = 1000, but the schedule ends at 999; pass 999 for pure noise"),
        (-1, "t = -1, but the schedule begins at 0; pass 0 for the cleanest image"),
    ],
)
def test_no_timestep_of_the_schedule(alpha_bar: Tensor, t: int, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        forward(torch.zeros(1, 3, 2, 2), t, alpha_bar, torch.zeros(1, 3, 2, 2))


def test_noise_of_another_shape(alpha_bar: Tensor) -> None:
    message = r"x_0 and eps have the shapes \(2, 3, 4, 4\) and \(1, 3, 4, 4\); make them equal"
    with pytest.raises(ValueError, match=message):
        forward(torch.zeros(2, 3, 4, 4), 0, alpha_bar, torch.zeros(1, 3, 4, 4))
