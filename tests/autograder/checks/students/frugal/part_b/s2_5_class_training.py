"""As short as it can be."""

import torch
from torch.nn.functional import mse_loss


def class_ddpm_forward(unet, schedule, x_0, c, num_ts, generator, p_uncond=0.1):
    t = torch.randint(num_ts, c.shape, generator=generator)
    eps = torch.randn(x_0.shape, generator=generator)
    kept = schedule["alpha_bars"][t, None, None, None]
    mask = (torch.rand(c.shape, generator=generator) > p_uncond).float()
    return mse_loss(unet(kept**0.5 * x_0 + (1 - kept) ** 0.5 * eps, c, t / num_ts, mask), eps)
