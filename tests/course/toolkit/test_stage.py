"""The learned-range variance against diffusers and against closed forms."""

import math
from itertools import pairwise

import pytest
import torch

from course.toolkit import seeds
from course.toolkit.stage import SMALLEST_VARIANCE, add_variance, log_variance, make_stage

STRIDED = list(range(990, -1, -30))


@pytest.fixture(scope="module")
def scheduler():
    from diffusers import DDPMScheduler

    made = DDPMScheduler(beta_schedule="squaredcos_cap_v2", variance_type="learned_range")
    made.set_timesteps(timesteps=STRIDED)
    return made


def test_agrees_with_diffusers_over_the_strided_timesteps(scheduler) -> None:
    v = torch.rand((1, 3, 4, 4), generator=seeds.generator(29)) * 2 - 1
    steps = list(pairwise(STRIDED))
    assert len(steps) == 33
    for t, t_prime in steps:
        ours = log_variance(v, t, t_prime, scheduler.alphas_cumprod)
        theirs = scheduler._get_variance(t, predicted_variance=v)
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("v", "of_beta"), [(-1.0, 0.0), (0.0, 0.5), (1.0, 1.0)])
def test_interpolates_between_posterior_and_beta(v: float, of_beta: float) -> None:
    alpha_bar = torch.tensor([0.9, 0.5, 0.1], dtype=torch.float64)
    beta = 1 - 0.1 / 0.9
    posterior = (1 - 0.9) / (1 - 0.1) * beta
    expected = of_beta * math.log(beta) + (1 - of_beta) * math.log(posterior)
    found = log_variance(torch.tensor([v], dtype=torch.float64), 2, 0, alpha_bar)
    assert float(found) == pytest.approx(expected, rel=1e-12)


def test_adds_noise_of_the_stated_variance() -> None:
    alpha_bar = torch.tensor([0.9, 0.1])
    mean = torch.full((1, 3, 200, 200), 5.0)
    added = add_variance(mean, torch.ones_like(mean), 1, 0, alpha_bar, seeds.generator(29)) - mean
    assert float(added.var()) == pytest.approx(1 - 0.1 / 0.9, rel=0.02)
    assert abs(float(added.mean())) < 0.01


def test_uses_exactly_the_seeded_noise() -> None:
    alpha_bar = torch.tensor([0.9, 0.1])
    mean, v = torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2)
    found = add_variance(mean, v, 1, 0, alpha_bar, seeds.generator(7))
    expected = math.sqrt(1 - 0.1 / 0.9) * seeds.noise(mean.shape, seeds.generator(7))
    torch.testing.assert_close(found, expected)


def test_variance_never_vanishes() -> None:
    alpha_bar = torch.tensor([1.0, 0.5])
    found = log_variance(torch.tensor([-1.0]), 1, 0, alpha_bar)
    assert float(found) == pytest.approx(math.log(SMALLEST_VARIANCE), rel=1e-5)


def test_half_precision_stays_half_and_finite() -> None:
    alpha_bar = torch.tensor([1.0, 0.5])
    mean = torch.zeros(1, 3, 2, 2, dtype=torch.float16)
    found = add_variance(mean, -torch.ones_like(mean), 1, 0, alpha_bar, seeds.generator(29))
    assert found.dtype == torch.float16
    assert bool(found.isfinite().all())


@pytest.mark.parametrize(("t", "t_prime"), [(0, 0), (0, 1), (3, 0), (1, -1)])
def test_a_step_that_does_not_go_down_is_refused(t: int, t_prime: int) -> None:
    with pytest.raises(ValueError, match=f"t = {t}, t_prime = {t_prime}"):
        log_variance(torch.zeros(1), t, t_prime, torch.tensor([0.9, 0.5, 0.1]))


def test_stage_binds_the_schedule() -> None:
    alpha_bar = torch.tensor([0.9, 0.1])
    stage = make_stage(lambda *args, **kwargs: None, alpha_bar)
    mean, v = torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)
    expected = add_variance(mean, v, 1, 0, alpha_bar, seeds.generator(29))
    with pytest.raises(AttributeError):
        stage.alpha_bar = alpha_bar  # type: ignore[misc]
    assert torch.equal(stage.add_variance(mean, v, 1, 0, seeds.generator(29)), expected)
