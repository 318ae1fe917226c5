"""Wrong answers to A 1.8, visual anagrams."""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from autograder.misconceptions import instead_of
from course.toolkit import seeds
from course.toolkit.stage import Stage, UNet
from solutions.part_a.s1_3_one_step import estimate_clean, estimate_noise
from solutions.part_a.s1_4_iterative import denoise_step
from solutions.part_a.s1_6_guidance import estimate_noise_cfg, iterative_denoise_cfg, step
from solutions.part_a.s1_8_anagrams import anagram_estimate, rotate_180, visual_anagrams


@instead_of("rotate_180")
def upside_down_mirrored(image: Tensor) -> Tensor:
    """You only reversed the rows, which gives a mirror image. A rotation reverses the columns as well."""
    return image.flip(-2)


@instead_of("rotate_180")
def mirrored(image: Tensor) -> Tensor:
    """You only reversed the columns, which gives a mirror image. A rotation reverses the rows as well."""
    return image.flip(-1)


@instead_of("rotate_180")
def transposed(image: Tensor) -> Tensor:
    """You exchanged rows and columns. That is a reflection in the diagonal; a rotation by 180°
    reverses the order of both.
    """
    return image.transpose(-2, -1)


@instead_of("rotate_180")
def quarter_turn(image: Tensor) -> Tensor:
    """You turned the images by 90°. Twice that, please."""
    return image.rot90(1, (-2, -1))


@instead_of("rotate_180")
def wrong_dimensions(image: Tensor) -> Tensor:
    """You reversed the images of the batch and their channels. Height and width are the last two
    dimensions.
    """
    return image.flip(0, 1)


@instead_of("anagram_estimate")
def not_turned_back(
    unet: UNet,
    x_t: Tensor,
    t: int,
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
) -> tuple[Tensor, Tensor]:
    """The second estimate is of the turned image, and you did not turn it back. Do so before you take
    the mean.
    """
    eps_1, variance = estimate_noise_cfg(unet, x_t, t, prompt_embeds_1, uncond_embeds, gamma)
    eps_2, _ = estimate_noise_cfg(unet, rotate_180(x_t), t, prompt_embeds_2, uncond_embeds, gamma)
    return (eps_1 + eps_2) / 2, variance


@instead_of("anagram_estimate")
def image_not_turned(
    unet: UNet,
    x_t: Tensor,
    t: int,
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
) -> tuple[Tensor, Tensor]:
    """You turned the second estimate, but not the image that it is of. Turn x_t before the UNet sees
    it with prompt 2.
    """
    eps_1, variance = estimate_noise_cfg(unet, x_t, t, prompt_embeds_1, uncond_embeds, gamma)
    eps_2, _ = estimate_noise_cfg(unet, x_t, t, prompt_embeds_2, uncond_embeds, gamma)
    return (eps_1 + rotate_180(eps_2)) / 2, variance


@instead_of("anagram_estimate")
def both_upright(
    unet: UNet,
    x_t: Tensor,
    t: int,
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
) -> tuple[Tensor, Tensor]:
    """You estimated both prompts upright, which mixes them into one picture. Turn the image for prompt
    2, and its estimate back.
    """
    eps_1, variance = estimate_noise_cfg(unet, x_t, t, prompt_embeds_1, uncond_embeds, gamma)
    eps_2, _ = estimate_noise_cfg(unet, x_t, t, prompt_embeds_2, uncond_embeds, gamma)
    return (eps_1 + eps_2) / 2, variance


@instead_of("anagram_estimate")
def sum_of_estimates(
    unet: UNet,
    x_t: Tensor,
    t: int,
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
) -> tuple[Tensor, Tensor]:
    """You added the two estimates, which is twice the noise that there is. Take their mean."""
    eps_hat, variance = anagram_estimate(unet, x_t, t, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma)
    return 2 * eps_hat, variance


@instead_of("anagram_estimate")
def prompts_exchanged(
    unet: UNet,
    x_t: Tensor,
    t: int,
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
) -> tuple[Tensor, Tensor]:
    """The prompts are exchanged: prompt 1 is the one that shows upright, prompt 2 the one upside down."""
    return anagram_estimate(unet, x_t, t, prompt_embeds_2, prompt_embeds_1, uncond_embeds, gamma)


@instead_of("anagram_estimate")
def without_guidance(
    unet: UNet,
    x_t: Tensor,
    t: int,
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
) -> tuple[Tensor, Tensor]:
    """The estimates are put together rightly, but they are plain ones. Use `estimate_noise_cfg` for
    both.
    """
    eps_1, variance = estimate_noise(unet, x_t, t, prompt_embeds_1)
    eps_2, _ = estimate_noise(unet, rotate_180(x_t), t, prompt_embeds_2)
    return (eps_1 + rotate_180(eps_2)) / 2, variance


@instead_of("visual_anagrams")
def never_updated(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Every step of yours starts from the same noise again. What `step` returns is the x_t of the next
    step.
    """
    x_t = seeds.noise(shape, generator).to(uncond_embeds)
    for t, t_prime in pairwise(timesteps):
        eps_hat, variance = anagram_estimate(
            stage_1.unet, x_t, t, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma
        )
        yield step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)


@instead_of("visual_anagrams")
def clean_estimates(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The loop is right, but it yields x̂_0, the estimate of the clean image. Yield the image after
    the step.
    """
    x_t = seeds.noise(shape, generator).to(uncond_embeds)
    for t, t_prime in pairwise(timesteps):
        eps_hat, variance = anagram_estimate(
            stage_1.unet, x_t, t, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma
        )
        yield estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat).clamp(-1, 1)
        x_t = step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)


@instead_of("visual_anagrams")
def uniform_start(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Your starting noise is uniform in [0, 1). The model expects Gaussian noise, N(0, 1): draw it
    with `seeds.noise`.
    """
    x_t = torch.rand(shape, generator=generator).to(uncond_embeds)
    for t, t_prime in pairwise(timesteps):
        eps_hat, variance = anagram_estimate(
            stage_1.unet, x_t, t, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma
        )
        x_t = step(stage_1, x_t, t, t_prime, eps_hat, variance, generator)
        yield x_t


@instead_of("visual_anagrams")
def without_variance(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """You left out v_σ, the last term of (A.3). `step` adds it, with the variance that
    `anagram_estimate` returns.
    """
    x_t = seeds.noise(shape, generator).to(uncond_embeds)
    for t, t_prime in pairwise(timesteps):
        eps_hat, _ = anagram_estimate(
            stage_1.unet, x_t, t, prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma
        )
        x0_hat = estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat).clamp(-1, 1)
        x_t = denoise_step(x_t, t, t_prime, stage_1.alpha_bar, x0_hat)
        yield x_t


@instead_of("visual_anagrams")
def first_prompt_only(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Your loop only follows the first prompt, so upside down there is nothing to see. Use
    `anagram_estimate`.
    """
    x_t = seeds.noise(shape, generator).to(uncond_embeds)
    yield from iterative_denoise_cfg(
        stage_1, x_t, 0, timesteps, prompt_embeds_1, uncond_embeds, gamma, generator
    )


@instead_of("visual_anagrams")
def one_step_short(
    stage_1: Stage,
    shape: tuple[int, int, int, int],
    timesteps: list[int],
    prompt_embeds_1: Tensor,
    prompt_embeds_2: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """The loop ends one step early, so the last image still has some noise. The last step leads to
    timesteps[-1].
    """
    yield from visual_anagrams(
        stage_1, shape, timesteps[:-1], prompt_embeds_1, prompt_embeds_2, uncond_embeds, gamma, generator
    )
