"""## A 1.8 · Visual anagrams

A picture that shows one thing, and upside down another. All it takes is to denoise towards both at once:
estimate the noise for the first prompt, turn the image around, estimate the noise for the second prompt,
turn that estimate back, and follow the mean of the two:

    ε_1 = CFG(x_t, t, p_1)
    ε_2 = rotate⁻¹(CFG(rotate(x_t), t, p_2))
    ε   = (ε_1 + ε_2) / 2

The view must be one that maps Gaussian noise to Gaussian noise, else the model meets images it has never
seen. A rotation by 180° is: it only moves pixels.

*Geng, Park and Owens: Visual Anagrams (2024), equations 3 and 4.*
"""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from course.toolkit import figures, seeds
from course.toolkit.stage import Stage, UNet
from course.toolkit.studio import Exhibit, Studio

from .s1_4_iterative import strided_timesteps
from .s1_6_guidance import estimate_noise_cfg, step

PAIRS = (
    ("an oil painting of an old man", "an oil painting of people around a campfire"),
    ("a pencil", "a rocket ship"),
    ("an oil painting of a snowy mountain village", "a photo of the amalfi coast"),
)


def rotate_180(image: Tensor) -> Tensor:
    """Return the images turned upside down by a rotation (no mirror image), of the same shape.

    image: (B, C, H, W).  It is its own inverse.
    """
    raise NotImplementedError("A 1.8 rotate_180: yours to write; hints: course hint a1.8.rotate_180")


def anagram_estimate(
    unet: UNet,
    x_t: Tensor,
    t: int,
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
) -> tuple[Tensor, Tensor]:
    """Return (eps_hat, predicted_variance) of an image that shows prompt 1 upright and prompt 2 upside down.

    x_t: (B, 3, H, W).  The embeddings: (B, L, D).  The variance may be either prompt's (the second's turned
    back) or their mean.
    """
    raise NotImplementedError("A 1.8 anagram_estimate: yours to write; hints: course hint a1.8.anagram_estimate")


def visual_anagrams(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Yield the image after every step from pure noise with `anagram_estimate`, len(timesteps) - 1 images.

    shape: (B, 3, H, W); dtype and device are those of the embeddings.  generator: gives the starting noise
    first, by seeds.noise(shape, …), then the noise of the steps.
    """
    raise NotImplementedError("A 1.8 visual_anagrams: yours to write; hints: course hint a1.8.visual_anagrams")


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show three anagrams, upright and upside down."""
    timesteps, (upright, turned) = strided_timesteps(), zip(*PAIRS, strict=True)
    loop = visual_anagrams(
        studio.model.stage_1,
        studio.shape(len(PAIRS)),
        timesteps,
        studio.embed(*upright),
        studio.embed(*turned),
        studio.embed(*[""] * len(PAIRS)),
        studio.gamma,
        studio.generator(),
    )
    images = studio.last(loop, len(timesteps) - 1, "anagrams")
    for i, (image, pair) in enumerate(zip(images, PAIRS, strict=True)):
        both = [image[None], rotate_180(image[None])]
        figure = figures.filmstrip(both, list(pair), title="One picture, upright and upside down")
        yield Exhibit(f"anagram_{i + 1}", f"{pair[0]} / {pair[1]}", figure)
