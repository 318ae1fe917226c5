"""Wrong answers to A 0, text to image."""

from typing import Any

import torch
from torch import Tensor

from autograder.misconceptions import instead_of
from solutions.part_a.s0_generation import generate


@instead_of("generate")
def number_of_steps_ignored(
    pipeline: Any,
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    num_inference_steps: int,
    generator: torch.Generator,
) -> Tensor:
    """`num_inference_steps` never reaches the pipeline, which then takes as many steps as it thinks
    best. Pass it on.
    """
    images: Tensor = pipeline(
        prompt_embeds=prompt_embeds,
        negative_prompt_embeds=uncond_embeds,
        generator=generator,
        output_type="pt",
    ).images
    return images


@instead_of("generate")
def from_zero_to_one(
    pipeline: Any,
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    num_inference_steps: int,
    generator: torch.Generator,
) -> Tensor:
    """Your images lie in [0, 1]. The course keeps them in [-1, 1], just as the pipeline's tensors come
    out.
    """
    images = generate(pipeline, prompt_embeds, uncond_embeds, num_inference_steps, generator)
    return (images / 2 + 0.5).clamp(0, 1)


@instead_of("generate")
def shifted_again(
    pipeline: Any,
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    num_inference_steps: int,
    generator: torch.Generator,
) -> Tensor:
    """You stretched the images from [0, 1] to [-1, 1], but that is where the pipeline's tensors
    already are. Return them as they come.
    """
    return 2 * generate(pipeline, prompt_embeds, uncond_embeds, num_inference_steps, generator) - 1


@instead_of("generate")
def own_generator(
    pipeline: Any,
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    num_inference_steps: int,
    generator: torch.Generator,
) -> Tensor:
    """The noise does not come from the `generator` that was passed in, so nobody can get the same
    picture twice. Give the pipeline that one, not one of your own.
    """
    own = torch.Generator().manual_seed(0)
    return generate(pipeline, prompt_embeds, uncond_embeds, num_inference_steps, own)


@instead_of("generate")
def prompts_exchanged(
    pipeline: Any,
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    num_inference_steps: int,
    generator: torch.Generator,
) -> Tensor:
    """The two sets of embeddings are exchanged: the null prompt's are the *negative* ones, which the
    pipeline moves away from.
    """
    return generate(pipeline, uncond_embeds, prompt_embeds, num_inference_steps, generator)


@instead_of("generate")
def first_picture_only(
    pipeline: Any,
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    num_inference_steps: int,
    generator: torch.Generator,
) -> Tensor:
    """You returned the first picture of the batch. Return the whole batch, one picture per prompt."""
    return generate(pipeline, prompt_embeds, uncond_embeds, num_inference_steps, generator)[:1]
