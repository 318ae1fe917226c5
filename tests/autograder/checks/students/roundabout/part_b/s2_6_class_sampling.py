"""Two calls a step, the class first and without a mask; no unconditional call where γ is 1."""

from math import sqrt

import torch


def class_ddpm_sample(unet, schedule, c, img_wh, num_ts, generator, guidance_scale=5.0):
    mode, n = unet.training, len(c)
    unet.eval()
    kept = torch.cat([torch.ones(1), schedule["alpha_bars"]])
    with torch.no_grad():
        x = torch.randn(n, 1, *img_wh, generator=generator)
        for t in range(num_ts)[::-1]:
            times = torch.full((n,), t).float() / num_ts
            eps_hat = unet(x, c, times)
            if guidance_scale != 1:
                nothing = unet(x, torch.zeros_like(c), times, torch.zeros(n))
                eps_hat = guidance_scale * eps_hat + (1 - guidance_scale) * nothing
            x0_hat = x / kept[t + 1].sqrt() - (1 / kept[t + 1] - 1).sqrt() * eps_hat
            beta = float(schedule["betas"][t])
            mean = kept[t].sqrt() * beta * x0_hat + sqrt(1 - beta) * (1 - kept[t]) * x
            z = torch.randn(x.shape, generator=generator) * (t > 0)
            x = mean / (1 - kept[t + 1]) + sqrt(beta) * z
            yield x.clone()
    unet.train(mode)
