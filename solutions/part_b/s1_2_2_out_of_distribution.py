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
from .s1_2_denoiser import SHOWN_DIGITS, SHOWN_SIGMAS, add_noise


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show the same digits at every noise level, and what the denoiser of σ = 0.5 makes of them."""
    unet = studio.network("denoiser", UnconditionalUNet(1, studio.run("denoiser").hidden))
    x = studio.digits.images[:SHOWN_DIGITS]
    eps = seeds.noise(x.shape, studio.generator(), device=x.device)
    images, rows = [], []
    for sigma in SHOWN_SIGMAS:
        z = add_noise(x, sigma, eps)
        with torch.inference_mode():
            images += [figures.digits(z), figures.digits(unet(z))]
        rows += [f"σ = {sigma:g}", "denoised"]
    figure = figures.grid(images, title="Trained on σ = 0.5, tried on all", rows=rows)
    yield Exhibit("out-of-distribution", "Beyond the noise that it knows, noise becomes strokes.", figure)
