"""Chance, drawn so that one seed gives one picture on every device."""

from collections.abc import Sequence

import torch
from torch import Tensor


def generator(seed: int) -> torch.Generator:
    """Return a generator on the CPU that starts from `seed`.

    Raises ValueError when the seed is not a whole number in [0, 2**64).
    """
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**64:
        raise ValueError(f"seed = {seed!r}, but a seed is a whole number in [0, 2**64); try 29")
    return torch.Generator().manual_seed(seed)


def noise(
    shape: Sequence[int],
    generator: torch.Generator,
    *,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Return independent N(0, 1) numbers of the given shape, dtype and device.

    They are drawn in float32 on the generator's own device and only then moved, because the same
    seed draws other numbers in other dtypes and on other devices.
    """
    drawn = torch.randn(tuple(shape), generator=generator, device=generator.device, dtype=torch.float32)
    return drawn.to(device=device, dtype=dtype)
