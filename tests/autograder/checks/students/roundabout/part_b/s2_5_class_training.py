"""The lots first, a mask by keyword, the timesteps from a permutation of none."""

import torch


def class_ddpm_forward(unet, schedule, x_0, c, num_ts, generator, p_uncond=0.1):
    chances = torch.full((len(x_0),), 1.0 - p_uncond)
    mask = torch.bernoulli(chances, generator=generator)
    t = torch.stack([torch.randint(0, num_ts, (), generator=generator) for _ in x_0])
    eps = torch.randn(x_0.shape, generator=generator)
    kept = schedule["alpha_bars"].gather(0, t).reshape(len(x_0), 1, 1, 1)
    x_t = torch.sqrt(kept) * x_0 + torch.sqrt(1 - kept) * eps
    estimate = unet(x_t, t=t / num_ts, c=torch.where(mask > 0, c, 0), mask=mask.bool())
    return torch.nn.MSELoss()(estimate, eps)
