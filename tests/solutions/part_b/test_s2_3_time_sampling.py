"""The sampler, step by step against diffusers, and in a world of one image, where it must end there."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from course.toolkit import seeds
from solutions.part_b.s2_1_time import TimeConditionalUNet
from solutions.part_b.s2_2_time_training import ddpm_schedule
from solutions.part_b.s2_3_time_sampling import ddpm_sample, evaluating

SCHEDULE = ddpm_schedule(1e-4, 0.02, 300)


def some_noise(x_t: Tensor, times: Tensor) -> Tensor:
    """Return something that depends on all of the question."""
    return 0.8 * x_t + 0.1 * torch.sin(7 * x_t.roll(1, -1)) + times.view(-1, 1, 1, 1) / 3


def test_the_steps_of_diffusers(answering, scheduler) -> None:
    ours = list(ddpm_sample(answering(some_noise), SCHEDULE, (6, 5), 300, seeds.generator(29), count=2))
    assert len(ours) == 300
    generator = seeds.generator(29)
    x_t = seeds.noise((2, 1, 6, 5), generator)
    for t, image in zip(reversed(range(300)), ours, strict=True):
        eps_hat = some_noise(x_t, torch.full((2,), t / 300))
        x_t = scheduler.step(eps_hat, t, x_t, generator=generator).prev_sample
        torch.testing.assert_close(image, x_t, rtol=1e-4, atol=1e-4)


def test_one_image_is_all_there_is(answering, towards) -> None:
    """The exact noise estimate leads every start to that image, exactly."""
    c = torch.rand(1, 1, 28, 28, generator=seeds.generator(1), dtype=torch.float64)
    unet = answering(lambda x_t, times: towards(x_t, times, c))
    schedule = {name: values.double() for name, values in SCHEDULE.items()}
    *_, last = ddpm_sample(unet, schedule, (28, 28), 300, seeds.generator(29), count=3)
    assert last.dtype == torch.float64
    torch.testing.assert_close(last, c.expand(3, -1, -1, -1), rtol=0, atol=1e-3)


def test_the_last_step_adds_no_noise(answering) -> None:
    """After it two runs that differ in nothing but the last noise are the same."""
    unet, schedule = answering(some_noise), ddpm_schedule(0.5, 0.5, 1)
    (image,) = ddpm_sample(unet, schedule, (4, 4), 1, seeds.generator(29))
    start = seeds.noise((1, 1, 4, 4), seeds.generator(29))
    eps_hat = some_noise(start, torch.zeros(1))
    torch.testing.assert_close(image, (start - 0.5**0.5 * eps_hat) / 0.5**0.5)


def test_times_count_down_to_zero(answering) -> None:
    unet = answering(some_noise)
    list(ddpm_sample(unet, ddpm_schedule(1e-4, 0.02, 4), (4, 4), 4, seeds.generator(29), count=2))
    assert [times.tolist() for _, times in unet.asked] == [[0.75] * 2, [0.5] * 2, [0.25] * 2, [0.0] * 2]


@pytest.mark.parametrize("training", [True, False])
def test_the_mode_comes_back(answering, training: bool) -> None:
    unet = answering(some_noise).train(training)
    images = list(ddpm_sample(unet, ddpm_schedule(1e-4, 0.02, 3), (4, 4), 3, seeds.generator(29)))
    assert unet.modes == [False] * 3
    assert unet.training is training
    assert not any(torch.equal(one, other) for one, other in pairwise(images))


def test_a_sampler_that_is_left_gives_the_mode_back(answering) -> None:
    unet = answering(some_noise).train()
    loop = ddpm_sample(unet, SCHEDULE, (4, 4), 300, seeds.generator(29))
    next(loop)
    assert torch.is_grad_enabled()
    loop.close()
    assert unet.training


def test_nothing_is_remembered_for_a_backward_pass(tiny) -> None:
    unet = tiny(TimeConditionalUNet, (1, 2))
    schedule = ddpm_schedule(1e-4, 0.02, 2)
    for image in ddpm_sample(unet, schedule, (28, 28), 2, seeds.generator(29)):
        assert not image.requires_grad


def test_evaluating_survives_an_error() -> None:
    network = nn.Dropout()
    held = evaluating(network)
    held.__enter__()
    assert not network.training
    assert not held.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert network.training
