"""## A 0 · Text to image

A text-to-image diffusion model turns a prompt and some noise into a picture. Before taking it apart, use it
whole. The model is a `diffusers` pipeline, and a pipeline is called like a function: it takes the
embeddings of the prompt, the embeddings of the *null prompt* "" (why, comes in A 1.6), a number of
inference steps, and a random generator.

More steps cost more time. Do they buy better pictures? Compare 5, 20 and 40.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from course.toolkit import figures
from course.toolkit.studio import Exhibit, Studio

PROMPTS = ("a rocket ship", "an oil painting of a snowy mountain village", "a man wearing a hat")
STEP_COUNTS = (5, 20, 40)


def generate(
    pipeline: Any,
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    num_inference_steps: int,
    generator: torch.Generator,
) -> Tensor:
    """Return one picture per prompt, (B, 3, H, W) in [-1, 1], as the pipeline generates them.

    pipeline: a diffusers `IFPipeline`.  prompt_embeds, uncond_embeds: (B, L, D), of the prompts and of "".
    num_inference_steps: how many denoising steps, at least 1.  generator: the source of all noise.
    See https://huggingface.co/docs/diffusers/api/pipelines/deepfloyd_if for the pipeline's arguments.
    """
    # BEGIN SOLUTION
    images: Tensor = pipeline(
        prompt_embeds=prompt_embeds,
        negative_prompt_embeds=uncond_embeds,
        num_inference_steps=num_inference_steps,
        generator=generator,
        output_type="pt",
    ).images
    return images
    # END SOLUTION


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show three prompts, each generated with three numbers of steps."""
    prompt_embeds, uncond_embeds = studio.embed(*PROMPTS), studio.embed(*[""] * len(PROMPTS))
    columns = []
    for count in STEP_COUNTS:
        images = generate(studio.model.pipeline, prompt_embeds, uncond_embeds, count, studio.generator())
        columns.append(images)
    rows = [list(row) for row in zip(*columns, strict=True)]
    titles = [f"{count} steps" for count in STEP_COUNTS]
    figure = figures.grid(rows, title=f"Text to image, seed {studio.seed}", rows=PROMPTS, columns=titles)
    yield Exhibit("steps", "The same noise and prompts with 5, 20 and 40 inference steps.", figure)
