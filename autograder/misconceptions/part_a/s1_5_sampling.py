"""Wrong answers to A 1.5, sampling from pure noise."""

from collections.abc import Iterator

import torch
from torch import Tensor

from autograder.misconceptions import instead_of
from course.toolkit import seeds
from course.toolkit.stage import Stage
from solutions.part_a.s1_4_iterative import iterative_denoise
from solutions.part_a.s1_5_sampling import sample


@instead_of("sample")
def uniform_noise(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Your noise is uniform in [0, 1). The model expects Gaussian noise, N(0, 1): draw it with
    `seeds.noise`.
    """
    x_t = torch.rand(shape, generator=generator).to(prompt_embeds)
    yield from iterative_denoise(stage_1, x_t, 0, timesteps, prompt_embeds, generator)


@instead_of("sample")
def seed_of_its_own(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The starting noise does not come from the `generator` that was passed in. Draw it from that one,
    so that a seed always gives the same picture.
    """
    x_t = seeds.noise(shape, seeds.generator(0)).to(prompt_embeds)
    yield from iterative_denoise(stage_1, x_t, 0, timesteps, prompt_embeds, generator)


@instead_of("sample")
def from_zeros(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You start from an image of zeros. Sampling starts from pure noise, N(0, 1): without it every
    picture is alike.
    """
    x_t = torch.zeros(shape).to(prompt_embeds)
    yield from iterative_denoise(stage_1, x_t, 0, timesteps, prompt_embeds, generator)


@instead_of("sample")
def from_the_second(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You start at the second timestep. Pure noise belongs to timesteps[0], so i_start is 0."""
    x_t = seeds.noise(shape, generator).to(prompt_embeds)
    yield from iterative_denoise(stage_1, x_t, 1, timesteps, prompt_embeds, generator)


@instead_of("sample")
def clamped_noise(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You clamped the starting noise to [-1, 1]. Only clean images lie in there; noise is N(0, 1),
    tails and all.
    """
    x_t = seeds.noise(shape, generator).to(prompt_embeds).clamp(-1, 1)
    yield from iterative_denoise(stage_1, x_t, 0, timesteps, prompt_embeds, generator)


@instead_of("sample")
def last_image_only(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You give back nothing but the finished image. Yield the image after every step, as the loop of A
    1.4 does: `yield from` hands them on.
    """
    *_, last = sample(stage_1, shape, timesteps, prompt_embeds, generator)
    yield last
