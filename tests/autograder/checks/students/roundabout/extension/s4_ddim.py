"""In float64, by the standard deviations; the clean image clamped, and all of the noise drawn at once."""

from math import sqrt

import torch

from ..part_a.s1_6_guidance import estimate_noise_cfg


def ddim_step(x_t, t, t_prime, alpha_bar, eps_hat, eta, z):
    now, then = (float(level) for level in alpha_bar.double()[[t, t_prime]])
    new = eta * sqrt((1 - then) / (1 - now) * (1 - now / then))
    old = sqrt(max(0.0, 1 - then - new * new))
    x0_hat = (x_t.double() - sqrt(1 - now) * eps_hat) / sqrt(now)
    return (sqrt(then) * x0_hat + old * eps_hat + new * z).to(x_t)


def ddim_sample(stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator, eta=0.0):
    steps = len(timesteps) - 1 - i_start
    noises = [torch.randn(x_t.shape, generator=generator) for _ in range(steps)]
    images = []
    for t, t_prime, z in zip(timesteps[i_start:-1], timesteps[i_start + 1 :], noises, strict=True):
        eps_hat, _ = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)
        level = stage_1.alpha_bar[t]
        x0_hat = ((x_t - (1 - level).sqrt() * eps_hat) / level.sqrt()).clamp(-1, 1)
        eps_hat = (x_t - level.sqrt() * x0_hat) / (1 - level).sqrt()
        x_t = ddim_step(x_t, t, t_prime, stage_1.alpha_bar, eps_hat, eta, z)
        images.append(x_t)
    yield from images
