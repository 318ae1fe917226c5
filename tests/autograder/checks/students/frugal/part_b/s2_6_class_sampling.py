"""As short as it can be: one call a step, the classes first."""

import torch


@torch.no_grad()
def class_ddpm_sample(unet, schedule, c, img_wh, num_ts, generator, guidance_scale=5.0):
    was, _ = unet.training, unet.eval()
    x = torch.randn(len(c), 1, *img_wh, generator=generator)
    mask = torch.arange(2).flip(0).repeat_interleave(len(c))
    for t in reversed(range(num_ts)):
        beta, alpha, alpha_bar = (values[t] for values in schedule.values())
        times = torch.full((2 * len(c),), t / num_ts)
        eps_cond, eps_uncond = unet(x.repeat(2, 1, 1, 1), c.repeat(2), times, mask).chunk(2)
        x = (x - beta / (1 - alpha_bar).sqrt() * eps_uncond.lerp(eps_cond, guidance_scale)) / alpha.sqrt()
        if t:
            x = x + beta.sqrt() * torch.randn(x.shape, generator=generator)
        yield x
    unet.train(was)
