"""Wrong answers to A 1.7, image-to-image translation."""

from collections.abc import Iterator

import torch
from torch import Tensor

from autograder.misconceptions import instead_of
from course.toolkit import seeds
from course.toolkit.stage import Stage
from solutions.part_a.s1_1_forward import forward
from solutions.part_a.s1_6_guidance import iterative_denoise_cfg
from solutions.part_a.s1_7_sdedit import sdedit


@instead_of("sdedit")
def start_as_timestep(
    stage_1: Stage,
    x_0: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You noised the image to timestep i_start, which is hardly any noise. i_start is an index: the
    timestep is timesteps[i_start].
    """
    x_t = forward(x_0, i_start, stage_1.alpha_bar, seeds.noise(x_0.shape, generator).to(x_0))
    yield from iterative_denoise_cfg(
        stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )


@instead_of("sdedit")
def not_noised(
    stage_1: Stage,
    x_0: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You denoise the original, in which there is no noise. First noise it with `forward` to
    timesteps[i_start].
    """
    yield from iterative_denoise_cfg(
        stage_1, x_0, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )


@instead_of("sdedit")
def loop_from_zero(
    stage_1: Stage,
    x_0: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The image is noised rightly, but the loop begins at index 0. Let it begin at i_start, where the
    image is.
    """
    x_t = forward(x_0, timesteps[i_start], stage_1.alpha_bar, seeds.noise(x_0.shape, generator).to(x_0))
    yield from iterative_denoise_cfg(
        stage_1, x_t, 0, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )


@instead_of("sdedit")
def always_most_noise(
    stage_1: Stage,
    x_0: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You noised the image to timesteps[0] whatever i_start is. The loop begins at timesteps[i_start]
    and expects as much noise as there is at that timestep.
    """
    x_t = forward(x_0, timesteps[0], stage_1.alpha_bar, seeds.noise(x_0.shape, generator).to(x_0))
    yield from iterative_denoise_cfg(
        stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )


@instead_of("sdedit")
def noise_on_top(
    stage_1: Stage,
    x_0: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You added the noise to the image at full strength. `forward` weights both, as timesteps[i_start]
    wants.
    """
    x_t = x_0 + seeds.noise(x_0.shape, generator).to(x_0)
    yield from iterative_denoise_cfg(
        stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )


@instead_of("sdedit")
def seed_of_its_own(
    stage_1: Stage,
    x_0: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The noise for `forward` does not come from the `generator` that was passed in. Draw it from that
    one, so that a seed always gives the same edit.
    """
    eps = seeds.noise(x_0.shape, seeds.generator(0)).to(x_0)
    x_t = forward(x_0, timesteps[i_start], stage_1.alpha_bar, eps)
    yield from iterative_denoise_cfg(
        stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )


@instead_of("sdedit")
def last_image_only(
    stage_1: Stage,
    x_0: Tensor,
    i_start: int,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You give back nothing but the finished edit. Yield the image after every step, as your guided
    loop does.
    """
    *_, last = sdedit(stage_1, x_0, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator)
    yield last
