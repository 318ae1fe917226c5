"""Clear refusals of bad input, so that the exercises can be about something else."""

import torch
from torch import Tensor


def timestep(t: int, alpha_bar: Tensor) -> None:
    """Raise ValueError unless t is a timestep of the schedule, 0 <= t < len(alpha_bar)."""
    last = len(alpha_bar) - 1
    if t < 0:
        raise ValueError(f"t = {t}, but the schedule begins at 0; pass 0 for the cleanest image")
    if t > last:
        raise ValueError(f"t = {t}, but the schedule ends at {last}; pass {last} for pure noise")


def start(i_start: int, timesteps: list[int]) -> None:
    """Raise ValueError unless i_start is an index of timesteps."""
    if not 0 <= i_start < len(timesteps):
        last = len(timesteps) - 1
        raise ValueError(f"i_start = {i_start}, but timesteps has the indices 0 to {last}; pass one of them")


def same_shape(first: Tensor, second: Tensor, names: str) -> None:
    """Raise ValueError unless both tensors have the same shape; `names` says what they are, "x_0 and eps"."""
    if first.shape != second.shape:
        raise ValueError(
            f"{names} have the shapes {tuple(first.shape)} and {tuple(second.shape)}; make them equal"
        )


def mask(mask: Tensor, image: Tensor) -> None:
    """Raise ValueError unless mask (1 or B, 1 or C, H, W) fits image (B, C, H, W): numbers in [0, 1]."""
    fits = mask.ndim == 4 and all(m in (1, i) for m, i in zip(mask.shape[:2], image.shape[:2], strict=True))
    if not fits or mask.shape[2:] != image.shape[2:]:
        batch, channels, height, width = image.shape
        wanted = f"(1 or {batch}, 1 or {channels}, {height}, {width})"
        raise ValueError(
            f"the mask has the shape {tuple(mask.shape)}, the image wants {wanted}; resize the mask"
        )
    if mask.dtype == torch.bool:
        raise ValueError("the mask holds booleans, but images are blended by numbers; pass mask.float()")
    if not (mask.min() >= 0 and mask.max() <= 1):
        low, high = mask.min().item(), mask.max().item()
        raise ValueError(f"the mask has values from {low:g} to {high:g}, not in [0, 1]; 1 means new content")


def hidden(num_hiddens: int) -> None:
    """Raise ValueError unless a network of that many hidden channels has any."""
    if num_hiddens < 1:
        raise ValueError(f"num_hiddens = {num_hiddens}, but a network needs at least 1; try 64")


def times(t: Tensor) -> None:
    """Raise ValueError unless all times (N,) lie in [0, 1].

    Looked at on a CPU only: a GPU would have to be waited for in every step.
    """
    if _looked_at(t) and not ((t >= 0) & (t <= 1)).all():
        low, high = t.min().item(), t.max().item()
        raise ValueError(
            f"t goes from {low:g} to {high:g}, but times lie in [0, 1]; divide a timestep by num_ts"
        )


def classes(c: Tensor, num_classes: int) -> None:
    """Raise ValueError unless all classes (N,) lie in [0, num_classes); looked at on a CPU only."""
    if _looked_at(c) and not ((c >= 0) & (c < num_classes)).all():
        low, high, last = c.min().item(), c.max().item(), num_classes - 1
        raise ValueError(
            f"c goes from {low:g} to {high:g}, but the classes are 0 to {last}; pass one of them"
        )


def _looked_at(tensor: Tensor) -> bool:
    return tensor.device.type == "cpu" and not torch.compiler.is_compiling()
