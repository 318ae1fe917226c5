"""## A 1.6 · Classifier-free guidance

The samples of A 1.5 are vague, because the model hedges. *Classifier-free guidance* makes it commit itself.
Ask twice, once with the prompt (ε_c) and once with the null prompt "" (ε_u), and exaggerate the difference:

    ε = ε_u + γ (ε_c − ε_u)                                                                   (A.4)

γ = 0 ignores the prompt, γ = 1 is the plain conditional estimate, and beyond 1 something strange happens: the
pictures get much better and much less diverse. γ = 7 is customary.

Only the noise estimate is exaggerated. The variance that the loop adds is the conditional one, as it is.

*Ho and Salimans: Classifier-Free Diffusion Guidance (2022), equation 6.*
"""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from course.toolkit import figures, guards
from course.toolkit.stage import Stage, UNet
from course.toolkit.studio import Exhibit, Studio

from .s1_3_one_step import estimate_clean, estimate_noise
from .s1_4_iterative import denoise_step, strided_timesteps

PROMPT = "a high quality photo"
SAMPLES = 5


def guide(eps_uncond: Tensor, eps_cond: Tensor, gamma: float) -> Tensor:
    """Return the guided noise estimate of equation (A.4).

    eps_uncond, eps_cond: (B, C, H, W), the estimates with the null prompt and with the prompt.
    gamma: the guidance scale; 0 is unconditional, 1 conditional, more extrapolates.
    Raises ValueError when the two estimates differ in shape.
    """
    guards.same_shape(eps_uncond, eps_cond, "eps_uncond and eps_cond")
    raise NotImplementedError("A 1.6 guide: yours to write; hints: course hint a1.6.guide")


def estimate_noise_cfg(
    unet: UNet, x_t: Tensor, t: int, prompt_embeds: Tensor, uncond_embeds: Tensor, gamma: float
) -> tuple[Tensor, Tensor]:
    """Return (eps_hat, predicted_variance): the guided noise estimate, the conditional variance estimate.

    x_t: (B, 3, H, W).  t: in [0, T).  prompt_embeds, uncond_embeds: (B, L, D), of the prompts and of "".
    The two estimates may come from two calls of the UNet, or from one with the batch doubled, which is
    faster.
    """
    raise NotImplementedError("A 1.6 estimate_noise_cfg: yours to write; hints: course hint a1.6.estimate_noise_cfg")


def step(
    stage_1: Stage,
    x_t: Tensor,
    t: int,
    t_prime: int,
    eps_hat: Tensor,
    predicted_variance: Tensor,
    generator: torch.Generator,
) -> Tensor:
    """Return x_t′, all of a step in your loop of A 1.4 that comes after the noise estimate.  Given.

    Guidance drives x̂_0 out of the range that pictures have, so it is clamped to [-1, 1], as DeepFloyd IF
    does.
    """
    x0_hat = estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat).clamp(-1, 1)
    mean = denoise_step(x_t, t, t_prime, stage_1.alpha_bar, x0_hat)
    return stage_1.add_variance(mean, predicted_variance, t, t_prime, generator)


def iterative_denoise_cfg(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Yield the image after every guided step along timesteps[i_start:], len(timesteps) - 1 - i_start images.

    Arguments as in `iterative_denoise` (A 1.4) and `estimate_noise_cfg`.
    Raises ValueError when i_start is no index of timesteps.
    """
    guards.start(i_start, timesteps)
    raise NotImplementedError("A 1.6 iterative_denoise_cfg: yours to write; hints: course hint a1.6.iterative_denoise_cfg")


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show five guided samples of "a high quality photo", below the same noise with γ = 1."""
    stage_1, timesteps = studio.model.stage_1, strided_timesteps()
    prompt_embeds, uncond_embeds = studio.embed(*[PROMPT] * SAMPLES), studio.embed(*[""] * SAMPLES)
    rows = []
    for gamma in (1.0, studio.gamma):
        generator = studio.generator()
        x_t = studio.noise(SAMPLES, generator)
        loop = iterative_denoise_cfg(
            stage_1, x_t, 0, timesteps, prompt_embeds, uncond_embeds, gamma, generator
        )
        rows.append(list(studio.last(loop, len(timesteps) - 1, f"sampling, γ = {gamma:g}")))
    figure = figures.grid(rows, title=f"“{PROMPT}”", rows=["γ = 1", f"γ = {studio.gamma:g}"])
    yield Exhibit("samples", "The same noise, without guidance and with it.", figure)
