"""## A 1.7 · Image-to-image translation

Noise an image a little and denoise it: you get the image back, slightly changed. Noise it a lot: you get
another image with a faint memory of the first. Between the two lies *SDEdit*, an editor without an editing
model: the noise is forgetting, the denoiser imagines what was forgotten, and i_start says how much that is.

*Meng et al.: SDEdit (2021).*
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from course.toolkit import figures, guards, seeds
from course.toolkit.stage import Stage
from course.toolkit.studio import Exhibit, Studio

from .s1_1_forward import forward
from .s1_4_iterative import strided_timesteps
from .s1_6_guidance import iterative_denoise_cfg

PROMPT = "a high quality photo"
STARTS = (1, 3, 5, 7, 10, 20)
PICTURES = ("campanile", "rickshaw", "skyline")


def sdedit(
    stage_1: Stage,
    x_0: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Yield the image after every guided step, from x_0 noised to timesteps[i_start].

    x_0: (B, 3, H, W) in [-1, 1].  generator: gives the noise for `forward` first, by seeds.noise(x_0.shape,
    …). The other arguments, the images and the errors are those of `iterative_denoise_cfg` (A 1.6).
    """
    guards.start(i_start, timesteps)
    raise NotImplementedError("A 1.7 sdedit: yours to write; hints: course hint a1.7.sdedit")


def ladder(studio: Studio, x_0: Tensor, prompt: str) -> list[list[Tensor]]:
    """Return for every image of x_0 (B, 3, H, W) its edits from all STARTS, then the image itself.  Given."""
    timesteps = strided_timesteps()
    prompt_embeds, uncond_embeds = studio.embed(*[prompt] * len(x_0)), studio.embed(*[""] * len(x_0))
    columns = []
    for i_start in STARTS:
        loop = sdedit(
            studio.model.stage_1,
            x_0,
            i_start,
            timesteps,
            prompt_embeds,
            uncond_embeds,
            studio.gamma,
            studio.generator(),
        )
        columns.append(studio.last(loop, len(timesteps) - 1 - i_start, f"“{prompt}”, i_start = {i_start}"))
    return [list(row) for row in zip(*columns, x_0, strict=True)]


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show three pictures, each edited from six noise levels."""
    x_0 = torch.cat([studio.image(name) for name in PICTURES])
    titles = [*(f"i_start = {i}" for i in STARTS), "original"]
    rows = ladder(studio, x_0, PROMPT)
    figure = figures.grid(rows, title=f"SDEdit, “{PROMPT}”", rows=PICTURES, columns=titles)
    yield Exhibit(
        "sdedit", "From the left, where hardly anything of the original is known, to the original.", figure
    )
