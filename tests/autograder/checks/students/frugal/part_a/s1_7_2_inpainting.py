"""The noise of the kept region is drawn before the step; `where` instead of a sum."""

import torch

from .s1_1_forward import forward
from .s1_6_guidance import estimate_noise_cfg, step


def inpaint(stage_1, x_orig, mask, timesteps, prompt_embeds, uncond_embeds, gamma, generator):
    x_t = torch.randn(x_orig.shape, generator=generator)
    for i, t in enumerate(timesteps[:-1]):
        t_prime = timesteps[i + 1]
        kept = forward(x_orig, t_prime, stage_1.alpha_bar, torch.randn(x_orig.shape, generator=generator))
        estimates = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)
        x_t = torch.where(mask > 0.5, step(stage_1, x_t, t, t_prime, *estimates, generator), kept)
        yield x_t
