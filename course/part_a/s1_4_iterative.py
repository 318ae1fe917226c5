"""## A 1.4 · Iterative denoising

One step from t = 750 gives a blurry guess. Diffusion models are meant to be used many times: estimate the
clean image, go a little of the way there, estimate again. In principle that takes a thousand steps; in
practice one may skip most of them and walk along *strided* timesteps, 990, 960, …, 30, 0.

From timestep t to the next, less noisy t′ the step is

    x_t′ = √ᾱ_t′ · β / (1 − ᾱ_t) · x̂_0  +  √α · (1 − ᾱ_t′) / (1 − ᾱ_t) · x_t  +  v_σ        (A.3)

    with  α = ᾱ_t / ᾱ_t′  and  β = 1 − α

The first two terms are a mean: the further the step, the more of x̂_0 is in it. The last, v_σ, is fresh
random noise, whose size the model itself predicts; `stage_1.add_variance` adds it for you.

*Ho et al. (2020), equations 6 and 7, with a stride; Nichol and Dhariwal: Improved DDPM (2021).*
"""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from course.toolkit import figures, guards
from course.toolkit.stage import Stage
from course.toolkit.studio import Exhibit, Studio

from .s1_1_forward import forward
from .s1_2_blur import blur_denoise
from .s1_3_one_step import estimate_clean, estimate_noise

PROMPT = "a high quality photo"
SHOWN_START = 10


def strided_timesteps(num_timesteps: int = 1000, stride: int = 30) -> list[int]:
    """Return every stride-th timestep below num_timesteps as ints, from the noisiest down to 0.

    For 1000 and 30 these are the 34 entries 990, 960, …, 30, 0.
    """
    raise NotImplementedError("A 1.4 strided_timesteps: yours to write; hints: course hint a1.4.strided_timesteps")


def denoise_step(x_t: Tensor, t: int, t_prime: int, alpha_bar: Tensor, x0_hat: Tensor) -> Tensor:
    """Return the mean of x_t′: the first two terms of equation (A.3), without v_σ.

    x_t, x0_hat: (B, C, H, W).  0 <= t_prime < t < T.  alpha_bar: (T,).
    Raises ValueError when x_t and x0_hat differ in shape, or t or t_prime is no timestep of the schedule.
    """
    guards.same_shape(x_t, x0_hat, "x_t and x0_hat")
    guards.timestep(t, alpha_bar)
    guards.timestep(t_prime, alpha_bar)
    raise NotImplementedError("A 1.4 denoise_step: yours to write; hints: course hint a1.4.denoise_step")


def iterative_denoise(
    stage_1: Stage,
    x_t: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Yield the image after every step of (A.3) along timesteps[i_start:]: len(timesteps) - 1 - i_start.

    stage_1: its `unet`, its `alpha_bar`, and add_variance(mean, predicted_variance, t, t_prime, generator),
    which returns mean + v_σ.  x_t: (B, 3, H, W), with as much noise as timesteps[i_start] has.
    timesteps: falling.  prompt_embeds: (B, L, D).  x̂_0 may be clamped to [-1, 1]; without that, a small
    model can drift off.  Raises ValueError when i_start is no index of timesteps.
    """
    guards.start(i_start, timesteps)
    raise NotImplementedError("A 1.4 iterative_denoise: yours to write; hints: course hint a1.4.iterative_denoise")


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show every fifth image of the loop from i_start = 10, then the result beside its rivals."""
    stage_1, x_0, prompt_embeds = studio.model.stage_1, studio.image("campanile"), studio.embed(PROMPT)
    timesteps = strided_timesteps()
    t = timesteps[SHOWN_START]
    x_t = forward(x_0, t, stage_1.alpha_bar, studio.noise(1, studio.generator()))
    loop = iterative_denoise(stage_1, x_t, SHOWN_START, timesteps, prompt_embeds, studio.generator(1))
    images = [x_t, *studio.all(loop, len(timesteps) - 1 - SHOWN_START, "iterative denoising")]
    titles = [f"t = {t}" for t in timesteps[SHOWN_START:]]
    figure = figures.filmstrip(images[::5], titles[::5], title="Iterative denoising, every fifth image")
    yield Exhibit("steps", "The noise leaves, and details come that no single step could know.", figure)

    eps_hat, _ = estimate_noise(stage_1.unet, x_t, t, prompt_embeds)
    one_step = estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat).clamp(-1, 1)
    rivals = [x_0, x_t, images[-1], one_step, blur_denoise(x_t)]
    names = ["original", f"noisy, t = {t}", "iterative", "one step", "Gaussian blur"]
    figure = figures.filmstrip(rivals, names, title="Three ways to denoise")
    yield Exhibit("rivals", "Sharp and invented, blurry and honest, or neither.", figure)
