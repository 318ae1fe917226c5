"""## B 2.2 · Training a diffusion model

A diffusion model is a denoiser for all noise levels of a schedule. Ours has T = 300 timesteps. From one to
the next, noise of variance β_t comes in, and what is kept multiplies up:

    β from 10⁻⁴ to 0.02 in equal steps,    α_t = 1 − β_t,    ᾱ_t = α_0 · α_1 · … · α_t         (B.3)

Thanks to ᾱ any timestep can be reached in one go, by the forward process of Part A:

    x_t = √ᾱ_t · x_0 + √(1 − ᾱ_t) · ε,    ε ~ N(0, I)                                         (B.4)

The network now estimates the noise ε and not the clean image; knowing x_t and t, either gives the other. One
training step takes a batch of digits, draws a timestep for every digit of it, noises each to its own
timestep, and compares:

    L = E ‖ε − ε_θ(x_t, t / T)‖²                                                              (B.5)

The numbers: batches of 128, 64 hidden channels, 20 epochs, Adam with a learning rate that falls from 10⁻³ to
a tenth of it, a little after every epoch. `course train time` does the rest.

*Ho, Jain and Abbeel: Denoising Diffusion Probabilistic Models (2020), algorithm 1 and equation 14.*
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from course.toolkit import figures, seeds
from course.toolkit.studio import Exhibit, Studio
from course.toolkit.training import Recipe

from .s2_1_time import TimeConditionalUNet

NUM_TS = 300
BETA_1, BETA_2 = 1e-4, 0.02


def ddpm_schedule(beta1: float, beta2: float, num_ts: int) -> dict[str, Tensor]:
    """Return the schedule (B.3): "betas", "alphas" and "alpha_bars", each a float32 tensor (num_ts,).

    The betas go from beta1 to beta2, both included.
    Raises ValueError unless 0 < beta1 <= beta2 < 1 and num_ts is at least 1.
    """
    if not 0 < beta1 <= beta2 < 1:
        raise ValueError(f"beta1 = {beta1}, beta2 = {beta2}, but 0 < beta1 <= beta2 < 1; try 1e-4 and 0.02")
    if num_ts < 1:
        raise ValueError(f"num_ts = {num_ts}, but a schedule has at least one timestep; try 300")
    # BEGIN SOLUTION
    betas = torch.linspace(beta1, beta2, num_ts)
    alphas = 1 - betas
    return {"betas": betas, "alphas": alphas, "alpha_bars": alphas.cumprod(dim=0)}
    # END SOLUTION


def ddpm_forward(
    unet: nn.Module, schedule: dict[str, Tensor], x_0: Tensor, num_ts: int, generator: torch.Generator
) -> Tensor:
    """Return the loss of (B.5), a scalar: the mean of the squares of ε − unet(x_t, t / num_ts).

    unet: maps (N, 1, 28, 28) and times (N,) to the same shape as the images.  schedule: of `ddpm_schedule`,
    on any device.  x_0: (N, 1, 28, 28) in [0, 1].  generator: gives a timestep for every image, uniform in
    0, …, num_ts − 1, and the noise, by seeds.noise.
    """
    # BEGIN SOLUTION
    t = torch.randint(num_ts, (len(x_0),), generator=generator, device=generator.device).to(x_0.device)
    eps = seeds.noise(x_0.shape, generator, dtype=x_0.dtype, device=x_0.device)
    alpha_bar_t = schedule["alpha_bars"].to(x_0)[t].view(-1, 1, 1, 1)
    x_t = alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps
    return nn.functional.mse_loss(unet(x_t, t.to(x_0) / num_ts), eps)
    # END SOLUTION


def recipe(num_hiddens: int = 64, epochs: int = 20) -> Recipe:
    """Return what `course train time` trains, with your loss.  Given."""
    schedule = ddpm_schedule(BETA_1, BETA_2, NUM_TS)

    def loss(unet: nn.Module, images: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
        return ddpm_forward(unet, schedule, images, NUM_TS, generator)

    return Recipe(
        name="time",
        network=partial(TimeConditionalUNet, 1, num_hiddens),
        loss=loss,
        epochs=epochs,
        batch_size=128,
        learning_rate=1e-3,
        decay=0.1 ** (1 / epochs),
        keep=(5, epochs),
        settings={"num_hiddens": num_hiddens, "num_ts": NUM_TS},
    )


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show the loss curve."""
    run = studio.run("time")
    figure = figures.loss_curve(
        run.losses, title="Training with the time", steps_per_epoch=run.steps_per_epoch
    )
    yield Exhibit("loss", "Every timestep has its own difficulty, so single steps jump.", figure)
