"""Weights of a class-conditional UNet as somebody saved them, read with nothing taken on trust."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt

import torch
from safetensors.torch import load
from torch import Tensor

LARGEST = 40 * 2**20
MOST_TENSORS, WIDEST = 1_000, 160
DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64)
PICKLES = (b"PK\x03\x04", b"\x80")
BUFFERS = ("running_mean", "running_var", "num_batches_tracked")
SAVE = "save it with safetensors.torch.save_file(unet.state_dict(), …)"


@dataclass(frozen=True)
class Weights:
    """A network's state by name, floating-point numbers as float32, and the width D it must have."""

    tensors: Mapping[str, Tensor]
    num_hiddens: int


def read_weights(content: bytes, name: str) -> Weights:
    """Return the weights in a safetensors file.

    name: the file's, for messages.  Raises ValueError when it is a pickle, truncated, too large, holds
    what is no weight, or has a number of parameters that no ClassConditionalUNet(1, 10, D) has.
    """
    if len(content) > LARGEST:
        size = len(content) / 2**20
        raise ValueError(f"{name} has {size:.0f} MB, more than {LARGEST // 2**20}; save the weights alone")
    tensors = _parsed(content, name)
    for key, tensor in tensors.items():
        if tensor.dtype not in DTYPES:
            raise ValueError(f"{name}: {key!r} is {tensor.dtype}; weights are floating-point numbers; {SAVE}")
        if not tensor.isfinite().all():
            raise ValueError(
                f"{name}: {key!r} holds NaN or infinity; train again with a smaller learning rate"
            )
    single = {key: t.float() if t.is_floating_point() else t for key, t in tensors.items()}
    return Weights(single, _width(single, name))


def _parsed(content: bytes, name: str) -> dict[str, Tensor]:
    try:
        tensors: dict[str, Tensor] = load(content)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # a panic of the library's Rust part is no Exception
        if content.startswith(PICKLES):
            raise ValueError(f"{name} is a pickle, which can run code when it is read; {SAVE}") from None
        raise ValueError(f"{name} is no safetensors file, or is truncated ({error}); copy it again") from None
    if not 0 < len(tensors) <= MOST_TENSORS:
        raise ValueError(f"{name} holds {len(tensors):,} tensors, which is not a UNet's state; {SAVE}")
    return tensors


def _width(tensors: Mapping[str, Tensor], name: str) -> int:
    """Return the D for which 491 D² + 126 D + 1 is the number of parameters."""
    count = sum(t.numel() for key, t in tensors.items() if not key.endswith(BUFFERS))
    width = (isqrt(126**2 + 4 * 491 * max(0, count - 1)) - 126) // (2 * 491)
    if not 0 < width <= WIDEST or 491 * width**2 + 126 * width + 1 != count:
        raise ValueError(
            f"{name} has {count:,} parameters, of another network: a ClassConditionalUNet(1, 10, D) has "
            f"491 D² + 126 D + 1, for D = 64 {491 * 64**2 + 126 * 64 + 1:,}; give the weights of that one"
        )
    return width
