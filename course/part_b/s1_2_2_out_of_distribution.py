"""## B 1.2.2 · Out of distribution

The denoiser of B 1.2 has only ever seen noise of strength σ = 0.5. What does it make of less, and of more?

There is nothing to write here, only to see. Where there is less noise than it knows, it does well, though it
smooths what needed no smoothing. Where there is more, it takes noise for strokes, and draws them. A network
knows what it was trained on; to work at every noise level it has to see every noise level, and to be told
which one it is looking at. That is B 2.
"""

from collections.abc import Iterator

import torch

from course.toolkit import figures, seeds
from course.toolkit.studio import Exhibit, Studio

from .s1_1_unet import UnconditionalUNet
from .s1_2_denoiser import SHOWN_SIGMAS, at_all_levels

SHOWN_DIGITS = 3


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show the same digits at every noise level, and what the denoiser of σ = 0.5 makes of them."""
    unet = studio.network("denoiser", UnconditionalUNet(1, studio.run("denoiser").hidden))
    digits = studio.digits.images[:SHOWN_DIGITS]
    noises = seeds.noise(digits.shape, studio.generator(), device=digits.device)
    images = []
    for x, eps in zip(digits.chunk(SHOWN_DIGITS), noises.chunk(SHOWN_DIGITS), strict=True):
        z = at_all_levels(x, eps)
        with torch.inference_mode():
            images += [figures.digits(z), figures.digits(unet(z))]
    columns, rows = [f"σ = {sigma:g}" for sigma in SHOWN_SIGMAS], ["noisy", "denoised"] * SHOWN_DIGITS
    figure = figures.grid(images, title="Trained on σ = 0.5, tried on all", rows=rows, columns=columns)
    yield Exhibit("out-of-distribution", "Beyond the noise that it knows, noise becomes strokes.", figure)
