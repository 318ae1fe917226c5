import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn


def Conv(i, o):  # noqa: N802
    return nn.Sequential(nn.Conv2d(i, o, 3, 1, 1), nn.BatchNorm2d(o), nn.GELU())


def DownConv(i, o):  # noqa: N802
    return nn.Sequential(nn.Conv2d(i, o, 3, 2, 1), nn.BatchNorm2d(o), nn.GELU())


class UpConv(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.bn = nn.BatchNorm2d(o)
        self.up = nn.ConvTranspose2d(i, o, 4, 2, 1)

    def forward(self, x):
        return F.gelu(self.bn(self.up(x)))


class Flatten(nn.Module):
    def forward(self, x):
        return F.gelu(x.mean((2, 3), keepdim=True))


class Unflatten(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.up = nn.ConvTranspose2d(channels, channels, 7, 7)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        return F.gelu(self.bn(self.up(x)))


def ConvBlock(i, o):  # noqa: N802
    return nn.Sequential(Conv(i, o), Conv(o, o))


def DownBlock(i, o):  # noqa: N802
    return nn.Sequential(DownConv(i, o), ConvBlock(o, o))


def UpBlock(i, o):  # noqa: N802
    return nn.Sequential(UpConv(i, o), ConvBlock(o, o))


class UnconditionalUNet(nn.Module):
    """Skips first in every concatenation."""

    def __init__(self, i, d):
        super().__init__()
        self.a, self.b, self.c = ConvBlock(i, d), DownBlock(d, d), DownBlock(d, 2 * d)
        self.z = nn.Sequential(Flatten(), Unflatten(2 * d))
        self.d, self.e = UpBlock(4 * d, d), UpBlock(2 * d, d)
        self.f = nn.Sequential(ConvBlock(2 * d, d), nn.Conv2d(d, i, 3, 1, 1))

    def forward(self, x):
        x0 = self.a(x)
        x1 = self.b(x0)
        x2 = self.c(x1)
        u = self.d(torch.cat((x2, self.z(x2)), 1))
        return self.f(torch.cat((x0, self.e(torch.cat((x1, u), 1))), 1))
