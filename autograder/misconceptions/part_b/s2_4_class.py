"""Wrong answers to B 2.4, the UNet that is told the class."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from autograder.misconceptions import instead_of
from autograder.misconceptions.part_b.networks import Changed, estimate, spread
from solutions.part_b.s2_4_class import ClassConditionalUNet

OneHot = Callable[[Tensor, Tensor | None], Tensor]
Combine = Callable[[Tensor, Tensor, Tensor], Tensor]


def changed(
    in_channels: int,
    num_classes: int,
    num_hiddens: int,
    *,
    class_of: OneHot | None = None,
    combine: Combine = lambda image, c, t: c * image + t,
) -> nn.Module:
    """Return the reference with another vector for the classes, or another way to combine an image with
    what was made of class and time.
    """

    def forward(
        unet: ClassConditionalUNet, x: Tensor, c: Tensor, t: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        told = (class_of or (lambda c, mask: one_hot(c, mask, num_classes)))(c, mask).to(x)
        t1, t2 = spread(unet.time_1(t[:, None])), spread(unet.time_2(t[:, None]))
        c1, c2 = spread(unet.class_1(told)), spread(unet.class_2(told))
        return estimate(unet, x, z_of=lambda z: combine(z, c1, t1), u1_of=lambda u1: combine(u1, c2, t2))

    return Changed(ClassConditionalUNet(in_channels, num_classes, num_hiddens), forward)


def one_hot(c: Tensor, mask: Tensor | None, num_classes: int) -> Tensor:
    """Return the right vectors, (N, num_classes)."""
    vectors = nn.functional.one_hot(c, num_classes).double()
    return vectors if mask is None else mask.double()[:, None] * vectors


@instead_of("ClassConditionalUNet")
def class_added(in_channels: int, num_classes: int, num_hiddens: int) -> nn.Module:
    """You add what was made of the class, as with the time. The class multiplies: c1 · Unflatten + t1 and
    c2 · u1 + t2.
    """
    return changed(in_channels, num_classes, num_hiddens, combine=lambda image, c, t: image + c + t)


@instead_of("ClassConditionalUNet")
def time_inside_the_product(in_channels: int, num_classes: int, num_hiddens: int) -> nn.Module:
    """You add the time first and multiply by the class afterwards. Multiply first: c1 · Unflatten + t1."""
    return changed(in_channels, num_classes, num_hiddens, combine=lambda image, c, t: c * (image + t))


@instead_of("ClassConditionalUNet")
def places_exchanged(in_channels: int, num_classes: int, num_hiddens: int) -> nn.Module:
    """Class and time have changed places: the class is the factor, the time is what is added."""
    return changed(in_channels, num_classes, num_hiddens, combine=lambda image, c, t: t * image + c)


@instead_of("ClassConditionalUNet")
def class_0_in_place_of_none(in_channels: int, num_classes: int, num_hiddens: int) -> nn.Module:
    """Where the mask is 0 you tell the network the class 0, the digit zero. Multiply the one-hot vector by
    the mask instead, so that it becomes a vector of zeros.
    """

    def class_of(c: Tensor, mask: Tensor | None) -> Tensor:
        return one_hot(c if mask is None else c * mask.long(), None, num_classes)

    return changed(in_channels, num_classes, num_hiddens, class_of=class_of)


@instead_of("ClassConditionalUNet")
def mask_inverted(in_channels: int, num_classes: int, num_hiddens: int) -> nn.Module:
    """Your mask works the wrong way round: 1 keeps an image's class and 0 drops it."""

    def class_of(c: Tensor, mask: Tensor | None) -> Tensor:
        return one_hot(c, None if mask is None else 1 - mask, num_classes)

    return changed(in_channels, num_classes, num_hiddens, class_of=class_of)


@instead_of("ClassConditionalUNet")
def mask_ignored(in_channels: int, num_classes: int, num_hiddens: int) -> nn.Module:
    """The mask makes no difference. Multiply each image's one-hot vector by its entry of the mask."""
    return changed(
        in_channels, num_classes, num_hiddens, class_of=lambda c, mask: one_hot(c, None, num_classes)
    )


@instead_of("ClassConditionalUNet")
def one_drops_all(in_channels: int, num_classes: int, num_hiddens: int) -> nn.Module:
    """One 0 in the mask drops the classes of the whole batch. Every image has an entry of its own."""

    def class_of(c: Tensor, mask: Tensor | None) -> Tensor:
        return one_hot(c, None if mask is None else mask.min().expand(len(c)), num_classes)

    return changed(in_channels, num_classes, num_hiddens, class_of=class_of)


@instead_of("ClassConditionalUNet")
def class_through_a_softmax(in_channels: int, num_classes: int, num_hiddens: int) -> nn.Module:
    """You send the one-hot vector through a softmax, which turns its zeros into something else. Use the
    zeros and the one as they are.
    """

    def class_of(c: Tensor, mask: Tensor | None) -> Tensor:
        return torch.softmax(one_hot(c, mask, num_classes), 1)

    return changed(in_channels, num_classes, num_hiddens, class_of=class_of)


@instead_of("ClassConditionalUNet")
def output_masked(in_channels: int, num_classes: int, num_hiddens: int) -> nn.Module:
    """You multiply what the FCBlocks make of the class by the mask, and with it all of Unflatten's output.
    Mask the one-hot vector before it goes into them: for zeros they still return their biases' doing.
    """

    def forward(
        unet: ClassConditionalUNet, x: Tensor, c: Tensor, t: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        told = one_hot(c, None, num_classes).to(x)
        kept = torch.ones_like(t) if mask is None else mask.to(x)
        t1, t2 = spread(unet.time_1(t[:, None])), spread(unet.time_2(t[:, None]))
        c1, c2 = (kept[:, None, None, None] * spread(block(told)) for block in (unet.class_1, unet.class_2))
        return estimate(unet, x, z_of=lambda z: c1 * z + t1, u1_of=lambda u1: c2 * u1 + t2)

    return Changed(ClassConditionalUNet(in_channels, num_classes, num_hiddens), forward)
