"""The one-hot vector as rows of a unit matrix, with a row of zeros for no class."""

import torch
from torch import nn

from .s1_1_unet import UnconditionalUNet
from .s2_1_time import FCBlock


class ClassConditionalUNet(nn.Module):
    def __init__(self, in_channels, num_classes, num_hiddens):
        super().__init__()
        self.unet = UnconditionalUNet(in_channels, num_hiddens)
        self.blocks = nn.ModuleDict(
            {
                f"{name}_{width}": FCBlock(inputs, width * num_hiddens)
                for width in (1, 2)
                for name, inputs in (("time", 1), ("class", num_classes))
            }
        )
        self.register_buffer("rows", torch.eye(num_classes + 1)[:, :num_classes])

    def forward(self, x, c, t, mask=None):
        none = torch.full_like(c, self.rows.shape[1])
        rows = self.rows[c if mask is None else torch.where(mask.bool(), c, none)]
        return self.unet.journey(x, [self.told(rows, t, 2), self.told(rows, t, 1), lambda u: u])

    def told(self, rows, t, width):
        factor = self.blocks[f"class_{width}"](rows)
        shift = self.blocks[f"time_{width}"](t.reshape(-1, 1))
        return lambda image: torch.einsum("nchw,nc->nchw", image, factor) + shift[:, :, None, None]
