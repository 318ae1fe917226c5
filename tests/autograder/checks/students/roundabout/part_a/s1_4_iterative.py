"""A while loop, 0-d tensors as timesteps, and a clamp of x0_hat."""

import torch

from .s1_3_one_step import estimate_clean


def strided_timesteps(num_timesteps=1000, stride=30):
    timesteps, t = [], 0
    while t < num_timesteps:
        timesteps.insert(0, t)
        t += stride
    return timesteps


def denoise_step(x_t, t, t_prime, alpha_bar, x0_hat):
    table = alpha_bar.double()
    alpha = table[t] / table[t_prime]
    beta = 1 - alpha
    first = x0_hat * (table[t_prime].sqrt() * beta / (1 - table[t]))
    second = x_t * (alpha.sqrt() * (1 - table[t_prime]) / (1 - table[t]))
    return first + second


def iterative_denoise(stage_1, x_t, i_start, timesteps, prompt_embeds, generator):
    i = i_start
    while i + 1 < len(timesteps):
        t, t_prime = timesteps[i], timesteps[i + 1]
        answer = stage_1.unet(x_t, torch.tensor(t), encoder_hidden_states=prompt_embeds)["sample"]
        eps_hat, variance = answer.split(3, 1)
        x0_hat = torch.clamp(estimate_clean(x_t, torch.tensor(t), stage_1.alpha_bar, eps_hat), -1.0, 1.0)
        mean = denoise_step(x_t, t, t_prime, stage_1.alpha_bar, x0_hat).float()
        x_t = stage_1.add_variance(mean, variance, t, t_prime, generator)
        yield x_t
        i += 1
