"""## A 1.5 · Sampling from pure noise

The loop of A 1.4 invents what it cannot see. Then give it nothing to see: start it at i_start = 0 from pure
noise, and it invents a whole picture. That is all there is to sampling from a diffusion model.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from course.toolkit import figures, seeds
from course.toolkit.stage import Stage
from course.toolkit.studio import Exhibit, Studio

from .s1_4_iterative import iterative_denoise, strided_timesteps

PROMPT = "a high quality photo"
SAMPLES = 5


def sample(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Yield the image after every step of `iterative_denoise` from pure noise, len(timesteps) - 1 images.

    shape: (B, 3, H, W).  prompt_embeds: (B, L, D); the images take its dtype and device.  generator: gives
    the starting noise first, by seeds.noise, then the noise of the steps.
    """
    raise NotImplementedError("A 1.5 sample: yours to write; hints: course hint a1.5.sample")


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show five samples of "a high quality photo"."""
    timesteps, prompt_embeds = strided_timesteps(), studio.embed(*[PROMPT] * SAMPLES)
    loop = sample(studio.model.stage_1, studio.shape(SAMPLES), timesteps, prompt_embeds, studio.generator())
    images = studio.last(loop, len(timesteps) - 1, "sampling")
    titles = [f"sample {i + 1}" for i in range(SAMPLES)]
    figure = figures.filmstrip(list(images), titles, title=f"“{PROMPT}”, without guidance")
    yield Exhibit("samples", "Pictures out of nothing, and not yet very good ones.", figure)
