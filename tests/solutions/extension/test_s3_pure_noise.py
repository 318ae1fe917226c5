"""A denoiser of pure noise: the least error, by its definition and by training."""

import pytest
import torch
from torch import Tensor, nn

from course.toolkit import seeds
from solutions.extension.s3_pure_noise import best_constant, pure_noise_loss, recipe


@pytest.fixture
def images() -> Tensor:
    return torch.rand(20, 1, 4, 5, generator=seeds.generator(1), dtype=torch.float64) ** 3


def test_the_gradient_vanishes_there(images) -> None:
    best = best_constant(images).requires_grad_()
    assert best.shape == (1, 4, 5)
    (best - images).square().mean().backward()
    assert float(best.grad.abs().max()) < 1e-16


def test_the_error_is_the_variance(images) -> None:
    error = (best_constant(images) - images).square().mean()
    torch.testing.assert_close(error, images.var(dim=0, correction=0).mean())


def test_no_images_are_refused() -> None:
    with pytest.raises(ValueError, match="images is empty, but nothing is nearest to no image"):
        best_constant(torch.zeros(0, 1, 4, 5))


class Affine(nn.Module):
    """A network that could use the noise: a · noise + b, with numbers a and b of its own for every pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = (nn.Parameter(torch.full((1, 4, 5), 0.5, dtype=torch.float64)) for _ in range(2))

    def forward(self, noise: Tensor) -> Tensor:
        return self.a * noise + self.b


def test_training_comes_to_it_whatever_the_noise(images) -> None:
    network, generator = Affine(), seeds.generator(29)
    optimizer = torch.optim.SGD(network.parameters(), lr=2.0)
    for step in range(600):
        optimizer.param_groups[0]["lr"] = 2.0 * 0.99**step
        optimizer.zero_grad()
        pure_noise_loss(network, images, generator).backward()
        optimizer.step()
    assert network.a.abs().max().item() < 0.02
    assert (network.b - best_constant(images)).abs().max().item() < 0.001


def test_the_recipe_is_that_of_the_denoiser() -> None:
    made = recipe()
    assert (made.name, made.epochs, made.batch_size, made.learning_rate) == ("pure_noise", 5, 256, 1e-4)
    assert (made.decay, made.keep, made.settings) == (1.0, (1, 5), {"num_hiddens": 128})
    digits = torch.rand(3, 1, 28, 28, generator=seeds.generator(1))
    network = recipe(num_hiddens=2).network()
    assert made.loss(network, digits, torch.zeros(3).long(), seeds.generator(29)).requires_grad
