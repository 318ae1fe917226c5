"""## A 1.7.3 · Text-guided editing

So far the prompt said nothing. Let it speak: SDEdit with a real prompt turns the picture into what the
prompt says, in the composition of the original. With much noise the prompt wins, with little noise the
picture.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from course.toolkit import figures
from course.toolkit.stage import Stage
from course.toolkit.studio import Exhibit, Studio

from .s1_4_iterative import strided_timesteps
from .s1_7_sdedit import STARTS, sdedit

EDITS = {
    "campanile": "a rocket ship",
    "rickshaw": "a photo of a dog",
    "skyline": "an oil painting of a snowy mountain village",
}


def edit_ladder(
    stage_1: Stage,
    x_0: Tensor,
    starts: Sequence[int],
    timesteps: list[int],
    prompt_embeds: Tensor,
    uncond_embeds: Tensor,
    gamma: float,
    generator: torch.Generator,
) -> Tensor:
    """Return the last image of `sdedit` from each of the starts, in their order, (len(starts), 3, H, W).

    x_0: (1, 3, H, W) in [-1, 1].  starts: indices of timesteps, but not the last one.  The other arguments
    are those of `sdedit` (A 1.7); the same generator goes through all of them in turn.
    """
    raise NotImplementedError("A 1.7.3 edit_ladder: yours to write; hints: course hint a1.7.3.edit_ladder")


def demo(studio: Studio) -> Iterator[Exhibit]:
    """Show three pictures turned into three prompts from six noise levels."""
    stage_1, timesteps, rows = studio.model.stage_1, strided_timesteps(), []
    for name, prompt in EDITS.items():
        x_0, prompt_embeds, uncond_embeds = studio.image(name), studio.embed(prompt), studio.embed("")
        with torch.inference_mode():
            edits = edit_ladder(
                stage_1,
                x_0,
                STARTS,
                timesteps,
                prompt_embeds,
                uncond_embeds,
                studio.gamma,
                studio.generator(),
            )
        rows.append([*edits, x_0])
    titles = [*(f"i_start = {i}" for i in STARTS), "original"]
    labels = [f"{name} → {prompt}" for name, prompt in EDITS.items()]
    figure = figures.grid(rows, title="Editing with words", rows=labels, columns=titles)
    yield Exhibit("edits", "Left the prompt wins, right the picture; the best edits are in between.", figure)
