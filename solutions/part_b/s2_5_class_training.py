"""## B 2.5 · Training with classes

The training step of B 2.2, with one thing more: every digit comes with its class, and for one digit in ten,
drawn by lot, the class is dropped. So one network learns both estimates that guidance wants, the conditional
and the unconditional one.

    L = E ‖ε − ε_θ(x_t, c, t / T, mask)‖²,    mask = 0 with probability 0.1                    (B.8)

`course train class` trains it, with the numbers of B 2.2.

*Ho and Salimans: Classifier-Free Diffusion Guidance (2022), algorithm 1.*
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from course.toolkit import figures, seeds
from course.toolkit.studio import Exhibit, Studio
from course.toolkit.training import Recipe

from .s2_2_time_training import BETA_1, BETA_2, NUM_TS, ddpm_schedule
from .s2_4_class import ClassConditionalUNet

NUM_CLASSES = 10


def class_ddpm_forward(
    unet: nn.Module,
    schedule: dict[str, Tensor],
    x_0: Tensor,
    c: Tensor,
    num_ts: int,
    generator: torch.Generator,
    p_uncond: float = 0.1,
) -> Tensor:
    """Return the loss of (B.8), a scalar: the mean of the squares of ε − unet(x_t, c, t / num_ts, mask).

    c: (N,) int64, the classes of x_0.  p_uncond: the probability of dropping a class, for every image by
    itself.  generator: gives timesteps, noise (by seeds.noise) and mask.
    Everything else as in `ddpm_forward` (B 2.2).
    """
    # BEGIN SOLUTION
    t = torch.randint(num_ts, (len(x_0),), generator=generator, device=generator.device).to(x_0.device)
    eps = seeds.noise(x_0.shape, generator, dtype=x_0.dtype, device=x_0.device)
    lots = torch.rand(len(x_0), generator=generator, device=generator.device).to(x_0.device)
    mask = (lots >= p_uncond).to(x_0.dtype)
    alpha_bar_t = schedule["alpha_bars"].to(x_0)[t].view(-1, 1, 1, 1)
    x_t = alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps
    return nn.functional.mse_loss(unet(x_t, c, t.to(x_0) / num_ts, mask), eps)
    # END SOLUTION


def recipe(num_hiddens: int = 64, epochs: int = 20) -> Recipe:
    """Return what `course train class` trains, with your loss.  Given."""
    schedule = ddpm_schedule(BETA_1, BETA_2, NUM_TS)

    def loss(unet: nn.Module, images: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
        return class_ddpm_forward(unet, schedule, images, labels, NUM_TS, generator)

    return Recipe(
        name="class",
        network=partial(ClassConditionalUNet, 1, NUM_CLASSES, num_hiddens),
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
    run = studio.run("class")
    figure = figures.loss_curve(
        run.losses, title="Training with time and class", steps_per_epoch=run.steps_per_epoch
    )
    yield Exhibit("loss", "The class is told; compare with the curve of B 2.2.", figure)
