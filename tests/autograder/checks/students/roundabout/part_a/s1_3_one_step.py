"""The timestep as a tensor, one a sample; the record instead of the tuple; float64."""

import torch


def estimate_noise(unet, x_t, t, prompt_embeds):
    times = torch.full((len(x_t),), t)
    output = unet(sample=x_t, timestep=times, encoder_hidden_states=prompt_embeds).sample
    return output[:, :3].clone(), output[:, 3:].clone()


def estimate_clean(x_t, t, alpha_bar, eps_hat):
    alpha_bar_t = alpha_bar.double()[t]
    noise = (1 - alpha_bar_t) ** 0.5 * eps_hat.double()
    return ((x_t.double() - noise) / alpha_bar_t**0.5).to(x_t.dtype)
