"""## A 1.9 · Hybrid images

From nearby the eye sees fine detail, from afar only the coarse shape. A *hybrid image* hides one picture in
each. With a diffusion model it is made like an anagram, from two noise estimates, this time divided by
frequency:

    ε = lowpass(ε_1) + highpass(ε_2)

Prompt 1 is what one sees from afar, prompt 2 what one sees close up. The low pass is a Gaussian blur with
kernel size 33 and σ = 2 for images of 64 × 64 (both scale with the image); the high pass is what the low
pass leaves.

*Oliva, Torralba and Schyns: Hybrid Images (2006). Geng, Park and Owens: Factorized Diffusion (2024).*
"""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad
from torchvision.transforms.functional import gaussian_blur

from course.toolkit import figures, seeds
from course.toolkit.stage import Stage, UNet
from course.toolkit.studio import Exhibit, Studio

from .s1_4_iterative import strided_timesteps
from .s1_6_guidance import estimate_noise_cfg, step

PAIRS = (
    ("a lithograph of a skull", "a lithograph of waterfalls"),
    ("a photo of a dog", "an oil painting of a snowy mountain village"),
    ("a rocket ship", "a man wearing a hat"),
)


def low_pass(image: Tensor, kernel_size: int = 33, sigma: float = 2.0) -> Tensor:
    """Return the low frequencies of the images, of the same shape: a Gaussian blur.

    image: (B, C, H, W).  kernel_size: pixels, odd.  sigma: in pixels.
    """
    # BEGIN SOLUTION
    blurred: Tensor = gaussian_blur(image, kernel_size, sigma)
    return blurred
    # END SOLUTION


def high_pass(image: Tensor, kernel_size: int = 33, sigma: float = 2.0) -> Tensor:
    """Return the high frequencies of the images, of the same shape: all that `low_pass` takes away.

    Arguments as in `low_pass`.
    """
    # BEGIN SOLUTION
    return image - low_pass(image, kernel_size, sigma)
    # END SOLUTION


def hybrid_estimate(
    unet: UNet,
    x_t: Tensor,
    t: int,
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> tuple[Tensor, Tensor]:
    """Return (eps_hat, predicted_variance) of an image that shows one prompt from afar, another close up.

    x_t: (B, 3, H, W).  The embeddings: (B, L, D).  kernel_size, sigma: of both passes, as in `low_pass`.
    The variance may be either prompt's or their mean.
    """
    # BEGIN SOLUTION
    eps_far, variance = estimate_noise_cfg(unet, x_t, t, far_embeds, uncond_embeds, gamma)
    eps_close, _ = estimate_noise_cfg(unet, x_t, t, close_embeds, uncond_embeds, gamma)
    return low_pass(eps_far, kernel_size, sigma) + high_pass(eps_close, kernel_size, sigma), variance
    # END SOLUTION


def make_hybrids(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    far_embeds: Tensor,
    close_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    kernel_size: int = 33,
    sigma: float = 2.0,
) -> Iterator[Tensor]:
    """Yield the image after every step from pure noise with `hybrid_estimate`, len(timesteps) - 1 images.

    shape: (B, 3, H, W); dtype and device are those of the embeddings.  generator: gives the starting noise
    first, by seeds.noise(shape, …), then the noise of the steps.
    """
    # BEGIN SOLUTION
    x_t = seeds.noise(shape, generator, dtype=uncond_embeds.dtype, device=uncond_embeds.device)
    for t, t_prime in pairwise(timesteps):
        eps_hat, variance = hybrid_estimate(
            stage_1.unet, x_t, t, far_embeds, close_embeds, uncond_embeds, gamma, kernel_size, sigma
        )
        x_t = step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)
        yield x_t
    # END SOLUTION


def from_afar(image: Tensor, times: int = 4) -> Tensor:
    """Return the images (B, 3, S, S) as they look `times` as far away: small, on white.  Given."""
    size = image.shape[-1]
    small = interpolate(image.float(), size // times, mode="bilinear", antialias=True)
    margin = size - size // times
    return pad(small, [margin // 2, margin - margin // 2] * 2, value=1.0)


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show three hybrids, large as from nearby and small as from afar."""
    timesteps, size = strided_timesteps(), studio.model.image_size
    far, close = zip(*PAIRS, strict=True)
    loop = make_hybrids(
        studio.model.stage_1,
        studio.shape(len(PAIRS)),
        timesteps,
        studio.embed(*far),
        studio.embed(*close),
        studio.embed(*[""] * len(PAIRS)),
        studio.gamma,
        studio.generator(),
        kernel_size=size // 2 + 1,
        sigma=size / 32,
    )
    images = studio.last(loop, len(timesteps) - 1, "hybrids")
    for i, (image, (far_prompt, close_prompt)) in enumerate(zip(images, PAIRS, strict=True)):
        both = [image[None], from_afar(image[None])]
        titles = [f"close: {close_prompt}", f"far: {far_prompt}"]
        figure = figures.filmstrip(both, titles, title="One picture, near and far")
        yield Exhibit(f"hybrid_{i + 1}", f"{close_prompt} (close) / {far_prompt} (far)", figure)
