"""## X 1 · Flow matching

A diffusion model learns to undo noise along a curved path. *Flow matching* asks for less: connect every
noise image to a digit by a straight line, and let it move along that line at constant speed.

    x_t = (1 − t) · noise + t · data                       t = 0 is noise, t = 1 is data
    v   = data − noise                                     the velocity, the same all along the line

The network sees x_t and t and is trained to say v. It cannot know which noise and which digit the line
joins, so it learns the mean over all lines through that point; and this mean is a *velocity field* that
carries the whole cloud of noise over to the cloud of digits. Mind the clock: in Part B time ran from clean
to noisy, here it runs from noise to data, and the end is at 1.

To sample, start with noise and follow the field by Euler's method, in n equal steps at the times 0, 1/n, …,
(n − 1)/n:

    x ← x + v(x, i/n) / n

Nothing is drawn on the way, so the first noise decides everything; and because the paths are nearly
straight, 50 steps do what took 300 before. The network is that of B 2.1 with one difference: here the time
*multiplies* the features instead of being added to them, a gate in the place of a bias:

    z  = FCBlock(1, 2D)(t) · Unflatten(Flatten(x2))
    u1 = FCBlock(1, D)(t) · UpBlock(4D, D)(cat[z, x2])

*Lipman, Chen, Ben-Hamu, Nickel and Le: Flow Matching for Generative Modeling (2023), equation 23 with σ_min
= 0; Liu, Gong and Liu: Flow Straight and Fast (2023), equation 1.*
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from course.toolkit import figures, guards, seeds
from course.toolkit.studio import Exhibit, Studio
from course.toolkit.training import Recipe

from ..part_b.s1_1_unet import ConvBlock, DownBlock, Flatten, Unflatten, UpBlock
from ..part_b.s2_1_time import FCBlock
from ..part_b.s2_3_time_sampling import FRAMES, SIZE, evaluating

NUM_TS = 50
SHOWN_STEPS = (1, 2, 5, NUM_TS)
SHOWN_SAMPLES = 10


class TimeFlowUNet(nn.Module):
    """The UNet of B 2.1 with gates, as above, D = num_hiddens: what it is told of the time multiplies.

    Its parts have the names of those in B 2.1, but for gate_1 and gate_2, the two FCBlocks.
    With one channel it has 486 D² + 90 D + 1 parameters, as `TimeConditionalUNet`.
    """

    def __init__(self, in_channels: int, num_hiddens: int) -> None:
        guards.hidden(num_hiddens)
        super().__init__()
        raise NotImplementedError("X 1 TimeFlowUNet: yours to write; hints: course hint x1.TimeFlowUNet")

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the velocity at x, of its shape.

        x: (N, in_channels, 28, 28).  t: (N,) in [0, 1], else (on a CPU) ValueError.
        """
        guards.times(t)
        raise NotImplementedError("X 1 TimeFlowUNet: yours to write; hints: course hint x1.TimeFlowUNet")


def time_fm_forward(unet: nn.Module, data: Tensor, generator: torch.Generator) -> Tensor:
    """Return the loss, a scalar: the mean of the squares of (data − noise) − unet(x_t, t).

    unet: maps (N, 1, 28, 28) and times (N,) to the same shape as the images.  data: (N, 1, 28, 28) in [0, 1].
    generator: gives the noise, by seeds.noise, and for every image a time of its own, uniform in [0, 1).
    """
    raise NotImplementedError("X 1 time_fm_forward: yours to write; hints: course hint x1.time_fm_forward")


@torch.no_grad()
def time_fm_sample(
    unet: nn.Module, img_wh: tuple[int, int], num_ts: int, generator: torch.Generator, count: int = 1
) -> Iterator[Tensor]:
    """Yield the images after every Euler step from noise to data, num_ts batches (count, 1, H, W).

    unet: estimates the velocity, unet(x, t) with t (count,), at the times 0, 1 / num_ts, …; the images take
    dtype and device of its parameters.  img_wh: (H, W).  generator: gives the noise at the start, by
    seeds.noise, and nothing else.
    The network works in evaluation mode and ends in the mode it came in.
    """
    raise NotImplementedError("X 1 time_fm_sample: yours to write; hints: course hint x1.time_fm_sample")


def recipe(num_hiddens: int = 64, epochs: int = 10) -> Recipe:
    """Return what `course train flow_time` trains, with your network and your loss.  Given."""

    def loss(unet: nn.Module, images: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
        return time_fm_forward(unet, images, generator)

    return Recipe(
        name="flow_time",
        network=partial(TimeFlowUNet, 1, num_hiddens),
        loss=loss,
        epochs=epochs,
        batch_size=64,
        learning_rate=1e-2,
        decay=0.1 ** (1 / epochs),
        keep=(1, epochs),
        settings={"num_hiddens": num_hiddens, "num_ts": NUM_TS},
    )


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show the loss curve, the same noise in ever more steps, and an animation of the last."""
    run = studio.run("flow_time")
    figure = figures.loss_curve(run.losses, title="Training a velocity", steps_per_epoch=run.steps_per_epoch)
    yield Exhibit("loss", "It cannot reach 0: which line one is on is not to be known.", figure)

    unet = studio.network("flow_time", TimeFlowUNet(1, run.hidden))
    rows, steps = [], list[Tensor]()
    for num_ts in SHOWN_STEPS:
        loop = time_fm_sample(unet, SIZE, num_ts, studio.generator(), SHOWN_SAMPLES)
        steps = studio.all(loop, num_ts, f"flow matching, {num_ts} steps")
        rows.append(figures.digits(steps[-1]))
    labels = [f"n = {num_ts}" for num_ts in SHOWN_STEPS]
    figure = figures.grid(rows, title="The same noise, in ever smaller steps", rows=labels)
    yield Exhibit("steps", "One step leads to the mean of all digits; a few more, to digits.", figure)

    frames = [figures.mosaic(images, 5) for images in figures.spread(steps, FRAMES)]
    yield Exhibit("animation", "Fifty steps from noise to digits.", frames)
