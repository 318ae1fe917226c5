"""In one line."""

import torch

from .s1_7_sdedit import sdedit


def edit_ladder(stage_1, x_0, starts, timesteps, prompt_embeds, uncond_embeds, gamma, generator):
    rest = timesteps, prompt_embeds, uncond_embeds, gamma, generator
    return torch.vstack([list(sdedit(stage_1, x_0, i, *rest))[-1] for i in starts])
