"""The network of B 2.1 with the sums turned to products; times first, noise after."""

import torch

from ..part_b.s2_1_time import TimeConditionalUNet


class TimeFlowUNet(TimeConditionalUNet):
    def forward(self, x, t):
        t = t.view(-1, 1)
        x0 = self.a(x)
        x1 = self.b(x0)
        x2 = self.c(x1)
        z = self.z(x2) * self.t1(t)[..., None, None]
        u = self.d(torch.cat((x2, z), 1)) * self.t2(t)[..., None, None]
        return self.f(torch.cat((x0, self.e(torch.cat((u, x1), 1))), 1))


def time_fm_forward(unet, data, generator):
    t = torch.rand(len(data), 1, 1, 1, generator=generator)
    noise = torch.randn(data.shape, generator=generator)
    return ((unet(noise + t * (data - noise), t.flatten()) - data + noise) ** 2).mean()


@torch.no_grad()
def time_fm_sample(unet, img_wh, num_ts, generator, count=1):
    was, _ = unet.training, unet.eval()
    x = torch.randn(count, 1, *img_wh, generator=generator)
    for t in torch.arange(num_ts) / num_ts:
        x += unet(x, t.expand(count)) / num_ts
        yield x
    unet.train(was)
