import torch
import torch.nn.functional as F  # noqa: N812

from .s1_1_unet import UnconditionalUNet
from .s2_1_time import FCBlock


class ClassConditionalUNet(UnconditionalUNet):
    def __init__(self, i, n, d):
        super().__init__(i, d)
        self.n = n
        self.t2, self.t1 = FCBlock(1, d), FCBlock(1, 2 * d)
        self.c2, self.c1 = FCBlock(n, d), FCBlock(n, 2 * d)

    def forward(self, x, c, t, mask=None):
        c, t = F.one_hot(c, self.n).float(), t[:, None]
        if mask is not None:
            c[mask == 0] = 0
        c1, c2, t1, t2 = (f[..., None, None] for f in (self.c1(c), self.c2(c), self.t1(t), self.t2(t)))
        x0 = self.a(x)
        x1 = self.b(x0)
        x2 = self.c(x1)
        u = c2 * self.d(torch.cat((c1 * self.z(x2) + t1, x2), 1)) + t2
        return self.f(torch.cat((self.e(torch.cat((x1, u), 1)), x0), 1))
