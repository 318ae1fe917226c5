"""Guided sampling: against the unguided sampler, and where guidance leads is known."""

import pytest
import torch
from torch import Tensor

from course.toolkit import seeds
from solutions.part_b.s2_2_time_training import ddpm_schedule
from solutions.part_b.s2_3_time_sampling import ddpm_sample
from solutions.part_b.s2_4_class import ClassConditionalUNet
from solutions.part_b.s2_6_class_sampling import class_ddpm_sample

SCHEDULE = ddpm_schedule(1e-4, 0.02, 20)
C = torch.tensor([2, 7, 7])


def estimate(x_t: Tensor, c: Tensor, times: Tensor, mask: Tensor) -> Tensor:
    """Return something that depends on all of the question, on the class only where the mask keeps it."""
    told = (mask * (c + 1)).view(-1, 1, 1, 1)
    return 0.8 * x_t + 0.1 * torch.sin(7 * x_t.roll(1, -1) + told) + times.view(-1, 1, 1, 1) / 3


@pytest.mark.parametrize(("gamma", "kept"), [(0.0, 0.0), (1.0, 1.0)])
def test_unguided_estimates_give_the_unguided_sampler(answering, gamma: float, kept: float) -> None:
    """γ = 1 is the conditional estimate, γ = 0 the unconditional one; chance comes in the same order."""
    mask = torch.full((3,), kept)
    plain = answering(lambda x_t, times: estimate(x_t, C, times, mask))
    ours = class_ddpm_sample(answering(estimate), SCHEDULE, C, (6, 5), 20, seeds.generator(29), gamma)
    theirs = ddpm_sample(plain, SCHEDULE, (6, 5), 20, seeds.generator(29), count=3)
    for image, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(image, expected, rtol=1e-4, atol=1e-4)


def test_guidance_extrapolates_the_images_themselves(answering, towards) -> None:
    """Estimates towards c₁ and c₀ are linear in them, so γ leads to c₀ + γ (c₁ − c₀), exactly."""
    told, untold = torch.rand(2, 1, 1, 28, 28, generator=seeds.generator(1), dtype=torch.float64)
    schedule = {name: values.double() for name, values in ddpm_schedule(1e-4, 0.02, 300).items()}

    def eps(x_t: Tensor, c: Tensor, times: Tensor, mask: Tensor) -> Tensor:
        where = mask.view(-1, 1, 1, 1) == 1
        return torch.where(where, towards(x_t, times, told), towards(x_t, times, untold))

    *_, last = class_ddpm_sample(answering(eps), schedule, C, (28, 28), 300, seeds.generator(29))
    torch.testing.assert_close(last, (untold + 5 * (told - untold)).expand(3, -1, -1, -1), rtol=0, atol=5e-3)


def test_each_image_gets_its_own_class(answering, towards) -> None:
    digits = torch.rand(10, 1, 28, 28, generator=seeds.generator(1), dtype=torch.float64)
    schedule = {name: values.double() for name, values in ddpm_schedule(1e-4, 0.02, 300).items()}
    unet = answering(lambda x_t, c, times, mask: towards(x_t, times, digits[c]))
    *_, last = class_ddpm_sample(unet, schedule, C, (28, 28), 300, seeds.generator(29), 5.0)
    torch.testing.assert_close(last, digits[C], rtol=0, atol=1e-3)


@pytest.mark.parametrize("training", [True, False])
def test_a_real_network_and_its_mode(tiny, training: bool) -> None:
    unet = tiny(ClassConditionalUNet, (1, 10, 2)).train(training)
    images = list(class_ddpm_sample(unet, SCHEDULE, C, (28, 28), 20, seeds.generator(29)))
    assert [image.shape for image in images] == [(3, 1, 28, 28)] * 20
    assert not images[-1].requires_grad
    assert unet.training is training
