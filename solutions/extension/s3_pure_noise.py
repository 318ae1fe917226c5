"""## X 3 · A denoiser of nothing but noise

The denoiser of B 1.2 was given noisy digits. Turn σ up and up until no digit is left in its input, only pure
noise, and keep asking for digits back. What will it draw?

Training makes the mean of ‖D(noise) − x‖² as small as it can be, for noise and digits that have nothing to
do with each other. The input says nothing about x, so one answer must do for all digits. And of all images
m, the one nearest to x_1, …, x_N in that sense is where the derivative is zero:

    d/dm  Σ ‖m − x_i‖²  =  2 Σ (m − x_i)  =  0

The network comes to that image whatever noise it is shown: a grey cloud that is no digit at all. It is the
blur of A 1.3 driven to its end, the price of a single step, and the reason why diffusion models take many.

`course train pure_noise` trains it, with the numbers of B 1.2.

*Bishop: Pattern Recognition and Machine Learning (2006), section 1.5.5, on the expected squared loss.*
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from course.toolkit import figures, seeds
from course.toolkit.studio import Exhibit, Studio
from course.toolkit.training import Recipe

from ..part_b.s1_1_unet import UnconditionalUNet

SHOWN_NOISES = 5


def best_constant(images: Tensor) -> Tensor:
    """Return the one image (C, H, W) with the least mean squared error to all of the images.

    images: (N, C, H, W).  Raises ValueError when there are none.
    """
    if not len(images):
        raise ValueError("images is empty, but nothing is nearest to no image; pass at least one")
    # BEGIN SOLUTION
    return images.mean(dim=0)
    # END SOLUTION


def pure_noise_loss(unet: nn.Module, images: Tensor, generator: torch.Generator) -> Tensor:
    """Return the mean squared error of unet(noise) to the images, a scalar.  Given.

    images: (N, 1, 28, 28) in [0, 1].  generator: gives fresh N(0, 1) noise of their shape.
    """
    noise = seeds.noise(images.shape, generator, dtype=images.dtype, device=images.device)
    error: Tensor = unet(noise) - images
    return error.square().mean()


def recipe(num_hiddens: int = 128, epochs: int = 5) -> Recipe:
    """Return what `course train pure_noise` trains.  Given."""

    def loss(unet: nn.Module, images: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
        return pure_noise_loss(unet, images, generator)

    return Recipe(
        name="pure_noise",
        network=partial(UnconditionalUNet, 1, num_hiddens),
        loss=loss,
        epochs=epochs,
        batch_size=256,
        learning_rate=1e-4,
        keep=(1, epochs),
        settings={"num_hiddens": num_hiddens},
    )


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show what the network makes of five noises after each kept epoch, and the least error there is."""
    run, images = studio.run("pure_noise"), studio.digits.images
    noise = seeds.noise((SHOWN_NOISES, *images.shape[1:]), studio.generator(), device=images.device)
    rows, labels = [figures.digits(noise)], ["noise"]
    for epochs in run.epochs:
        unet = studio.network("pure_noise", UnconditionalUNet(1, run.hidden), epochs)
        with torch.inference_mode():
            drawn = unet(noise)
        rows.append(figures.digits(drawn))
        labels.append(f"epoch {epochs}, error {_error(drawn, images):.4f}")
    best = best_constant(images)[None]
    rows.append(figures.digits(best))
    labels.append(f"best_constant, error {_error(best, images):.4f}")
    figure = figures.grid(rows, title="A denoiser of pure noise", rows=labels)
    yield Exhibit("constant", "Whatever the noise, one and the same cloud: the mean of all digits.", figure)


def _error(guesses: Tensor, images: Tensor) -> float:
    """Return the mean squared error of every guess (K, 1, H, W) to every image (N, 1, H, W)."""
    return float((guesses[:, None] - images[None]).square().mean())
