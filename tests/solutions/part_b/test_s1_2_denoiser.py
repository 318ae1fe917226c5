"""The denoiser's noise, loss and training, where the right answer is known."""

import math

import pytest
import torch
from torch import Tensor, nn

from course.toolkit import digits, seeds
from solutions.part_b.s1_2_denoiser import add_noise, denoising_loss, recipe, train_denoiser


class Constant(nn.Module):
    """Answers with one trainable image, whatever it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.image = nn.Parameter(torch.zeros(1, 1, 28, 28))
        self.seen: list[Tensor] = []

    def forward(self, z: Tensor) -> Tensor:
        self.seen.append(z.detach())
        return self.image.expand_as(z)


def batch(count: int) -> Tensor:
    return torch.rand(count, 1, 28, 28, generator=seeds.generator(1))


def test_noise_comes_on_top() -> None:
    x, eps = batch(2), seeds.noise((2, 1, 28, 28), seeds.generator(2))
    torch.testing.assert_close(add_noise(x, 0.5, eps) - x, eps / 2)
    assert torch.equal(add_noise(x, 0.0, eps), x)


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="x and eps have the shapes"):
        add_noise(batch(2), 0.5, batch(1))


def test_the_loss_of_doing_nothing_is_the_noise(answering) -> None:
    """D(z) = z leaves σε, whose mean square is σ²."""
    loss = denoising_loss(answering(lambda z: z), batch(64), 0.5, seeds.generator(29))
    assert loss.shape == ()
    assert math.isclose(float(loss), 0.25, rel_tol=0.03)


def test_the_loss_of_knowing_everything_is_zero(answering) -> None:
    x = batch(4)
    assert denoising_loss(answering(lambda _: x), x, 0.5, seeds.generator(29)) == 0


def test_the_noise_is_fresh(answering) -> None:
    unet, generator, x = answering(lambda z: z), seeds.generator(29), batch(4)
    denoising_loss(unet, x, 0.5, generator)
    denoising_loss(unet, x, 0.5, generator)
    first, second = (inputs[0] - x for inputs in unet.asked)
    assert (first - second).abs().max() > 0.5


def test_a_training_is_as_long_as_its_batches() -> None:
    losses = list(
        train_denoiser(Constant(), batch(10), epochs=3, batch_size=4, generator=seeds.generator(29))
    )
    assert len(losses) == 3 * math.ceil(10 / 4)
    assert all(type(loss) is float for loss in losses)


def test_every_epoch_sees_every_image_once() -> None:
    x, network = batch(10), Constant()
    list(train_denoiser(network, x, sigma=0.0, epochs=2, batch_size=4, generator=seeds.generator(29)))
    for epoch in (network.seen[:3], network.seen[3:]):
        seen = torch.cat(epoch)
        distances = (seen[:, None] - x[None]).abs().amax(dim=(2, 3, 4))
        assert sorted(distances.argmin(dim=1).tolist()) == list(range(10))
        assert distances.min(dim=1).values.max() == 0


def test_the_first_batch_is_the_toolkits() -> None:
    x, network = batch(10), Constant()
    next(train_denoiser(network, x, sigma=0.0, batch_size=4, generator=seeds.generator(29)))
    assert torch.equal(network.seen[0], x[next(digits.batches(10, 4, seeds.generator(29)))])


def test_adam_goes_one_learning_rate_at_first() -> None:
    """Its first step is the learning rate in the direction of every gradient's sign."""
    network = Constant()
    next(train_denoiser(network, batch(8), learning_rate=0.01, generator=seeds.generator(29)))
    torch.testing.assert_close(network.image, torch.full_like(network.image, 0.01), rtol=1e-3, atol=0)


def test_the_best_constant_is_learned() -> None:
    x, network = batch(16), Constant()
    training = train_denoiser(
        network, x, epochs=200, batch_size=8, learning_rate=0.02, generator=seeds.generator(1)
    )
    losses = list(training)
    assert losses[-1] < losses[0] / 2
    assert (network.image - x.mean(dim=0)).abs().max() < 0.1


def test_it_trains_in_training_mode(answering) -> None:
    unet = answering(lambda z: unet.weight * z)
    unet.weight = nn.Parameter(torch.ones(1))
    unet.eval()
    list(train_denoiser(unet, batch(4), epochs=1, batch_size=2, generator=seeds.generator(29)))
    assert unet.modes == [True, True]


def test_the_recipe_is_that_of_the_course() -> None:
    found = recipe()
    assert (found.name, found.epochs, found.batch_size, found.learning_rate, found.decay) == (
        "denoiser",
        5,
        256,
        1e-4,
        1.0,
    )
    assert found.keep == (1, 5)
    assert sum(p.numel() for p in found.network().parameters()) == 481 * 128**2 + 81 * 128 + 1
    network, x = recipe(num_hiddens=2).network(), batch(2)
    loss = found.loss(network, x, torch.zeros(2), seeds.generator(29))
    assert torch.equal(loss, denoising_loss(network, x, 0.5, seeds.generator(29)))
