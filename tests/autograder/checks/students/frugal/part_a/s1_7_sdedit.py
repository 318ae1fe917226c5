"""Not a generator but a function that returns one."""

import torch

from .s1_1_forward import forward
from .s1_6_guidance import iterative_denoise_cfg


def sdedit(stage_1, x_0, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator):
    eps = torch.randn(x_0.shape, generator=generator)
    x_t = forward(x_0, timesteps[i_start], stage_1.alpha_bar, eps)
    return iterative_denoise_cfg(
        stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator
    )
