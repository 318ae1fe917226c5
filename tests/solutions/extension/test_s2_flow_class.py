"""Flow matching with classes: what is dropped, and where guidance leads."""

import pytest
import torch

from course.toolkit import seeds
from solutions.extension.s1_flow_time import time_fm_sample
from solutions.extension.s2_flow_class import class_fm_forward, class_fm_sample, recipe

SIZE = (4, 6)


def test_drops_one_class_in_ten(field) -> None:
    """Of 20,000 classes 2,000 ± 212 are dropped; one seed in 2 million is further off."""
    unet = field(lambda x, c, t, mask: x)
    c = torch.arange(20_000) % 10
    class_fm_forward(unet, torch.zeros(20_000, 1, 1, 1), c, seeds.generator(29))
    ((_, classes, _, mask),) = unet.asked
    assert torch.equal(classes, c)
    assert set(mask.tolist()) == {0.0, 1.0}
    assert abs(int((mask == 0).sum()) - 2_000) < 212


@pytest.mark.parametrize(("p_uncond", "kept"), [(0.0, 1.0), (1.0, 0.0)])
def test_drops_none_or_all(field, p_uncond: float, kept: float) -> None:
    unet = field(lambda x, c, t, mask: x)
    class_fm_forward(unet, torch.zeros(99, 1, 1, 1), torch.zeros(99).long(), seeds.generator(29), p_uncond)
    assert set(unet.asked[0][3].tolist()) == {kept}


def test_a_perfect_field_has_no_loss(field) -> None:
    pictures = torch.rand(10, 1, *SIZE, generator=seeds.generator(1), dtype=torch.float64)
    c = torch.arange(40) % 10
    perfect = field(lambda x, c, t, mask: (pictures[c] - x) / (1 - t.view(-1, 1, 1, 1)))
    assert class_fm_forward(perfect, pictures[c], c, seeds.generator(29)).item() < 1e-20


@pytest.mark.parametrize("gamma", [0.0, 1.0, 5.0])
def test_guidance_leads_beyond_the_class(field, gamma: float) -> None:
    """Straight to u + γ (c − u), where u is the one picture without a class and c the class's own."""
    pictures = torch.rand(10, 1, *SIZE, generator=seeds.generator(1), dtype=torch.float64)
    none = torch.rand(1, 1, *SIZE, generator=seeds.generator(2), dtype=torch.float64)

    def velocity(x, c, t, mask):
        goal = torch.where(mask.view(-1, 1, 1, 1) > 0, pictures[c], none)
        return (goal - x) / (1 - t.view(-1, 1, 1, 1))

    c = torch.tensor([3, 0, 9])
    *others, last = class_fm_sample(field(velocity), c, SIZE, 7, seeds.generator(29), gamma)
    assert len(others) == 6
    torch.testing.assert_close(last, none + gamma * (pictures[c] - none))


def test_without_guidance_it_is_the_loop_of_x_1(field, gaussian) -> None:
    classed = field(lambda x, c, t, mask: gaussian(x, t, mask.view(-1, 1, 1, 1), 0.3))
    timed = field(lambda x, t: gaussian(x, t, 1.0, 0.3))
    c = torch.zeros(3).long()
    found = class_fm_sample(classed, c, SIZE, 9, seeds.generator(29), 1.0)
    expected = time_fm_sample(timed, SIZE, 9, seeds.generator(29), 3)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("training", [True, False])
def test_modes_and_gradients(field, training: bool) -> None:
    unet = field(lambda x, c, t, mask: x).train(training)
    loop = class_fm_sample(unet, torch.tensor([1, 2]), SIZE, 3, seeds.generator(29))
    assert len(list(loop)) == 3
    assert unet.training is training
    assert unet.modes == [(False, False)] * 3


def test_the_recipe_is_that_of_the_course() -> None:
    made = recipe()
    assert (made.name, made.epochs, made.batch_size, made.learning_rate) == ("flow_class", 10, 64, 1e-2)
    assert made.decay**10 == pytest.approx(0.1)
    network = recipe(num_hiddens=2).network()
    images = torch.rand(3, 1, 28, 28, generator=seeds.generator(1))
    assert made.loss(network, images, torch.tensor([0, 5, 9]), seeds.generator(29)).requires_grad
    assert made.settings == {"num_hiddens": 64, "num_ts": 300}
