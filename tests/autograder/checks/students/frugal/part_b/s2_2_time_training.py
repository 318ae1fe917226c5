"""As short as it can be."""

import torch
from torch.nn.functional import mse_loss


def ddpm_schedule(beta1, beta2, num_ts):
    betas = torch.linspace(beta1, beta2, num_ts)
    return {"betas": betas, "alphas": 1 - betas, "alpha_bars": torch.exp(torch.log1p(-betas).cumsum(0))}


def ddpm_forward(unet, schedule, x_0, num_ts, generator):
    t = torch.randint(num_ts, x_0.shape[:1], generator=generator)
    eps = torch.empty_like(x_0).normal_(generator=generator)
    kept = schedule["alpha_bars"][t, None, None, None]
    return mse_loss(unet(kept**0.5 * x_0 + (1 - kept) ** 0.5 * eps, t / num_ts), eps)
