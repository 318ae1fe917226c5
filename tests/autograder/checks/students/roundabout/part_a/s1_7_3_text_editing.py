"""A buffer filled row by row."""

import torch

from .s1_7_sdedit import sdedit


def edit_ladder(stage_1, x_0, starts, timesteps, prompt_embeds, uncond_embeds, gamma, generator):
    edits = torch.empty(len(starts), *x_0.shape[1:], dtype=torch.float64)
    for row, i_start in enumerate(starts):
        for image in sdedit(stage_1, x_0, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator):
            edits[row] = image[0]
    return edits
