"""The oracle of flow matching: against autograd, against Gaussians, at both ends of time, and its memory."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from autograder.link.flow_oracle import FlowOracle
from course.toolkit import seeds

SPREAD = 0.3


def an_oracle(*, digits: int = 3, spread: float = SPREAD) -> FlowOracle:
    centres = torch.rand(digits, 1, 2, 3, generator=seeds.generator(29), dtype=torch.float64)
    return FlowOracle(centres, spread)


def points(count: int = 6) -> Tensor:
    return seeds.noise((count, 1, 2, 3), seeds.generator(1), dtype=torch.float64)


def score(oracle: FlowOracle, x: Tensor, t: float) -> Tensor:
    """Return the gradient of log p_t(x) by autograd, all digits equally likely."""
    means = t * oracle.centres.flatten(1)
    deviation = torch.tensor(math.hypot(t * SPREAD, 1 - t)).double().expand_as(means)
    weights = Categorical(torch.ones(len(means), dtype=torch.float64))
    density = MixtureSameFamily(weights, Independent(Normal(means, deviation), 1))
    flat = x.flatten(1).requires_grad_()
    (gradient,) = torch.autograd.grad(density.log_prob(flat).sum(), flat)
    return gradient.reshape(x.shape)


@pytest.mark.parametrize("t", [0.1, 0.5, 0.9])
def test_the_velocity_is_data_minus_noise_by_tweedies_formula(t: float) -> None:
    """E[noise | x] = −(1 − t) ∇ log p_t, and E[data | x] from x = (1 − t)·noise + t·data."""
    oracle, x = an_oracle(), points()
    noise = -(1 - t) * score(oracle, x, t)
    data = (x - (1 - t) * noise) / t
    times = torch.full((6,), t, dtype=torch.float64)
    c, dropped = torch.ones(6).long(), torch.zeros(6)
    for found in (oracle.timed(x, times), oracle.classed(x, c, times, dropped), oracle.velocity(x, times)):
        torch.testing.assert_close(found, data - noise, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("t", [0.0, 0.5, 0.99, 1.0])
def test_of_one_digit_it_is_that_of_a_gaussian(t: float) -> None:
    oracle, x = an_oracle(), points()
    mean, variance = oracle.centres[[2]], (1 - t) ** 2 + t**2 * SPREAD**2
    expected = mean + (t * SPREAD**2 - (1 - t)) / variance * (x - t * mean)
    times, c = torch.full((6,), t), torch.full((6,), 2)
    for found in (oracle.classed(x, c, times), oracle.velocity(x, times, c, torch.ones(6))):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_without_spread_paths_are_straight() -> None:
    oracle, x = an_oracle(digits=1, spread=0.0), points()
    for t in (0.0, 0.25, 0.98):
        on_the_line = (1 - t) * x + t * oracle.centres
        found = oracle.timed(on_the_line, torch.full((6,), t, dtype=torch.float64))
        torch.testing.assert_close(found, oracle.centres - x, rtol=1e-6, atol=1e-6)


def test_keeps_the_dtype_and_is_exact_within() -> None:
    oracle, x, times = an_oracle(), points(), torch.full((6,), 0.5)
    single = oracle.timed(x.float(), times)
    assert single.dtype == torch.float32
    assert torch.equal(single, oracle.velocity(x.float(), times).float())


def test_remembers_what_it_was_asked_but_not_the_checks_own_questions() -> None:
    oracle, x, times = an_oracle(), points(), torch.full((6,), 0.5)
    oracle.velocity(x, times)
    assert oracle.asked == []
    oracle.classed(x, torch.zeros(6).long(), times, training=True)
    assert torch.equal(oracle.asked[0].x, x)
    labels = dict(oracle.events())
    assert "step 1: the times that the network is given" in labels
    oracle.forget()
    assert oracle.asked == []


def test_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match=r"as t; it wants a tensor of shape \(6,\)"):
        an_oracle().timed(points(), torch.zeros(5))
    with pytest.raises(ValueError, match="there are 0 to 2"):
        an_oracle().classed(points(), torch.full((6,), 3), torch.zeros(6))
