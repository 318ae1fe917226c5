"""The values that may cross between a check and student code, as a JSON tree and a table of tensors.

Only exact types cross. In the tree None, bool, int and str stand for themselves; everything else is a
pair [tag, content]. This file also runs beside student code, so it imports nothing heavier than torch.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import torch

Value: TypeAlias = object
"""None, bool, int, float, str, Tensor, Generator, Stage, a callable, or a list, tuple or dict of them."""

DTYPES = frozenset(
    {torch.float16, torch.bfloat16, torch.float32, torch.float64}
    | {torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool}
)
DEEPEST = 16
MOST_DIMENSIONS = 16
MOST_VALUES = 20_000
MOST_ITEMS = 1_100
MOST_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Foreign:
    """Stands for something that may not cross, such as a numpy array; only its type's name did."""

    type_name: str


@dataclass(frozen=True)
class Output:
    """A model's output as diffusers gives it: `.sample`, `["sample"]` and `[0]` are the same.

    name: "sample" of a UNet, "images" of a pipeline.
    """

    name: str
    value: Any

    def __getattr__(self, name: str) -> Any:
        """Return the value under its own name."""
        if name != self.name:
            raise AttributeError(f"the output has no {name!r}; it has {self.name!r}")
        return self.value

    def __getitem__(self, key: int | str) -> Any:
        """Return the value for 0 or its name."""
        return {self.name: self.value}[key] if isinstance(key, str) else (self.value,)[key]


class Unsendable(Exception):  # noqa: N818 - a statement about a value
    """A value is too large, too deep or too long to cross; the message ends "it returned …"."""


class Malformed(Exception):  # noqa: N818 - a statement about a value
    """A tree or a table of tensors that no honest sender makes."""


def fits(number: Any) -> bool:
    """Tell whether an int is small enough to cross: 64 bits and a sign."""
    return bool(number.bit_length() <= 64)
