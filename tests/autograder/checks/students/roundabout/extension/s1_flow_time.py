"""In float64, image by image, with times as a list."""

import torch
from torch import nn

from ..part_b.s1_1_unet import UnconditionalUNet
from ..part_b.s2_1_time import FCBlock


class TimeFlowUNet(nn.Module):
    def __init__(self, in_channels, num_hiddens):
        super().__init__()
        self.clocks = nn.ModuleList([FCBlock(1, num_hiddens), FCBlock(1, 2 * num_hiddens)])
        self.unet = UnconditionalUNet(in_channels, num_hiddens)

    def forward(self, x, t):
        second, first = (clock(t.reshape(-1, 1))[:, :, None, None] for clock in self.clocks)
        return self.unet.journey(x, [lambda z: z.mul(first), lambda u: second.expand_as(u) * u, lambda u: u])


def time_fm_forward(unet, data, generator):
    t = torch.rand(data.shape[0], generator=generator, dtype=torch.float64)
    noise = torch.randn(data.shape, generator=generator, dtype=torch.float64)
    x_t = torch.stack([time * d + (1 - time) * e for time, d, e in zip(t, data, noise, strict=True)])
    estimate = unet(x_t.to(data.dtype), t)
    losses = [(d - e - v).pow(2).mean() for d, e, v in zip(data, noise, estimate, strict=True)]
    return sum(losses) / len(losses)


def time_fm_sample(unet, img_wh, num_ts, generator, count=1):
    height, width = img_wh
    mode = unet.training
    images = [torch.randn(count, 1, height, width, generator=generator).double()]
    with torch.inference_mode():
        unet.train(False)
        for i in range(num_ts):
            t = torch.tensor([i / num_ts] * count)
            images.append(images[-1] + (1 / num_ts) * unet(images[-1].float(), t).double())
        unet.train(mode)
    yield from images[1:]
