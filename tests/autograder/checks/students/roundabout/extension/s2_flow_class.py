"""Two calls a step, the class without a mask; no call that makes no difference; lots by bernoulli."""

import torch


def class_fm_forward(unet, data, c, generator, p_uncond=0.1):
    count = len(data)
    mask = torch.bernoulli(torch.full((count,), 1 - p_uncond), generator=generator)
    t = torch.rand(count, generator=generator)
    noise = torch.empty(data.shape).normal_(generator=generator)
    velocity = data - noise
    x_t = data - torch.einsum("n,nchw->nchw", 1 - t, velocity.float())
    return torch.mean(torch.square(velocity - unet(x_t, c, t, mask=mask)))


def class_fm_sample(unet, c, img_wh, num_ts, generator, guidance_scale=5.0):
    mode, n = unet.training, len(c)
    unet.eval()
    with torch.no_grad():
        x = torch.randn(n, 1, *img_wh, generator=generator)
        for i in range(num_ts):
            t = torch.full((n,), i).float() / num_ts
            step = torch.zeros_like(x)
            if guidance_scale != 0:
                step += guidance_scale * unet(x, c, t)
            if guidance_scale != 1:
                step += (1 - guidance_scale) * unet(x, torch.zeros_like(c), t, torch.zeros(n))
            x = x + step / num_ts
            yield x.clone()
    unet.train(mode)
