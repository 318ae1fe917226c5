"""Every block spelled out, with buffers, dictionaries and layers that others would not need."""

import math

import torch
from torch import nn


class Normalised(nn.Module):
    """A layer between two doings that do nothing, a batch norm, and a GELU by its definition."""

    def __init__(self, layer, width):
        super().__init__()
        self.after = nn.ModuleDict({"norm": nn.BatchNorm2d(width, eps=1e-5, momentum=0.1)})
        self.nothing = nn.Identity()
        self.drop = nn.Dropout(p=0.0)
        self.layer = layer
        self.register_buffer("root", torch.tensor(math.sqrt(2.0)), persistent=False)

    def forward(self, image):
        print("an image of the shape", tuple(image.shape))
        normalised = self.after["norm"](self.drop(self.layer(self.nothing(image))))
        return normalised * 0.5 * (1 + torch.erf(normalised / self.root))


class Conv(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        conv = nn.Conv2d(in_channels, out_channels, kernel_size=(3, 3), stride=(1, 1), padding="same")
        self.whole = Normalised(conv, out_channels)

    def forward(self, x):
        return self.whole(x)


class DownConv(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        conv = nn.Conv2d(in_channels, out_channels, 3, stride=2)
        self.whole = nn.Sequential(nn.ZeroPad2d(1), Normalised(conv, out_channels))

    def forward(self, x):
        return self.whole.forward(x)


class UpConv(Normalised):
    def __init__(self, in_channels, out_channels):
        super().__init__(nn.ConvTranspose2d(in_channels, out_channels, 4, 2, 1), out_channels)


class Flatten(nn.Module):
    def __init__(self):
        super().__init__()
        self.steps = nn.ModuleList([nn.AdaptiveAvgPool2d(1), nn.GELU()])

    def forward(self, x):
        for step in self.steps:
            x = step(x)
        return x


class Unflatten(Normalised):
    def __init__(self, in_channels):
        super().__init__(nn.ConvTranspose2d(in_channels, in_channels, (7, 7), (7, 7)), in_channels)


class ConvBlock(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.second = Conv(out_channels, out_channels)
        self.first = Conv(in_channels, out_channels)

    def forward(self, x):
        return self.second(self.first(x))


class Chain(nn.Module):
    def __init__(self, *links):
        super().__init__()
        self.links = nn.ModuleList(links[::-1])

    def forward(self, x):
        for link in reversed(self.links):
            x = link(x)
        return x


class DownBlock(Chain):
    def __init__(self, in_channels, out_channels):
        super().__init__(DownConv(in_channels, out_channels), ConvBlock(out_channels, out_channels))


class UpBlock(Chain):
    def __init__(self, in_channels, out_channels):
        super().__init__(UpConv(in_channels, out_channels), ConvBlock(out_channels, out_channels))


class UnconditionalUNet(nn.Module):
    """The way down remembers what the way up takes back from the end of a list."""

    def __init__(self, in_channels, num_hiddens):
        super().__init__()
        hidden = num_hiddens
        self.out = nn.Conv2d(hidden, in_channels, 3, padding=1)
        self.up = nn.ModuleList(
            [UpBlock(4 * hidden, hidden), UpBlock(2 * hidden, hidden), ConvBlock(2 * hidden, hidden)]
        )
        self.bottom = Chain(Flatten(), Unflatten(2 * hidden))
        self.down = nn.ModuleList(
            [ConvBlock(in_channels, hidden), DownBlock(hidden, hidden), DownBlock(hidden, 2 * hidden)]
        )

    def forward(self, x):
        return self.journey(x, [lambda z: z, lambda u: u, lambda u: u])

    def journey(self, x, changes):
        skips = []
        for block in self.down:
            x = block(x)
            skips.append(x)
        x = self.bottom(x)
        for block, change in zip(self.up, changes, strict=True):
            x = block(torch.concat([skips.pop(), change(x)], dim=-3))
        return self.out(x)
