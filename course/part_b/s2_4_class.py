"""## B 2.4 · Telling the UNet the class

The samples of B 2.3 are whatever digits they happen to be. To choose, tell the network the class c as well,
in the same two places as the time. As a class is not a quantity, it comes as a *one-hot* vector: ten zeros,
but a one in the place of the digit. This time it multiplies:

    c1 = FCBlock(10, 2D)(c)       z  = c1 · Unflatten(Flatten(x2)) + t1
    c2 = FCBlock(10, D)(c)        u1 = c2 · UpBlock(4D, D)(cat[z, x2]) + t2

Guidance (A 1.6) will want an unconditional estimate of the same network. So it must also do without: where
the `mask` is 0, the one-hot vector is replaced by ten zeros, which is no class at all.
"""

import torch
from torch import Tensor, nn

from course.toolkit import guards

from .s1_1_unet import ConvBlock, DownBlock, Flatten, Unflatten, UpBlock
from .s2_1_time import FCBlock


class ClassConditionalUNet(nn.Module):
    """The UNet of B 1.1 that is told the time and the class, as above, with D = num_hiddens.

    The parts time_1 and time_2 make t1 and t2, class_1 and class_2 make c1 and c2.
    With one channel and ten classes it has 491 D² + 126 D + 1 parameters.
    """

    def __init__(self, in_channels: int, num_classes: int, num_hiddens: int) -> None:
        guards.hidden(num_hiddens)
        super().__init__()
        self.num_classes = num_classes
        raise NotImplementedError("B 2.4 ClassConditionalUNet: yours to write; hints: course hint b2.4.ClassConditionalUNet")

    def forward(self, x: Tensor, c: Tensor, t: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the estimate, of the shape of x.

        x: (N, in_channels, 28, 28).  c: (N,) int64, classes in [0, num_classes).  t: (N,) in [0, 1].
        mask: (N,), 1 keeps the class of an image and 0 drops it; without a mask all are kept.
        Raises ValueError, on a CPU, when a class or a time is outside its range.
        """
        guards.times(t)
        guards.classes(c, self.num_classes)
        raise NotImplementedError("B 2.4 ClassConditionalUNet: yours to write; hints: course hint b2.4.ClassConditionalUNet")
