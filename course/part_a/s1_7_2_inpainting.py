"""## A 1.7.2 · Inpainting

Repaint a part of a picture and keep the rest. Denoise from pure noise as ever, and after every step put the
original back wherever the mask m is 0, noised just as much as the rest of the image is at that moment:

    x ← m · x + (1 − m) · forward(x_orig, t′, ᾱ, fresh noise)                                 (A.5)

What the model paints where m = 1 then has to agree with what it sees around it.

*Lugmayr et al.: RePaint (2022), without its resampling.*
"""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from course.toolkit import figures, guards, images, seeds
from course.toolkit.stage import Stage
from course.toolkit.studio import Exhibit, Studio

from .s1_1_forward import forward
from .s1_4_iterative import strided_timesteps
from .s1_6_guidance import estimate_noise_cfg, step

PROMPT = "a high quality photo"
MASKS = {
    "campanile": ((2, 20), (24, 42)),
    "rickshaw": ((8, 30), (18, 50)),
    "skyline": ((4, 28), (36, 60)),
}


def inpaint(
    stage_1: Stage,
    x_orig: Tensor,
    mask: Tensor,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Yield the image after every guided step from pure noise, the original kept where mask is 0 (A.5).

    x_orig: (B, 3, H, W) in [-1, 1].  mask: (1 or B, 1 or 3, H, W), 1 means new content, 0 means keep. The
    other arguments are those of `iterative_denoise_cfg` (A 1.6).  generator: gives the starting noise, the
    noise of the steps and of the kept region.  Yields len(timesteps) - 1 images, (A.5) applied to each.
    Raises ValueError when the mask does not fit the image or leaves [0, 1].
    """
    guards.mask(mask, x_orig)
    raise NotImplementedError("A 1.7.2 inpaint: yours to write; hints: course hint a1.7.2.inpaint")


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show three pictures, their masks, what is to be replaced, and what the model paints there."""
    timesteps, size = strided_timesteps(), studio.model.image_size
    x_orig = torch.cat([studio.image(name) for name in MASKS])
    mask = torch.cat([images.box_mask(rows, columns, size) for rows, columns in MASKS.values()]).to(x_orig)
    prompt_embeds, uncond_embeds = studio.embed(*[PROMPT] * len(MASKS)), studio.embed(*[""] * len(MASKS))
    loop = inpaint(
        studio.model.stage_1,
        x_orig,
        mask,
        timesteps,
        prompt_embeds,
        uncond_embeds,
        studio.gamma,
        studio.generator(),
    )
    painted = studio.last(loop, len(timesteps) - 1, "inpainting")
    hole = mask * x_orig + (1 - mask)
    rows = [list(row) for row in zip(x_orig, (2 * mask - 1).expand_as(x_orig), hole, painted, strict=True)]
    columns = ["original", "mask", "to replace", "inpainted"]
    figure = figures.grid(rows, title=f"Inpainting, “{PROMPT}”", rows=list(MASKS), columns=columns)
    yield Exhibit("inpainting", "White in the mask is new content; the rest is the original.", figure)
