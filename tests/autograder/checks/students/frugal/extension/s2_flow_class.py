"""One call for both velocities, the class first; the mask as booleans."""

import torch


def class_fm_forward(unet, data, c, generator, p_uncond=0.1):
    t = torch.rand(len(data), 1, 1, 1, generator=generator)
    kept = torch.rand(len(data), generator=generator) > p_uncond
    noise = torch.randn(data.shape, generator=generator)
    return ((unet(noise + t * (data - noise), c, t.flatten(), kept) - data + noise) ** 2).mean()


@torch.no_grad()
def class_fm_sample(unet, c, img_wh, num_ts, generator, guidance_scale=5.0):
    was, _ = unet.training, unet.eval()
    x, kept = torch.randn(len(c), 1, *img_wh, generator=generator), torch.ones(2, len(c))
    kept[1] = 0
    for t in torch.arange(num_ts) / num_ts:
        v, v_u = unet(x.repeat(2, 1, 1, 1), c.repeat(2), t.expand(2 * len(c)), kept.flatten()).chunk(2)
        x = x + torch.lerp(v_u, v, guidance_scale) / num_ts
        yield x
    unet.train(was)
