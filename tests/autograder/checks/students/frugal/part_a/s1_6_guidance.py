"""One call of the UNet, the prompt before the null prompt; a step that does not clamp."""

import torch

from .s1_3_one_step import estimate_clean, estimate_noise
from .s1_4_iterative import denoise_step


def guide(eps_uncond, eps_cond, gamma):
    return torch.lerp(eps_uncond, eps_cond, gamma)


def estimate_noise_cfg(unet, x_t, t, prompt_embeds, uncond_embeds, gamma):
    both = torch.cat([prompt_embeds, uncond_embeds])
    eps_hat, variance = estimate_noise(unet, x_t.repeat(2, 1, 1, 1), t, both)
    n = len(x_t)
    return guide(eps_hat[n:], eps_hat[:n], gamma), variance[:n]


def step(stage_1, x_t, t, t_prime, eps_hat, predicted_variance, generator):
    x0_hat = estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat)
    mean = denoise_step(x_t, t, t_prime, stage_1.alpha_bar, x0_hat)
    return stage_1.add_variance(mean, predicted_variance, t, t_prime, generator)


def iterative_denoise_cfg(stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator):
    for t, t_prime in zip(timesteps[i_start:-1], timesteps[i_start + 1 :], strict=True):
        estimates = estimate_noise_cfg(stage_1.unet, x_t, t, prompt_embeds, uncond_embeds, gamma)
        x_t = step(stage_1, x_t, t, t_prime, *estimates, generator)
        yield x_t
