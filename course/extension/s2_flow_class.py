"""## X 2 · Flow matching with classes

Tell the network which digit it is to draw, as in B 2.4, and the field has a branch for each of the ten. The
loss is that of X 1 with the class beside the time. For one digit in ten, drawn by lot, the class is dropped:
the same network learns the field of all digits together.

    L = E ‖(data − noise) − v(x_t, c, t, mask)‖²,    mask = 0 with probability 0.1

That is what guidance needs. Velocities are guided as the noise estimates were in B 2.6, and every step of
Euler's method follows the guided one:

    v = v_u + γ (v_c − v_u),    γ = 5
    x ← x + v / n

The network is your `ClassConditionalUNet` of B 2.4, unchanged: it neither knows nor cares that what it is
trained to say is a velocity now.

*Lipman et al. (2023); Ho and Salimans: Classifier-Free Diffusion Guidance (2022), equation 6.*
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from course.toolkit import figures, seeds
from course.toolkit.studio import Exhibit, Studio
from course.toolkit.training import Recipe

from ..part_b.s2_3_time_sampling import FRAMES, SIZE, evaluating
from ..part_b.s2_4_class import ClassConditionalUNet

NUM_CLASSES = 10
NUM_TS = 300
SHOWN_GAMMAS = (0.0, 1.0, 5.0)
OF_EACH = 4


def class_fm_forward(
    unet: nn.Module, data: Tensor, c: Tensor, generator: torch.Generator, p_uncond: float = 0.1
) -> Tensor:
    """Return the loss, a scalar: the mean of the squares of (data − noise) − unet(x_t, c, t, mask).

    c: (N,) int64, the classes of data.  p_uncond: the probability of dropping a class, for every image by
    itself; the mask (N,) is 0 where it is dropped, else 1.  generator: gives noise, by seeds.noise, times
    and mask.
    Everything else as in `time_fm_forward` (X 1).
    """
    raise NotImplementedError("X 2 class_fm_forward: yours to write; hints: course hint x2.class_fm_forward")


@torch.no_grad()
def class_fm_sample(
    unet: nn.Module,
    c: Tensor,
    img_wh: tuple[int, int],
    num_ts: int,
    generator: torch.Generator,
    guidance_scale: float = 5.0,
) -> Iterator[Tensor]:
    """Yield the images after every guided Euler step, num_ts batches (N, 1, H, W).

    unet: estimates the velocity, unet(x, c, t, mask).  c: (N,) int64, the class of every image.
    guidance_scale: γ; 0 is unconditional, 1 conditional, more extrapolates.
    Everything else as in `time_fm_sample` (X 1).
    """
    raise NotImplementedError("X 2 class_fm_sample: yours to write; hints: course hint x2.class_fm_sample")


def recipe(num_hiddens: int = 64, epochs: int = 10) -> Recipe:
    """Return what `course train flow_class` trains, with your network of B 2.4 and your loss.  Given."""

    def loss(unet: nn.Module, images: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
        return class_fm_forward(unet, images, labels, generator)

    return Recipe(
        name="flow_class",
        network=partial(ClassConditionalUNet, 1, NUM_CLASSES, num_hiddens),
        loss=loss,
        epochs=epochs,
        batch_size=64,
        learning_rate=1e-2,
        decay=0.1 ** (1 / epochs),
        keep=(1, epochs),
        settings={"num_hiddens": num_hiddens, "num_ts": NUM_TS},
    )


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show the loss curve, one noise as ten digits under more and more guidance, and four of each digit."""
    run = studio.run("flow_class")
    figure = figures.loss_curve(
        run.losses, title="Training a velocity, with classes", steps_per_epoch=run.steps_per_epoch
    )
    yield Exhibit("loss", "A little lower than without the class: it is worth knowing.", figure)

    unet = studio.network("flow_class", ClassConditionalUNet(1, NUM_CLASSES, run.hidden))
    c = torch.arange(NUM_CLASSES)
    rows, labels = [], [f"γ = {gamma:g}" for gamma in SHOWN_GAMMAS]
    for gamma, label in zip(SHOWN_GAMMAS, labels, strict=True):
        loop = class_fm_sample(unet, c, SIZE, NUM_TS, studio.generator(), gamma)
        rows.append(figures.digits(studio.last(loop, NUM_TS, f"flow matching, {label}")))
    figure = figures.grid(rows, title="0 to 9, from the same ten noises", rows=labels)
    yield Exhibit("guidance", "γ = 0 draws any digit, γ = 1 the right one, γ = 5 its typical form.", figure)

    c = torch.arange(NUM_CLASSES).repeat(OF_EACH)
    loop = class_fm_sample(unet, c, SIZE, NUM_TS, studio.generator())
    steps = studio.all(loop, NUM_TS, "flow matching, four of each digit")
    frames = [figures.mosaic(images, NUM_CLASSES) for images in figures.spread(steps, FRAMES)]
    yield Exhibit("animation", "Noise flows to the digits that were asked for.", frames)
