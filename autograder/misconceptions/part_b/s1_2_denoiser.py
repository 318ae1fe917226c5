"""Wrong answers to B 1.2, the denoiser in a single step."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from autograder.misconceptions import instead_of
from course.toolkit import digits, seeds
from solutions.part_b.s1_2_denoiser import SIGMA, add_noise, denoising_loss, train_denoiser


@instead_of("add_noise")
def sigma_squared(x: Tensor, sigma: float, eps: Tensor) -> Tensor:
    """You multiplied the noise by σ². In (B.1) it is σ: the standard deviation of the noise, not its
    variance.
    """
    return x + sigma**2 * eps


@instead_of("add_noise")
def root_of_sigma(x: Tensor, sigma: float, eps: Tensor) -> Tensor:
    """You multiplied the noise by √σ. In (B.1) it is σ itself: the standard deviation of the noise."""
    return x + math.sqrt(sigma) * eps


@instead_of("add_noise")
def blended(x: Tensor, sigma: float, eps: Tensor) -> Tensor:
    """You shrank the image to make room for the noise. In (B.1) the image stays as it is, and σε comes on
    top.
    """
    return (1 - sigma) * x + sigma * eps


@instead_of("add_noise")
def clamped(x: Tensor, sigma: float, eps: Tensor) -> Tensor:
    """You clamped z to [0, 1]. Only clean images lie in there: leave the noise as it is, also where z
    leaves it.
    """
    return (x + sigma * eps).clamp(0, 1)


@instead_of("add_noise")
def without_sigma(x: Tensor, sigma: float, eps: Tensor) -> Tensor:
    """You added the noise at full strength. It is σ times eps that comes on top of the image."""
    return x + eps


@instead_of("denoising_loss")
def noise_as_target(unet: nn.Module, x: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """You compared the output with the noise ε. This network estimates the clean image: compare it with x."""
    eps = _noise(x, generator)
    return nn.functional.mse_loss(unet(add_noise(x, sigma, eps)), eps)


@instead_of("denoising_loss")
def noisy_as_target(unet: nn.Module, x: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """You compared the output with the noisy image z, so the network would learn to do nothing. Compare
    with x.
    """
    z = add_noise(x, sigma, _noise(x, generator))
    return nn.functional.mse_loss(unet(z), z)


@instead_of("denoising_loss")
def summed(unet: nn.Module, x: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """Your loss is the sum of the squares. Take their mean, so that it does not grow with the batch."""
    z = add_noise(x, sigma, _noise(x, generator))
    return nn.functional.mse_loss(unet(z), x, reduction="sum")


@instead_of("denoising_loss")
def absolute(unet: nn.Module, x: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """Your loss is the mean of the absolute differences (L1). (B.2) has their squares (L2)."""
    z = add_noise(x, sigma, _noise(x, generator))
    return nn.functional.l1_loss(unet(z), x)


@instead_of("denoising_loss")
def clean_image_shown(unet: nn.Module, x: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """You gave the network the clean image x. It must get the noisy one, z; x is what it is compared with."""
    return nn.functional.mse_loss(unet(x), x)


@instead_of("denoising_loss")
def one_noise_for_all(unet: nn.Module, x: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """All images of the batch get the same noise. Draw noise of the shape of the whole batch."""
    eps = _noise(x[:1], generator).expand_as(x)
    return nn.functional.mse_loss(unet(add_noise(x, sigma, eps)), x)


@instead_of("denoising_loss")
def seed_of_its_own(unet: nn.Module, x: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """Your noise is the same in every call. Draw it from the `generator` that is passed in, which goes on."""
    return denoising_loss(unet, x, sigma, seeds.generator(0))


@instead_of("denoising_loss")
def uniform_noise(unet: nn.Module, x: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """Your noise is uniform in [0, 1). It should be Gaussian, N(0, 1): draw it with `seeds.noise`."""
    eps = torch.rand(x.shape, generator=generator).to(x)
    return nn.functional.mse_loss(unet(add_noise(x, sigma, eps)), x)


@instead_of("train_denoiser")
def plain_descent(
    unet: nn.Module,
    images: Tensor,
    *,
    sigma: float = SIGMA,
    epochs: int = 5,
    batch_size: int = 256,
    learning_rate: float = 1e-4,
    generator: torch.Generator,
) -> Iterator[float]:
    """Your optimizer is plain gradient descent (SGD). Take torch.optim.Adam, which needs no luck with its
    rate.
    """
    optimizer = torch.optim.SGD(unet.parameters(), lr=learning_rate)
    for batch in _batches(images, epochs, batch_size, generator):
        yield _step(optimizer, denoising_loss(unet, images[batch], sigma, generator))


@instead_of("train_denoiser")
def gradients_piled_up(
    unet: nn.Module,
    images: Tensor,
    *,
    sigma: float = SIGMA,
    epochs: int = 5,
    batch_size: int = 256,
    learning_rate: float = 1e-4,
    generator: torch.Generator,
) -> Iterator[float]:
    """The gradients of all batches pile up. Call optimizer.zero_grad() before every backward()."""
    optimizer = torch.optim.Adam(unet.parameters(), lr=learning_rate)
    for batch in _batches(images, epochs, batch_size, generator):
        loss = denoising_loss(unet, images[batch], sigma, generator)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        yield loss.item()


@instead_of("train_denoiser")
def noise_drawn_once(
    unet: nn.Module,
    images: Tensor,
    *,
    sigma: float = SIGMA,
    epochs: int = 5,
    batch_size: int = 256,
    learning_rate: float = 1e-4,
    generator: torch.Generator,
) -> Iterator[float]:
    """You drew the noise once, before the loop, so the network learns it by heart. Draw it anew for every
    batch.
    """
    optimizer = torch.optim.Adam(unet.parameters(), lr=learning_rate)
    noisy = add_noise(images, sigma, _noise(images, generator))
    for batch in _batches(images, epochs, batch_size, generator):
        yield _step(optimizer, nn.functional.mse_loss(unet(noisy[batch]), images[batch]))


@instead_of("train_denoiser")
def never_shuffled(
    unet: nn.Module,
    images: Tensor,
    *,
    sigma: float = SIGMA,
    epochs: int = 5,
    batch_size: int = 256,
    learning_rate: float = 1e-4,
    generator: torch.Generator,
) -> Iterator[float]:
    """The images come in the same order in every epoch. `digits.batches` shuffles them anew."""
    optimizer = torch.optim.Adam(unet.parameters(), lr=learning_rate)
    for _ in range(epochs):
        for batch in torch.split(torch.arange(len(images)), batch_size):
            yield _step(optimizer, denoising_loss(unet, images[batch], sigma, generator))


@instead_of("train_denoiser")
def shuffled_once(
    unet: nn.Module,
    images: Tensor,
    *,
    sigma: float = SIGMA,
    epochs: int = 5,
    batch_size: int = 256,
    learning_rate: float = 1e-4,
    generator: torch.Generator,
) -> Iterator[float]:
    """You shuffled the images once, before the first epoch. Call `digits.batches` in every epoch."""
    optimizer = torch.optim.Adam(unet.parameters(), lr=learning_rate)
    for batch in list(digits.batches(len(images), batch_size, generator)) * epochs:
        yield _step(optimizer, denoising_loss(unet, images[batch], sigma, generator))


@instead_of("train_denoiser")
def short_batch_dropped(
    unet: nn.Module,
    images: Tensor,
    *,
    sigma: float = SIGMA,
    epochs: int = 5,
    batch_size: int = 256,
    learning_rate: float = 1e-4,
    generator: torch.Generator,
) -> Iterator[float]:
    """You left out the last batch of every epoch where it is a short one. Train on it too."""
    optimizer = torch.optim.Adam(unet.parameters(), lr=learning_rate)
    for batch in _batches(images, epochs, batch_size, generator):
        if len(batch) == batch_size:
            yield _step(optimizer, denoising_loss(unet, images[batch], sigma, generator))


@instead_of("train_denoiser")
def one_loss_an_epoch(
    unet: nn.Module,
    images: Tensor,
    *,
    sigma: float = SIGMA,
    epochs: int = 5,
    batch_size: int = 256,
    learning_rate: float = 1e-4,
    generator: torch.Generator,
) -> Iterator[float]:
    """You yield one loss an epoch. Yield the loss of every batch: the `yield` belongs into the inner loop."""
    settings = {"sigma": sigma, "epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate}
    losses = list(train_denoiser(unet, images, generator=generator, **settings))  # type: ignore[arg-type]
    yield from losses[len(losses) // epochs - 1 :: len(losses) // epochs]


@instead_of("train_denoiser")
def only_one_epoch(
    unet: nn.Module,
    images: Tensor,
    *,
    sigma: float = SIGMA,
    epochs: int = 5,
    batch_size: int = 256,
    learning_rate: float = 1e-4,
    generator: torch.Generator,
) -> Iterator[float]:
    """You go through the images once, whatever `epochs` says. An outer loop goes through them `epochs`
    times.
    """
    settings = {"sigma": sigma, "batch_size": batch_size, "learning_rate": learning_rate}
    yield from train_denoiser(unet, images, epochs=1, generator=generator, **settings)  # type: ignore[arg-type]


def _noise(x: Tensor, generator: torch.Generator) -> Tensor:
    return seeds.noise(x.shape, generator, dtype=x.dtype)


def _batches(images: Tensor, epochs: int, batch_size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield the batches of all epochs as they should be."""
    for _ in range(epochs):
        yield from digits.batches(len(images), batch_size, generator)


def _step(optimizer: torch.optim.Optimizer, loss: Tensor) -> float:
    """Take a step of the optimizer as it should be and return the loss."""
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()
