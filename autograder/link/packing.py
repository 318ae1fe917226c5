"""Values on their way out: a tree that JSON can hold, and copies of the tensors in it.

This file also runs beside student code.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from .lending import Blocks
from .networks import taken_apart
from .values import DEEPEST, DTYPES, MOST_BYTES, MOST_ITEMS, MOST_VALUES, Unsendable, Value, fits


class Packer:
    """Turns values into a tree; `tensors` fills up with copies, `generators` lists those met,
    `refused` the types of what crosses as `Foreign` only.

    number_of: returns the number under which a callable crosses, None where it may not.
    lazily: whether iterators and namespaces cross too, as they do from a check to the student.
    """

    def __init__(
        self, number_of: Callable[[Any], int | None], *, lazily: bool = False, most_bytes: int = MOST_BYTES
    ) -> None:
        """Start with nothing packed and `most_bytes` of room for tensors."""
        self.tensors: dict[str, Tensor] = {}
        self.generators: list[torch.Generator] = []
        self.refused: list[str] = []
        self._number_of = number_of
        self._lazily = lazily
        self._room = most_bytes
        self._values = 0

    def pack(self, value: Value, depth: int = 0) -> Any:
        """Return the tree of `value`; raises Unsendable where it is too much."""
        self._values += 1
        if depth > DEEPEST or self._values > MOST_VALUES:
            raise Unsendable(f"values nested deeper than {DEEPEST} or more than {MOST_VALUES:,} of them")
        kind = type(value)
        if value is None or kind is bool or kind is str or (kind is int and fits(value)):
            return value
        if kind is list or kind is tuple:
            return [kind.__name__, [self.pack(item, depth + 1) for item in value]]  # type: ignore[attr-defined]
        if kind is dict and all(type(key) is str for key in value):  # type: ignore[attr-defined]
            items = value.items()  # type: ignore[attr-defined]
            return ["dict", [[key, self.pack(item, depth + 1)] for key, item in items]]
        return self._leaf(value, depth)

    def pack_items(self, items: Iterable[Value], depth: int = 0) -> list[Any]:
        """Return the trees of everything in `items`, each packed before the next is drawn."""
        drawn = iter(items)
        packed = [self.pack(item, depth + 1) for item in islice(drawn, MOST_ITEMS)]
        if len(packed) == MOST_ITEMS and any(True for _ in drawn):
            raise Unsendable(f"an iterator that still goes on after {MOST_ITEMS:,} items")
        return packed

    def _leaf(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is float:
            return ["float", value.hex()]
        if kind is torch.nn.Parameter or (kind is Tensor and may_cross(value)):
            return ["tensor", self._tensor(value.detach())]
        if kind is torch.Generator and value.device.type == "cpu":
            self.generators.append(value)
            return ["generator", self._tensor(value.get_state())]
        if _is_stage(value):
            return ["stage", [self.pack(part, depth + 1) for part in _parts(value)]]
        if type(value) is Blocks:
            return ["class", [self.pack(part, depth + 1) for part in (value.layers, value.run)]]
        if (network := taken_apart(value)) is not None:
            return [network[0], [self.pack(part, depth + 1) for part in network[1]]]
        return self._opaque(value, depth)

    def _opaque(self, value: Any, depth: int) -> Any:
        if self._lazily and isinstance(value, Iterator):
            return ["iterator", self.pack_items(value, depth)]
        if self._lazily and type(value) is SimpleNamespace and len(vars(value)) == 1:
            return ["output", [self.pack(part, depth + 1) for part in next(iter(vars(value).items()))]]
        number = self._number_of(value) if callable(value) else None
        if number is not None:
            return ["callback", number]
        self.refused.append(describe_type(value))
        return ["foreign", self.refused[-1]]

    def _tensor(self, tensor: Tensor) -> str:
        self._room -= tensor.numel() * tensor.element_size()
        if self._room < 0:
            raise Unsendable("tensors that are too large together")
        name = str(len(self.tensors))
        dense = tensor.resolve_neg().to("cpu", copy=True, memory_format=torch.contiguous_format)
        self.tensors[name] = dense
        return name


def may_cross(tensor: Tensor) -> bool:
    """Tell whether a tensor is dense, real and of an allowed dtype."""
    return tensor.layout is torch.strided and tensor.dtype in DTYPES and tensor.device.type != "meta"


def describe_type(value: Any) -> str:
    """Return a type's name as people write it, such as "numpy.ndarray"."""
    kind = type(value)
    if kind is Tensor:
        return f"torch.Tensor of {value.dtype}, {value.layout} on {value.device.type}"
    module, name = str(kind.__module__), str(kind.__qualname__)
    return (name if module == "builtins" else f"{module}.{name}")[:200]


def _is_stage(value: Any) -> bool:
    return type(value).__name__ == "Stage" and type(value).__module__ == "course.toolkit.stage"


def _parts(stage: Any) -> tuple[Any, Any, Any]:
    return stage.unet, stage.alpha_bar, stage.add_variance
