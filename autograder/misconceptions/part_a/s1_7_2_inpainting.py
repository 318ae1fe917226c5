"""Wrong answers to A 1.7.2, inpainting."""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from autograder.misconceptions import instead_of
from course.toolkit import seeds
from course.toolkit.stage import Stage
from solutions.part_a.s1_1_forward import forward
from solutions.part_a.s1_3_one_step import estimate_noise
from solutions.part_a.s1_6_guidance import estimate_noise_cfg, iterative_denoise_cfg, step
from solutions.part_a.s1_7_2_inpainting import inpaint


@instead_of("inpaint")
def mask_inverted(
    stage_1: Stage,
    x_orig: Tensor,
    mask: Tensor,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The mask works the other way round: 1 means new content, 0 means that the original is kept."""
    yield from inpaint(stage_1, x_orig, 1 - mask, timesteps, prompt_embeds, uncond_embeds, gamma, generator)


@instead_of("inpaint")
def kept_without_noise(
    stage_1: Stage,
    x_orig: Tensor,
    mask: Tensor,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You put back the clean original. The rest of the image is still noisy at that moment, so (A.5)
    first noises the original just as much, with `forward`.
    """
    x_t = _noise(x_orig, generator)
    for t, t_prime in pairwise(timesteps):
        new = _guided(stage_1, x_t, t, t_prime, prompt_embeds, uncond_embeds, gamma, generator)
        x_t = mask * new + (1 - mask) * x_orig
        yield x_t


@instead_of("inpaint")
def kept_at_first_level(
    stage_1: Stage,
    x_orig: Tensor,
    mask: Tensor,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The original that you put back is always noised to timesteps[0]. The noise has to fall along
    with the rest of the image: after the step to t′, `forward` goes to t′.
    """
    x_t = _noise(x_orig, generator)
    for t, t_prime in pairwise(timesteps):
        new = _guided(stage_1, x_t, t, t_prime, prompt_embeds, uncond_embeds, gamma, generator)
        kept = forward(x_orig, timesteps[0], stage_1.alpha_bar, _noise(x_orig, generator))
        x_t = mask * new + (1 - mask) * kept
        yield x_t


@instead_of("inpaint")
def mask_at_the_end(
    stage_1: Stage,
    x_orig: Tensor,
    mask: Tensor,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You put the original back after the last step only. Do so after every step: else what is painted
    knows nothing of its surroundings.
    """
    x_t = _noise(x_orig, generator)
    for t, t_prime in pairwise(timesteps):
        x_t = _guided(stage_1, x_t, t, t_prime, prompt_embeds, uncond_embeds, gamma, generator)
        if t_prime == timesteps[-1]:
            kept = forward(x_orig, t_prime, stage_1.alpha_bar, _noise(x_orig, generator))
            x_t = mask * x_t + (1 - mask) * kept
        yield x_t


@instead_of("inpaint")
def mask_only_shown(
    stage_1: Stage,
    x_orig: Tensor,
    mask: Tensor,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The images that you yield are masked, but the loop goes on with the unmasked ones. The next step
    has to start from the image with the original put back.
    """
    x_t = _noise(x_orig, generator)
    for t, t_prime in pairwise(timesteps):
        x_t = _guided(stage_1, x_t, t, t_prime, prompt_embeds, uncond_embeds, gamma, generator)
        kept = forward(x_orig, t_prime, stage_1.alpha_bar, _noise(x_orig, generator))
        yield mask * x_t + (1 - mask) * kept


@instead_of("inpaint")
def mask_on_noise_estimate(
    stage_1: Stage,
    x_orig: Tensor,
    mask: Tensor,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You applied the mask to the noise estimate, so the original never comes back. (A.5) applies it
    to the image after the step.
    """
    x_t = _noise(x_orig, generator)
    for t, t_prime in pairwise(timesteps):
        eps_hat, variance = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)
        x_t = step(stage_1, x_t, t, t_prime, mask * eps_hat, variance, generator)
        yield x_t


@instead_of("inpaint")
def mask_forgotten(
    stage_1: Stage,
    x_orig: Tensor,
    mask: Tensor,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You sample a new picture and never put the original back. After each step, apply (A.5)."""
    x_t = _noise(x_orig, generator)
    yield from iterative_denoise_cfg(
        stage_1, x_t, 0, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )


@instead_of("inpaint")
def from_the_original(
    stage_1: Stage,
    x_orig: Tensor,
    mask: Tensor,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Your loop starts from the original, also where it is to be replaced. Start from pure noise:
    (A.5) brings the original in.
    """
    x_t = x_orig
    for t, t_prime in pairwise(timesteps):
        new = _guided(stage_1, x_t, t, t_prime, prompt_embeds, uncond_embeds, gamma, generator)
        kept = forward(x_orig, t_prime, stage_1.alpha_bar, _noise(x_orig, generator))
        x_t = mask * new + (1 - mask) * kept
        yield x_t


@instead_of("inpaint")
def without_guidance(
    stage_1: Stage,
    x_orig: Tensor,
    mask: Tensor,
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The masking is right, but the estimate is the plain one. Use `estimate_noise_cfg` in its place."""
    x_t = _noise(x_orig, generator)
    for t, t_prime in pairwise(timesteps):
        eps_hat, variance = estimate_noise(stage_1.unet, x_t, t, prompt_embeds)
        new = step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)
        kept = forward(x_orig, t_prime, stage_1.alpha_bar, _noise(x_orig, generator))
        x_t = mask * new + (1 - mask) * kept
        yield x_t


def _noise(like: Tensor, generator: torch.Generator) -> Tensor:
    return seeds.noise(like.shape, generator, dtype=like.dtype, device=like.device)


def _guided(
    stage_1: Stage,
    x_t: Tensor,
    t: int,
    t_prime: int,
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Tensor:
    """Return x_t′, a whole guided step as it should be."""
    loop = iterative_denoise_cfg(
        stage_1, x_t, 0, [t, t_prime], prompt_embeds, uncond_embeds, gamma, generator
    )
    return next(loop)
