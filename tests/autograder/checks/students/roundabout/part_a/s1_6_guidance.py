"""Two calls of the UNet, the prompt's first; weights that add up to 1."""

import torch

from .s1_3_one_step import estimate_clean, estimate_noise
from .s1_4_iterative import denoise_step


def guide(eps_uncond, eps_cond, gamma):
    return (1 - gamma) * eps_uncond.double() + gamma * eps_cond.double()


def estimate_noise_cfg(unet, x_t, t, prompt_embeds, uncond_embeds, gamma):
    eps_cond, variance = estimate_noise(unet, x_t, t, prompt_embeds)
    eps_uncond, _ = estimate_noise(unet, x_t, t, uncond_embeds)
    return [guide(eps_uncond, eps_cond, gamma).to(x_t.dtype), variance]


def step(stage_1, x_t, t, t_prime, eps_hat, predicted_variance, generator):
    x0_hat = estimate_clean(x_t, t, stage_1.alpha_bar, eps_hat)
    x0_hat = torch.maximum(torch.minimum(x0_hat, torch.ones(())), -torch.ones(()))
    mean = denoise_step(x_t, t, t_prime, stage_1.alpha_bar, x0_hat)
    return stage_1.add_variance(mean, predicted_variance, t, t_prime, generator)


def iterative_denoise_cfg(stage_1, x_t, i_start, timesteps, prompt_embeds, uncond_embeds, gamma, generator):
    class Walk:
        """An iterator of its own."""

        def __init__(self):
            self.x_t, self.rest = x_t, timesteps[i_start:]

        def __iter__(self):
            return self

        def __next__(self):
            if len(self.rest) < 2:
                raise StopIteration
            t, t_prime, *_ = self.rest
            self.rest = self.rest[1:]
            estimates = estimate_noise_cfg(stage_1.unet, self.x_t, t, prompt_embeds, uncond_embeds, gamma)
            self.x_t = step(stage_1, self.x_t, t, t_prime, *estimates, generator)
            return self.x_t

    return Walk()
