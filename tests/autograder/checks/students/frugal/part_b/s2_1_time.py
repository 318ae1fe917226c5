import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from .s1_1_unet import UnconditionalUNet


class FCBlock(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.b = nn.Linear(o, o)
        self.a = nn.Linear(i, o)

    def forward(self, x):
        return self.b(F.gelu(self.a(x)))


class TimeConditionalUNet(UnconditionalUNet):
    def __init__(self, i, d):
        super().__init__(i, d)
        self.t2, self.t1 = FCBlock(1, d), FCBlock(1, 2 * d)

    def forward(self, x, t):
        t = t.view(-1, 1)
        x0 = self.a(x)
        x1 = self.b(x0)
        x2 = self.c(x1)
        z = self.z(x2) + self.t1(t)[..., None, None]
        u = self.d(torch.cat((x2, z), 1)) + self.t2(t)[..., None, None]
        return self.f(torch.cat((x0, self.e(torch.cat((u, x1), 1))), 1))
