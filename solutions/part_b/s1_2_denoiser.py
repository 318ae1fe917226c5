"""## B 1.2 · A denoiser in a single step

The simplest denoiser sees an image z with noise of one known strength σ, and guesses the clean image x:

    z = x + σ ε,    ε ~ N(0, I)                                                               (B.1)

    L = E ‖D(z) − x‖²                                                                         (B.2)

Note that here, unlike in (A.2), the image is not shrunk: the noise simply comes on top.

Training is a loop: take a batch of digits, add noise, let the UNet guess, measure how far off it is, and let
the optimizer (Adam) push every weight a little to where the loss is smaller. The noise is drawn anew for
every batch; with the same noise every time the network would learn that noise by heart. Five times through
all digits (five *epochs*) are enough, with σ = 0.5, batches of 256, 128 hidden channels and a learning rate
of 10⁻⁴.

`course train denoiser` trains the network that the pictures are made with. Until you have, they are made from
weights that come with the course.

*Vincent, Larochelle, Bengio and Manzagol: Extracting and Composing Robust Features with Denoising
Autoencoders (2008).*
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from course.toolkit import digits, figures, guards, seeds
from course.toolkit.studio import Exhibit, Studio
from course.toolkit.training import Recipe

from .s1_1_unet import UnconditionalUNet

SIGMA = 0.5
SHOWN_SIGMAS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0)
SHOWN_DIGITS = 5


def add_noise(x: Tensor, sigma: float, eps: Tensor) -> Tensor:
    """Return z, the images x with noise of strength sigma on top, equation (B.1).

    x, eps: (N, 1, 28, 28), x in [0, 1], eps ~ N(0, I).  sigma: at least 0.
    Raises ValueError when x and eps differ in shape.
    """
    guards.same_shape(x, eps, "x and eps")
    # BEGIN SOLUTION
    return x + sigma * eps
    # END SOLUTION


def denoising_loss(unet: nn.Module, x: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """Return the loss of (B.2), a scalar: the mean over all pixels of the squares of unet(z) − x.

    unet: maps (N, 1, 28, 28) to the same shape.  x: (N, 1, 28, 28) in [0, 1].
    generator: gives the noise, by seeds.noise, anew in every call.
    """
    # BEGIN SOLUTION
    eps = seeds.noise(x.shape, generator, dtype=x.dtype, device=x.device)
    z = add_noise(x, sigma, eps)
    return nn.functional.mse_loss(unet(z), x)
    # END SOLUTION


def train_denoiser(
    unet: nn.Module,
    images: Tensor,
    *,
    sigma: float = SIGMA,
    epochs: int = 5,
    batch_size: int = 256,
    learning_rate: float = 1e-4,
    generator: torch.Generator,
) -> Iterator[float]:
    """Train the network with Adam and yield the loss of every batch, as a float.

    images: (N, 1, 28, 28) in [0, 1].  In every epoch `digits.batches(len(images), batch_size, generator)`
    gives the batches, as tensors of indices; the same generator gives the noise of `denoising_loss`.
    The network is trained in training mode, whatever mode it comes in.
    """
    # BEGIN SOLUTION
    optimizer = torch.optim.Adam(unet.parameters(), lr=learning_rate)
    unet.train()
    for _ in range(epochs):
        for batch in digits.batches(len(images), batch_size, generator):
            loss = denoising_loss(unet, images[batch], sigma, generator)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            yield loss.item()
    # END SOLUTION


def recipe(num_hiddens: int = 128, epochs: int = 5) -> Recipe:
    """Return what `course train denoiser` trains, with your loss.  Given."""

    def loss(unet: nn.Module, images: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
        return denoising_loss(unet, images, SIGMA, generator)

    return Recipe(
        name="denoiser",
        network=partial(UnconditionalUNet, 1, num_hiddens),
        loss=loss,
        epochs=epochs,
        batch_size=256,
        learning_rate=1e-4,
        keep=(1, epochs),
        settings={"num_hiddens": num_hiddens, "sigma": SIGMA},
    )


def at_all_levels(x: Tensor, eps: Tensor) -> Tensor:
    """Return one digit (1, 1, 28, 28) at every level of SHOWN_SIGMAS, (7, 1, 28, 28).  Given."""
    return torch.cat([add_noise(x, sigma, eps) for sigma in SHOWN_SIGMAS])


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show digits at seven noise levels, the loss curve, and test digits denoised after each kept epoch."""
    x = studio.digits.images[:SHOWN_DIGITS]
    eps = seeds.noise(x.shape, studio.generator(), device=x.device)
    pairs = zip(x.chunk(SHOWN_DIGITS), eps.chunk(SHOWN_DIGITS), strict=True)
    noisy = [figures.digits(at_all_levels(*pair)) for pair in pairs]
    columns = [f"σ = {sigma:g}" for sigma in SHOWN_SIGMAS]
    figure = figures.grid(noisy, title="Digits, noisier and noisier", columns=columns)
    yield Exhibit("noise", "The same digits and the same noise, stronger and stronger.", figure)

    run = studio.run("denoiser")
    figure = figures.loss_curve(
        run.losses, title="Training the denoiser", steps_per_epoch=run.steps_per_epoch
    )
    yield Exhibit("loss", "Steep at first, then slowly better.", figure)

    z = add_noise(x, SIGMA, eps)
    shown, rows = [x, z], ["clean", f"noisy, σ = {SIGMA:g}"]
    for epochs in run.epochs:
        unet = studio.network("denoiser", UnconditionalUNet(1, run.hidden), epochs)
        with torch.inference_mode():
            shown.append(unet(z))
        rows.append(f"denoised, epoch {epochs}")
    images = [figures.digits(each) for each in shown]
    figure = figures.grid(images, title="Test digits, denoised in one step", rows=rows)
    yield Exhibit("denoised", "Digits that the network has never seen.", figure)
