"""The time as an image that is enlarged to the size it is needed in."""

from torch import nn

from .s1_1_unet import UnconditionalUNet


class FCBlock(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.layers = nn.ModuleDict()
        self.layers["out"] = nn.Linear(out_channels, out_channels, bias=True)
        self.layers["in"] = nn.Linear(in_channels, out_channels)

    def forward(self, x):
        return self.layers["out"](nn.GELU()(self.layers["in"](x)))


class TimeConditionalUNet(nn.Module):
    def __init__(self, in_channels, num_hiddens):
        super().__init__()
        self.unet = UnconditionalUNet(in_channels, num_hiddens)
        self.clocks = nn.ModuleList([FCBlock(1, num_hiddens), FCBlock(1, 2 * num_hiddens)])

    def forward(self, x, t):
        if t.dim() == 1:
            t = t.unsqueeze(-1)
        second, first = (clock(t).unsqueeze(-1).unsqueeze(-1) for clock in self.clocks)
        changes = [lambda z: z + first.expand_as(z), lambda u: second.expand_as(u) + u, lambda u: u]
        return self.unet.journey(x, changes)
