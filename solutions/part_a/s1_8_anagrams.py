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
    # BEGIN SOLUTION
    return image.flip(-2, -1)
    # END SOLUTION


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
    # BEGIN SOLUTION
    eps_1, variance = estimate_noise_cfg(unet, x_t, t, prompt_embeds_1, uncond_embeds, gamma)
    eps_2, _ = estimate_noise_cfg(unet, rotate_180(x_t), t, prompt_embeds_2, uncond_embeds, gamma)
    return (eps_1 + rotate_180(eps_2)) / 2, variance
    # END SOLUTION


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
    # BEGIN SOLUTION
    x_t = seeds.noise(shape, generator, dtype=uncond_embeds.dtype, device=uncond_embeds.device)
    for t, t_prime in pairwise(timesteps):
        eps_hat, variance = anagram_estimate(
            stage_1.unet, x_t, t, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma
        )
        x_t = step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)
        yield x_t
    # END SOLUTION


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
