"""Values on their way in: rebuilt from a tree and its tensors, with nothing taken on trust.

This file also runs beside student code.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from . import lending
from .networks import put_together
from .values import DEEPEST, DTYPES, MOST_DIMENSIONS, MOST_VALUES, Foreign, Malformed, Output, Value, fits


class Unpacker:
    """Rebuilds values from a tree and its tensors, trusting neither.

    callable_named: returns the callable behind a number, raises Malformed for a number never given.
    as_modules: whether networks become modules, as they do beside student code, or stay records.
    After unpacking, `foreign` names the types of what could not cross, `generators` lists those met, and
    `largest` is the size of the largest int.
    """

    def __init__(
        self, tensors: dict[str, Tensor], callable_named: Callable[[int], Any], *, as_modules: bool = False
    ) -> None:
        """Check the tensors; raises Malformed."""
        check_tensors(tensors)
        self.foreign: list[str] = []
        self.largest = 0
        self.generators: list[torch.Generator] = []
        self._tensors = dict(tensors)
        self._callable_named = callable_named
        self._as_modules = as_modules
        self._values = 0
        self._leaves: dict[str, Callable[[Any], Value]] = {
            "float": _float,
            "tensor": self._tensor,
            "generator": self._generator,
            "callback": self._callback,
            "foreign": self._foreign,
        }

    def unpack(self, node: Any, depth: int = 0) -> Value:
        """Return the value of a tree; raises Malformed."""
        self._values += 1
        if depth > DEEPEST or self._values > MOST_VALUES:
            raise Malformed("a tree that is too deep or too long")
        if node is None or isinstance(node, bool):
            return node
        if isinstance(node, int) and fits(node):
            self.largest = max(self.largest, abs(node))
            return node
        if isinstance(node, str):
            return node.encode("utf-8", "replace").decode("utf-8")
        if not isinstance(node, list) or len(node) != 2 or not isinstance(node[0], str):
            raise Malformed("a node that is no value")
        tag, content = node
        return self._leaves[tag](content) if tag in self._leaves else self._branch(tag, content, depth + 1)

    def _branch(self, tag: str, content: Any, depth: int) -> Value:
        if not isinstance(content, list):
            raise Malformed("a branch without a list")
        if tag == "dict":
            return {_key(pair): self.unpack(pair[1], depth) for pair in content}
        items = [self.unpack(item, depth) for item in content]
        if tag == "stage":
            return _stage(items)
        if tag == "output":
            return _output(items)
        if tag in ("network", "pixelwise"):
            return put_together(tag, items, self._as_modules)
        if tag == "class" and self._as_modules:
            return lending.put_together(items)
        shapes: dict[str, Callable[[list[Value]], Value]] = {"list": list, "tuple": tuple, "iterator": iter}
        if tag not in shapes:
            raise Malformed("a tag that does not exist")
        return shapes[tag](items)

    def _tensor(self, name: Any) -> Tensor:
        if not isinstance(name, str) or name not in self._tensors:
            raise Malformed("a tensor that was not sent")
        return self._tensors.pop(name)

    def _generator(self, name: Any) -> torch.Generator:
        generator = torch.Generator()
        set_state(generator, self._tensor(name))
        self.generators.append(generator)
        return generator

    def _callback(self, number: Any) -> Value:
        if type(number) is not int:
            raise Malformed("a callable without a number")
        callback: Value = self._callable_named(number)
        return callback

    def _foreign(self, type_name: Any) -> Foreign:
        if not isinstance(type_name, str):
            raise Malformed("a foreign value without a type")
        self.foreign.append(type_name.encode("utf-8", "replace").decode("utf-8")[:200])
        return Foreign(self.foreign[-1])


def check_tensors(tensors: dict[str, Tensor]) -> None:
    """Raise Malformed where a tensor's dtype, dimensions or truth values are not those of honest ones."""
    for tensor in tensors.values():
        if tensor.dtype not in DTYPES or tensor.dim() > MOST_DIMENSIONS:
            raise Malformed("a tensor of a dtype or shape that may not cross")
        if tensor.dtype is torch.bool and tensor.numel() and tensor.view(torch.uint8).max() > 1:
            raise Malformed("a truth value that is neither true nor false")


def set_state(generator: torch.Generator, state: Tensor) -> None:
    """Give a CPU generator a state that somebody sent; raises Malformed.

    torch checks the parts of a Mersenne Twister's state (Matsumoto & Nishimura 1998) one by one, not
    that the numbers left and the place of the next one agree; where they do not it reads past the end.
    """
    if state.dtype is not torch.uint8 or tuple(state.shape) != (5056,):
        raise Malformed("a generator's state that is not 5056 bytes")
    left, place = int(state[8:12].view(torch.int32)), int(state[16:24].view(torch.int64))
    if not (1 <= left <= 624 and 0 <= place <= 624 and left + place <= 625):
        raise Malformed("a generator's state that points outside itself")
    try:
        generator.set_state(state)
    except RuntimeError as error:
        raise Malformed("a generator's state that torch refuses") from error


def _float(content: Any) -> float:
    try:
        return float.fromhex(content)
    except (TypeError, ValueError, OverflowError) as error:
        raise Malformed("a float that is none") from error


def _key(pair: Any) -> str:
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
        raise Malformed("a dict without keys")
    return pair[0].encode("utf-8", "replace").decode("utf-8")


def _output(items: list[Value]) -> Output:
    if len(items) != 2 or not isinstance(items[0], str):
        raise Malformed("an output without its name")
    return Output(items[0], items[1])


def _stage(parts: list[Any]) -> Value:
    from course.toolkit.stage import Stage

    if len(parts) != 3 or type(parts[1]) is not Tensor:
        raise Malformed("a stage without its parts")
    return Stage(unet=parts[0], alpha_bar=parts[1], add_variance=parts[2])
