"""Wrong answers to X 5, more anagrams: views, and the numbers that tell good ones from bad ones."""

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.misconceptions import instead_of
from solutions.extension.s5_views import flaws, permute_patches, side


@instead_of("rotate_90")
def clockwise(image: Tensor, turns: int = 1) -> Tensor:
    """You turn the images clockwise. Counterclockwise, the upper right corner comes to the upper left."""
    return image.rot90(-turns, (-2, -1))


@instead_of("rotate_90")
def turns_ignored(image: Tensor, turns: int = 1) -> Tensor:
    """You always do one quarter turn. Do as many as `turns` says; negative ones go back."""
    return image.rot90(1, (-2, -1))


@instead_of("rotate_90")
def transposed(image: Tensor, turns: int = 1) -> Tensor:
    """You exchanged rows and columns, which is a mirror image in the diagonal. A rotation reverses one of
    them as well.
    """
    return image.transpose(-2, -1) if turns % 2 else image


@instead_of("rotate_90")
def wrong_dimensions(image: Tensor, turns: int = 1) -> Tensor:
    """You turned the batch and its channels. Height and width are the last two dimensions."""
    return image.rot90(turns, (0, 1))


@instead_of("rotate_90")
def half_turns(image: Tensor, turns: int = 1) -> Tensor:
    """Your turns are half turns, by 180°. A quarter turn is half as much."""
    return image.rot90(2 * turns, (-2, -1))


@instead_of("negate")
def one_minus(image: Tensor) -> Tensor:
    """1 − x is the negative of images in [0, 1]. In [-1, 1] it turns grey to white; and as it adds a constant
    it is not even linear.
    """
    return 1 - image


@instead_of("negate")
def of_bytes(image: Tensor) -> Tensor:
    """255 − x is the negative of pictures in bytes. These images are in [-1, 1], where 0 is grey."""
    return 255 - image


@instead_of("negate")
def all_dark(image: Tensor) -> Tensor:
    """You made all numbers negative, also those that were. The negative of a dark place is bright."""
    return -image.abs()


@instead_of("negate")
def upside_down(image: Tensor) -> Tensor:
    """You reversed the order of the rows. The negative leaves all pixels in their places and changes their
    signs.
    """
    return image.flip(-2)


@instead_of("negate")
def clamped(image: Tensor) -> Tensor:
    """You clamped the negative to [-1, 1]. Noise goes beyond, and must come through as it is."""
    return -image.clamp(-1, 1)


@instead_of("permute_patches")
def inverse_order(image: Tensor, order: Tensor) -> Tensor:
    """You sent the patch of place k to order[k]. It is the other way round: place k gets the patch that was
    at order[k].
    """
    return permute_patches(image, order.argsort())


@instead_of("permute_patches")
def pixels_permuted(image: Tensor, order: Tensor) -> Tensor:
    """You permuted pixels within small blocks. A patch is a whole block of neighbours: reshape a side of H to
    (n, H // n), n first.
    """
    n = side(image, order)
    batch, channels, height, width = image.shape
    pixels = image.reshape(batch, channels, height // n, n, width // n, n).permute(3, 5, 0, 1, 2, 4)
    moved = pixels.flatten(0, 1)[order].reshape(pixels.shape)
    return moved.permute(2, 3, 4, 0, 5, 1).reshape(image.shape)


@instead_of("permute_patches")
def column_by_column(image: Tensor, order: Tensor) -> Tensor:
    """You count the patches column by column. They are counted row by row, as one reads."""
    return permute_patches(image.transpose(-2, -1), order).transpose(-2, -1)


@instead_of("permute_patches")
def order_ignored(image: Tensor, order: Tensor) -> Tensor:
    """Everything stays where it was. Move the patches: place k gets the one that was at order[k]."""
    return image.clone()


@instead_of("permute_patches")
def put_back_columnwise(image: Tensor, order: Tensor) -> Tensor:
    """The patches are moved rightly, but put together column by column. Bring the first n before the height
    of a patch, the second before its width.
    """
    n = side(image, order)
    batch, channels, height, width = image.shape
    patches = image.reshape(batch, channels, n, height // n, n, width // n).permute(2, 4, 0, 1, 3, 5)
    moved = patches.flatten(0, 1)[order].reshape(patches.shape)
    return moved.permute(2, 3, 1, 4, 0, 5).reshape(image.shape)


@instead_of("permute_patches")
def shuffled_anew(image: Tensor, order: Tensor) -> Tensor:
    """Your order is not the one that is passed in, so nobody can undo it. Use `order`."""
    return permute_patches(image, torch.randperm(len(order), generator=torch.Generator().manual_seed(0)))


@instead_of("flaws")
def multiples_only(
    see: Callable[[Tensor], Tensor], undo: Callable[[Tensor], Tensor], x: Tensor, y: Tensor
) -> Tensor:
    """You only tried whether see(2x) is 2 see(x). |x| passes that and is not linear: try a sum, x + y."""
    bent = (see(2 * x) - 2 * see(x)).abs().max()
    return torch.stack([bent, *flaws(see, undo, x, y)[1:]])


@instead_of("flaws")
def without_absolute(
    see: Callable[[Tensor], Tensor], undo: Callable[[Tensor], Tensor], x: Tensor, y: Tensor
) -> Tensor:
    """You took the largest entries with their signs, so a view that makes everything smaller looks perfect.
    Take absolute values first.
    """
    bent = (see(x + y) - see(x) - see(y)).max()
    stretched = (see(x).norm() - x.norm()) / x.norm()
    return torch.stack([bent, stretched, (undo(see(x)) - x).max()])


@instead_of("flaws")
def absolute_lengths(
    see: Callable[[Tensor], Tensor], undo: Callable[[Tensor], Tensor], x: Tensor, y: Tensor
) -> Tensor:
    """Your second number is the difference of the lengths. Divide it by ‖x‖, so that the size of the image
    makes no difference.
    """
    bent, stretched, lost = flaws(see, undo, x, y)
    return torch.stack([bent, stretched * x.norm(), lost])


@instead_of("flaws")
def undone_first(
    see: Callable[[Tensor], Tensor], undo: Callable[[Tensor], Tensor], x: Tensor, y: Tensor
) -> Tensor:
    """Your third number is of see(undo(x)). Look first, then undo it: undo(see(x))."""
    lost = (see(undo(x)) - x).abs().max()
    return torch.stack([*flaws(see, undo, x, y)[:2], lost])


@instead_of("flaws")
def means(see: Callable[[Tensor], Tensor], undo: Callable[[Tensor], Tensor], x: Tensor, y: Tensor) -> Tensor:
    """You took means, in which one bad pixel disappears among many. Take the largest entries."""
    bent, lost = (see(x + y) - see(x) - see(y)).abs().mean(), (undo(see(x)) - x).abs().mean()
    return torch.stack([bent, flaws(see, undo, x, y)[1], lost])


@instead_of("flaws")
def seen_for_undone(
    see: Callable[[Tensor], Tensor], undo: Callable[[Tensor], Tensor], x: Tensor, y: Tensor
) -> Tensor:
    """You looked twice: see(see(x)). Only some views are their own inverse; the third number is of
    undo(see(x)).
    """
    lost = (see(see(x)) - x).abs().max()
    return torch.stack([*flaws(see, undo, x, y)[:2], lost])


@instead_of("flaws")
def squared_lengths(
    see: Callable[[Tensor], Tensor], undo: Callable[[Tensor], Tensor], x: Tensor, y: Tensor
) -> Tensor:
    """You compared the squares of the lengths. Compare the lengths, ‖see(x)‖ and ‖x‖."""
    bent, _, lost = flaws(see, undo, x, y)
    stretched = (see(x).square().sum() / x.square().sum() - 1).abs()
    return torch.stack([bent, stretched, lost])
