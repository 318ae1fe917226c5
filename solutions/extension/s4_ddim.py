"""## X 4 · DDIM: sampling without dice

Every step of A 1.4 adds fresh noise. Must it? The UNet was only ever trained on single noisy images, (A.2),
never on chains of them. So any chain may use it whose images have the right amount of noise at every
timestep, and of those there is a whole family, one for each η:

    x_t′ = √ᾱ_t′ · x̂_0  +  √(1 − ᾱ_t′ − σ²) · ε̂  +  σ z

    σ = η · √((1 − ᾱ_t′) / (1 − ᾱ_t)) · √(1 − ᾱ_t / ᾱ_t′)

It is (A.2) once more, at t′: the clean estimate, and noise of size √(1 − ᾱ_t′) around it. Part of that noise
is the old one, ε̂, and part of it is new, z. With η = 1 the new part has the posterior variance, and the
rest is exactly the mean of (A.3). With η = 0 nothing is new: the picture follows from the first noise alone,
every noise has its picture, and far longer strides will do.

*Song, Meng and Ermon: Denoising Diffusion Implicit Models (2021), equations 12 and 16.*
"""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from course.toolkit import figures, guards, seeds
from course.toolkit.stage import Stage
from course.toolkit.studio import Exhibit, Studio

from ..part_a.s1_3_one_step import estimate_clean
from ..part_a.s1_4_iterative import strided_timesteps
from ..part_a.s1_6_guidance import estimate_noise_cfg

PROMPT = "a rocket ship"
STRIDES = (30, 90, 165, 330)
ETAS = (0.0, 0.5, 1.0)
SAMPLES = 4


def ddim_step(
    x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, eps_hat: Tensor, eta: float, z: Tensor
) -> Tensor:
    """Return x_t′ of a step of the family, x̂_0 not clamped.

    x_t, eps_hat, z: (B, C, H, W), z is fresh N(0, 1) noise.  0 <= t_prime < t < T.  alpha_bar: (T,).
    eta: in [0, 1]; 0 is deterministic, 1 is (A.3) with the posterior variance.
    Raises ValueError when x_t, eps_hat and z differ in shape, or t or t_prime is no timestep of the schedule.
    """
    guards.same_shape(x_t, eps_hat, "x_t and eps_hat")
    guards.same_shape(x_t, z, "x_t and z")
    guards.timestep(t, alpha_bar)
    guards.timestep(t_prime, alpha_bar)
    # BEGIN SOLUTION
    alpha_bar_t, alpha_bar_prime = alpha_bar[t], alpha_bar[t_prime]
    posterior = (1 - alpha_bar_prime) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prime)
    variance = eta**2 * posterior
    x0_hat = estimate_clean(x_t, t, alpha_bar, eps_hat)
    old_noise = (1 - alpha_bar_prime - variance).clamp(min=0).sqrt() * eps_hat
    return alpha_bar_prime.sqrt() * x0_hat + old_noise + variance.sqrt() * z
    # END SOLUTION


def in_range(x_t: Tensor, t: int, alpha_bar: Tensor, eps_hat: Tensor) -> Tensor:
    """Return the noise estimate nearest to eps_hat whose x̂_0 lies in [-1, 1].  Given.

    As `step` of A 1.6 does, but here x̂_0 and ε̂ must go on belonging together: arguments as in
    `estimate_clean`.
    """
    alpha_bar_t = alpha_bar[t]
    x0_hat = estimate_clean(x_t, t, alpha_bar, eps_hat).clamp(-1, 1)
    return (x_t - alpha_bar_t.sqrt() * x0_hat) / (1 - alpha_bar_t).sqrt()


def ddim_sample(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
    eta: float = 0.0,
) -> Iterator[Tensor]:
    """Yield the image after every guided DDIM step along timesteps[i_start:], len(timesteps) - 1 - i_start.

    Arguments as in `iterative_denoise_cfg` (A 1.6) and `ddim_step`.  generator: gives the z of every step, by
    seeds.noise.  The guided estimate may go through `in_range`; without that, a small model can drift off.
    Raises ValueError when i_start is no index of timesteps.
    """
    guards.start(i_start, timesteps)
    # BEGIN SOLUTION
    for t, t_prime in pairwise(timesteps[i_start:]):
        eps_hat, _ = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)
        eps_hat = in_range(x_t, t, stage_1.alpha_bar, eps_hat)
        z = seeds.noise(x_t.shape, generator, dtype=x_t.dtype, device=x_t.device)
        x_t = ddim_step(x_t, t, t_prime, stage_1.alpha_bar, eps_hat, eta, z)
        yield x_t
    # END SOLUTION


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show the same noise along longer and longer strides, then the same noise with more and more dice."""
    x_t = studio.noise(SAMPLES, studio.generator())

    def sampled(x_t: Tensor, stride: int, eta: float) -> list[Tensor]:
        timesteps, count = strided_timesteps(stride=stride), len(x_t)
        embeds = studio.embed(*[PROMPT] * count), studio.embed(*[""] * count)
        loop = ddim_sample(
            studio.model.stage_1, x_t, 0, timesteps, *embeds, studio.gamma, studio.generator(1), eta
        )
        return list(studio.last(loop, len(timesteps) - 1, f"DDIM, stride {stride}, η = {eta:g}"))

    labels = [f"{len(strided_timesteps(stride=stride)) - 1} steps" for stride in STRIDES]
    rows = [sampled(x_t, stride, 0.0) for stride in STRIDES]
    figure = figures.grid(rows, title=f"“{PROMPT}”, η = 0: the same noises, fewer steps", rows=labels)
    yield Exhibit("strides", "The noise decides what is drawn, the steps decide how well.", figure)

    rows = [sampled(x_t[:1].expand_as(x_t), STRIDES[0], eta) for eta in ETAS]
    labels = [f"η = {eta:g}" for eta in ETAS]
    figure = figures.grid(rows, title=f"“{PROMPT}”, {SAMPLES} times from one noise", rows=labels)
    yield Exhibit("dice", "Without dice all are the same picture; with them each is another.", figure)
