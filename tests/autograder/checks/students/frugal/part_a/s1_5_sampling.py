"""The loop is returned as it is."""

import torch

from .s1_4_iterative import iterative_denoise


def sample(stage_1, shape, timesteps, prompt_embeds, generator):
    x_t = torch.randn(shape, generator=generator).to(prompt_embeds)
    return iterative_denoise(stage_1, x_t, 0, timesteps, prompt_embeds, generator)
