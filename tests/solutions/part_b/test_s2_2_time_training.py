"""Schedule and training loss, against diffusers and against closed forms."""

import math

import pytest
import torch

from course.toolkit import seeds
from solutions.part_b.s2_2_time_training import ddpm_forward, ddpm_schedule, recipe


def test_the_schedule_is_that_of_diffusers(scheduler) -> None:
    schedule = ddpm_schedule(1e-4, 0.02, 300)
    torch.testing.assert_close(schedule["betas"], scheduler.betas)
    torch.testing.assert_close(schedule["alphas"], scheduler.alphas)
    torch.testing.assert_close(schedule["alpha_bars"], scheduler.alphas_cumprod)
    assert all(values.shape == (300,) for values in schedule.values())


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((0.0, 0.02, 300), "0 < beta1 <= beta2 < 1"),
        ((0.02, 1e-4, 300), "0 < beta1 <= beta2 < 1"),
        ((1e-4, 1.0, 300), "0 < beta1 <= beta2 < 1"),
        ((1e-4, 0.02, 0), "num_ts = 0, but a schedule has at least one timestep"),
    ],
)
def test_impossible_schedules(numbers, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ddpm_schedule(*numbers)


def test_who_knows_the_digit_has_no_loss(answering, towards) -> None:
    """All data is one image c, so the noise follows from x_t and t."""
    c = torch.rand(1, 1, 28, 28, generator=seeds.generator(1), dtype=torch.float64)
    unet = answering(lambda x_t, times: towards(x_t, times, c))
    schedule = ddpm_schedule(1e-4, 0.02, 300)
    loss = ddpm_forward(unet, schedule, c.expand(64, -1, -1, -1), 300, seeds.generator(29))
    assert loss.shape == ()
    assert float(loss) < 1e-6


def test_the_loss_of_no_idea_is_one(answering) -> None:
    unet = answering(lambda x_t, times: torch.zeros_like(x_t))
    x_0 = torch.rand(64, 1, 28, 28)
    loss = ddpm_forward(unet, ddpm_schedule(1e-4, 0.02, 300), x_0, 300, seeds.generator(29))
    assert math.isclose(float(loss), 1, rel_tol=0.03)


def test_timesteps_are_uniform_and_told_as_fractions(answering) -> None:
    unet = answering(lambda x_t, times: torch.zeros_like(x_t))
    schedule, x_0 = ddpm_schedule(1e-4, 0.02, 4), torch.zeros(4000, 1, 28, 28)
    ddpm_forward(unet, schedule, x_0, 4, seeds.generator(29))
    _, times = unet.asked[0]
    values, counts = times.unique(return_counts=True)
    assert values.tolist() == [0, 0.25, 0.5, 0.75]
    assert all(abs(count - 1000) < 5 * math.sqrt(750) for count in counts.tolist())


def test_each_image_is_noised_to_its_own_timestep(answering) -> None:
    """Black images become noise of the size √(1 − ᾱ_t)."""
    unet = answering(lambda x_t, times: torch.zeros_like(x_t))
    schedule = ddpm_schedule(1e-4, 0.02, 300)
    ddpm_forward(unet, schedule, torch.zeros(64, 1, 28, 28), 300, seeds.generator(29))
    x_t, times = unet.asked[0]
    expected = (1 - schedule["alpha_bars"][(times * 300).round().long()]).sqrt()
    torch.testing.assert_close(x_t.std(dim=(1, 2, 3)), expected, rtol=0.15, atol=0)


def test_the_recipe_is_that_of_the_course() -> None:
    found = recipe()
    assert (found.name, found.epochs, found.batch_size, found.learning_rate) == ("time", 20, 128, 1e-3)
    assert math.isclose(found.decay**20, 0.1)
    assert found.keep == (5, 20)
    assert sum(p.numel() for p in found.network().parameters()) == 486 * 64**2 + 90 * 64 + 1
    network, x_0 = recipe(num_hiddens=2).network(), torch.rand(2, 1, 28, 28)
    loss = found.loss(network, x_0, torch.zeros(2), seeds.generator(29))
    schedule = ddpm_schedule(1e-4, 0.02, 300)
    assert torch.equal(loss, ddpm_forward(network, schedule, x_0, 300, seeds.generator(29)))
