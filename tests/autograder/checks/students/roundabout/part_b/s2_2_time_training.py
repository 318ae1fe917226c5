"""Noise before timesteps, half of the batch at a time, a schedule made number by number."""

import torch


def ddpm_schedule(beta1, beta2, num_ts):
    step = (beta2 - beta1) / max(num_ts - 1, 1)
    betas, product, products = [beta1 + i * step for i in range(num_ts)], 1.0, []
    for beta in betas:
        product *= 1 - beta
        products.append(product)
    kept = [1 - beta for beta in betas]
    found = {"betas": betas, "alphas": kept, "alpha_bars": products, "roots": [p**0.5 for p in products]}
    return {name: torch.tensor(values) for name, values in found.items()}


def ddpm_forward(unet, schedule, x_0, num_ts, generator):
    eps = torch.randn(x_0.shape, generator=generator, dtype=torch.float64)
    t = (torch.rand(len(x_0), generator=generator) * num_ts).floor().long()
    kept = torch.stack([schedule["alpha_bars"][int(each)] for each in t]).double()[:, None, None, None]
    x_t = (kept**0.5 * x_0 + (1 - kept) ** 0.5 * eps).float()
    halves = [half for half in torch.arange(len(x_0)).chunk(2) if len(half)]
    estimates = torch.cat([unet(x_t[half], t[half].float() / num_ts) for half in halves])
    return (eps - estimates).square().flatten(1).mean(1).mean()
