"""Wrong answers to A 1.7.3, text-guided editing."""

from collections.abc import Sequence

import torch
from torch import Tensor

from autograder.misconceptions import instead_of
from course.toolkit import seeds
from course.toolkit.stage import Stage
from solutions.part_a.s1_1_forward import forward
from solutions.part_a.s1_7_3_text_editing import edit_ladder
from solutions.part_a.s1_7_sdedit import sdedit


@instead_of("edit_ladder")
def first_images(
    stage_1: Stage,
    x_0: Tensor,
    starts: Sequence[int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Tensor:
    """You keep the image after the first step of every edit. Run each `sdedit` to its end and keep the
    last one.
    """
    edits = []
    for i_start in starts:
        edit = list(sdedit(stage_1, x_0, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator))
        edits.append(edit[0])
    return torch.cat(edits)


@instead_of("edit_ladder")
def same_start(
    stage_1: Stage,
    x_0: Tensor,
    starts: Sequence[int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Tensor:
    """All your edits begin at the first of the starts. Give each `sdedit` its own i_start."""
    same = [starts[0]] * len(starts)
    return edit_ladder(stage_1, x_0, same, timesteps, prompt_embeds, uncond_embeds, gamma, generator)


@instead_of("edit_ladder")
def edits_of_edits(
    stage_1: Stage,
    x_0: Tensor,
    starts: Sequence[int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Tensor:
    """Every edit of yours starts from the edit before it. Each must start from the original, x_0."""
    edits = []
    for i_start in starts:
        loop = sdedit(stage_1, x_0, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator)
        *_, x_0 = loop
        edits.append(x_0)
    return torch.cat(edits)


@instead_of("edit_ladder")
def only_noised(
    stage_1: Stage,
    x_0: Tensor,
    starts: Sequence[int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Tensor:
    """These are the noised originals, not yet the edits. `sdedit` noises the image and denoises it
    again; keep the last image that it yields.
    """
    noised = []
    for i_start in starts:
        eps = seeds.noise(x_0.shape, generator).to(x_0)
        noised.append(forward(x_0, timesteps[i_start], stage_1.alpha_bar, eps))
    return torch.cat(noised)


@instead_of("edit_ladder")
def same_noise(
    stage_1: Stage,
    x_0: Tensor,
    starts: Sequence[int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Tensor:
    """Each of your edits begins with a generator in the same state, so all of them see the same noise.
    Let the one `generator` go through all of them in turn.
    """
    edits = []
    for i_start in starts:
        again = generator.clone_state()
        *_, last = sdedit(stage_1, x_0, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, again)
        edits.append(last)
    return torch.cat(edits)


@instead_of("edit_ladder")
def last_edit_only(
    stage_1: Stage,
    x_0: Tensor,
    starts: Sequence[int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Tensor:
    """You return the edit of the last start alone. Collect one for each of the starts and join them
    with `torch.cat`.
    """
    edits = edit_ladder(stage_1, x_0, starts, timesteps, prompt_embeds, uncond_embeds, gamma, generator)
    return edits[-1:]
