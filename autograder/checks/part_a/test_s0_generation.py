"""Checks of A 0, text to image."""

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.student import Student
from course.toolkit import seeds


class Pipeline:
    """Stands in for an IFPipeline: its pictures depend on everything that it is called with."""

    def __init__(self, size: int = 8) -> None:
        """Make pictures of size × size pixels."""
        self.size = size

    def double(self) -> "Pipeline":
        """Return itself: it works in the dtype of the embeddings."""
        return self

    def __call__(
        self,
        *,
        prompt_embeds: Tensor,
        negative_prompt_embeds: Tensor | None = None,
        num_inference_steps: int = 50,
        generator: torch.Generator | None = None,
        output_type: str = "pil",
        guidance_scale: float = 7.0,
        return_dict: bool = True,
    ) -> Any:
        """Return what an IFPipeline returns, deterministically."""
        images = self._images(prompt_embeds, negative_prompt_embeds, generator)
        images = (images * guidance_scale * num_inference_steps / 100).tanh()
        if output_type != "pt":
            images = (images.permute(0, 2, 3, 1) + 1) / 2
        return SimpleNamespace(images=images) if return_dict else (images, None, None)

    def _images(self, prompt: Tensor, negative: Tensor | None, generator: torch.Generator | None) -> Tensor:
        if negative is not None and negative.shape != prompt.shape:
            raise ValueError("prompt_embeds and negative_prompt_embeds must have the same shape")
        difference = prompt - (torch.zeros_like(prompt) if negative is None else negative)
        shape = (len(prompt), 3, self.size, self.size)
        start = seeds.noise(shape, generator or torch.Generator(), dtype=prompt.dtype)
        return start + difference.mean((1, 2))[:, None, None, None]


@exercise("generate", weight=3)
def test_pictures(agree: Agree, draw: Draw) -> None:
    """One picture per prompt, as the pipeline makes them with these embeddings, steps and this generator."""
    for count in (5, 20, 40):
        prompts, nulls = torch.randn(2, 3, 4, 6, generator=draw.generator())
        agree(Pipeline(), prompts, nulls, count, draw.generator())


@exercise("generate")
def test_seeds(student: Student, draw: Draw) -> None:
    """The same seed gives the same pictures, another seed gives others."""
    prompts, nulls = torch.randn(2, 3, 4, 6, generator=draw.generator())
    first, again = (student(Pipeline(), prompts, nulls, 5, seeds.generator(1)) for _ in range(2))
    other = student(Pipeline(), prompts, nulls, 5, seeds.generator(2))
    assert torch.equal(first, again), "the same seed gave two different sets of pictures"
    assert not torch.equal(first, other), "two seeds gave the same pictures: is the generator passed on?"
