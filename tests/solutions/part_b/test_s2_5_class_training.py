"""The loss with classes: that of B 2.2, with a mask drawn for every image."""

import math

import pytest
import torch

from course.toolkit import seeds
from solutions.part_b.s2_2_time_training import ddpm_schedule
from solutions.part_b.s2_5_class_training import class_ddpm_forward, recipe

SCHEDULE = ddpm_schedule(1e-4, 0.02, 300)
C = torch.arange(4000) % 10


def masks(unet, p_uncond: float) -> torch.Tensor:
    x_0 = torch.zeros(len(C), 1, 2, 2)
    class_ddpm_forward(unet, SCHEDULE, x_0, C, 300, seeds.generator(29), p_uncond)
    _, c, _, mask = unet.asked[-1]
    assert torch.equal(c, C)
    return mask


@pytest.mark.parametrize("p_uncond", [0.0, 0.1, 1.0])
def test_classes_are_dropped_as_often_as_asked_for(answering, p_uncond: float) -> None:
    mask = masks(answering(lambda x_t, *_: torch.zeros_like(x_t)), p_uncond)
    assert set(mask.tolist()) <= {0.0, 1.0}
    deviation = math.sqrt(4000 * p_uncond * (1 - p_uncond))
    assert abs(float((1 - mask).sum()) - 4000 * p_uncond) <= 5 * deviation


def test_who_knows_the_digits_has_no_loss(answering, towards) -> None:
    """Every class is one image, so the noise follows from x_t, c and t."""
    digits = torch.rand(10, 1, 28, 28, generator=seeds.generator(1), dtype=torch.float64)
    unet = answering(lambda x_t, c, times, mask: towards(x_t, times, digits[c]))
    c = torch.arange(40) % 10
    loss = class_ddpm_forward(unet, SCHEDULE, digits[c], c, 300, seeds.generator(29))
    assert loss.shape == ()
    assert float(loss) < 1e-6


def test_the_recipe_is_that_of_the_course() -> None:
    found = recipe()
    assert (found.name, found.epochs, found.batch_size, found.learning_rate) == ("class", 20, 128, 1e-3)
    assert math.isclose(found.decay**20, 0.1)
    assert found.keep == (5, 20)
    assert sum(p.numel() for p in found.network().parameters()) == 491 * 64**2 + 126 * 64 + 1
    network, x_0, c = recipe(num_hiddens=2).network(), torch.rand(2, 1, 28, 28), torch.tensor([3, 7])
    loss = found.loss(network, x_0, c, seeds.generator(29))
    assert torch.equal(loss, class_ddpm_forward(network, SCHEDULE, x_0, c, 300, seeds.generator(29)))
