"""As short as it can be: the mean written with the estimate of the noise."""

import torch


@torch.no_grad()
def ddpm_sample(unet, schedule, img_wh, num_ts, generator, count=1):
    was, _ = unet.training, unet.eval()
    x = torch.randn(count, 1, *img_wh, generator=generator)
    for t in reversed(range(num_ts)):
        beta, alpha, alpha_bar = (values[t] for values in schedule.values())
        eps_hat = unet(x, torch.full((count,), t / num_ts))
        x = (x - beta / (1 - alpha_bar).sqrt() * eps_hat) / alpha.sqrt()
        if t:
            x += beta.sqrt() * torch.randn(x.shape, generator=generator)
        yield x
    unet.train(was)
