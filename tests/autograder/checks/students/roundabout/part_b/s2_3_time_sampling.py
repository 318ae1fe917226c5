"""All of the noise at once, inference mode, plain numbers for the schedule."""

from math import sqrt

import torch


@torch.inference_mode()
def ddpm_sample(unet, schedule, img_wh, num_ts, generator, count=1):
    height, width = img_wh
    z = torch.randn(num_ts, count, 1, height, width, generator=generator, dtype=torch.float64)
    mode = unet.training
    unet.train(False)
    betas, kept = schedule["betas"].double().tolist(), [*schedule["alpha_bars"].double().tolist(), 1.0]
    x = z[-1]
    for t in range(num_ts - 1, -1, -1):
        times = torch.tensor([t / num_ts] * count)
        eps_hat = unet(x.float(), times).double()
        x0_hat = (x - sqrt(1 - kept[t]) * eps_hat) / sqrt(kept[t])
        x = sqrt(kept[t - 1]) * betas[t] * x0_hat + sqrt(1 - betas[t]) * (1 - kept[t - 1]) * x
        x = x / (1 - kept[t]) + (sqrt(betas[t]) * z[t - 1] if t else 0)
        yield x
    unet.train(mode)
