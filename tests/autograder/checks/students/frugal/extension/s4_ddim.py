"""σ first, everything in one line; nothing is clamped, and without dice nothing is drawn."""

import torch

from ..part_a.s1_6_guidance import estimate_noise_cfg


def ddim_step(x_t, t, t_prime, alpha_bar, eps_hat, eta, z):
    now, then = alpha_bar[t], alpha_bar[t_prime]
    sigma = eta * ((1 - then) / (1 - now) * (1 - now / then)) ** 0.5
    x0_hat = (x_t - (1 - now) ** 0.5 * eps_hat) / now**0.5
    return then**0.5 * x0_hat + (1 - then - sigma**2).clamp(min=0) ** 0.5 * eps_hat + sigma * z


def ddim_sample(stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator, eta=0.0):
    for t, t_prime in zip(timesteps[i_start:], timesteps[i_start + 1 :], strict=False):
        eps_hat = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)[0]
        z = torch.randn(x_t.shape, generator=generator) if eta else 0
        x_t = ddim_step(x_t, t, t_prime, stage_1.alpha_bar, eps_hat, eta, z)
        yield x_t
