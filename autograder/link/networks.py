"""Networks that cross the line as arguments: student code holds a real nn.Module, the check its answers.

A check passes a record, `Network` or `Pixelwise`. Beside student code it becomes a module of torch, and
where that module comes back it is a record again. This file also runs beside student code.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from .values import Malformed, Value

DTYPES = {"float32": torch.float32, "float64": torch.float64}


@dataclass(frozen=True)
class Heard:
    """How a network was called: in training mode or not, with gradients recorded or not."""

    training: bool
    gradients: bool


@dataclass(frozen=True)
class Network:
    """A network that the check answers for: each call arrives as forward(*args, training=…, **kwargs).

    forward: returns a Tensor; tensors and numbers are what it is given.  Its ValueError, TypeError and the
    like reach the student's code.  In `agree` it also answers the reference and the known mistakes, so there
    it must not depend on earlier calls.
    training: the mode that the module is in when it arrives, or was in when it came back.
    heard: how every call came, the reference's and the student's, in their order.
    """

    forward: Callable[..., Tensor]
    training: bool = True
    heard: list[Heard] = field(default_factory=list, compare=False)

    def answer(self, *args: Any, training: bool, gradients: bool, **kwargs: Any) -> Tensor:
        """Return the answer to a call that came in this mode; raises TypeError where the mode is none."""
        if type(training) is not bool or type(gradients) is not bool:
            raise TypeError("a network was called in no mode; call it as unet(…)")
        self.heard.append(Heard(training, gradients))
        return self.forward(*args, training=training, **kwargs)


@dataclass(frozen=True)
class Pixelwise:
    """A network that can be trained: scale · x + shift; arguments after x make no difference.

    It crosses by value. dtype: of its two parameters, float32 or float64.
    """

    scale: float
    shift: float
    training: bool = True
    dtype: torch.dtype = torch.float32

    def double(self) -> "Pixelwise":
        """Return the same network in float64."""
        return replace(self, dtype=torch.float64)


Record: TypeAlias = Network | Pixelwise


class Asking(nn.Module):
    """A `Network` as student code holds it.

    It has one parameter, whose gradient is always 0, so that optimisers and `backward` accept it.
    """

    def __init__(self, ask: Callable[..., Tensor], training: bool) -> None:
        """Ask `ask`, which takes the mode as keywords."""
        super().__init__()
        self.ask = ask
        self.anchor = nn.Parameter(torch.zeros(()))
        self.train(training)

    def forward(self, *args: Any, **kwargs: Any) -> Tensor:
        """Return the check's answer."""
        mode = {"training": self.training, "gradients": torch.is_grad_enabled()}
        return self.ask(*args, **mode, **kwargs) + 0 * self.anchor


class Scaling(nn.Module):
    """A `Pixelwise` as student code holds it."""

    def __init__(self, record: Pixelwise) -> None:
        """Begin with the record's numbers."""
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(record.scale, dtype=record.dtype))
        self.shift = nn.Parameter(torch.tensor(record.shift, dtype=record.dtype))
        self.train(record.training)

    def forward(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Return scale · x + shift."""
        return self.scale * x + self.shift


def built(value: Any) -> Any:
    """Return the module of a record, any other value as it is."""
    if type(value) is Network:
        return Asking(value.answer, value.training)
    return Scaling(value) if type(value) is Pixelwise else value


def recorded(module: Any) -> Any:
    """Return the record of a module that `built` made, as it is now; any other value as it is."""
    if type(module) is Asking:
        return _network(module.ask, bool(module.training))
    if type(module) is Scaling:
        dtype = torch.float64 if module.scale.dtype is torch.float64 else torch.float32
        return Pixelwise(module.scale.item(), module.shift.item(), bool(module.training), dtype)
    return module


def taken_apart(value: Any) -> tuple[str, list[Value]] | None:
    """Return the tag and the parts under which a record or its module crosses, None where it is neither."""
    if type(value) is Asking:
        return "network", [value.ask, bool(value.training)]
    if type(value) is Network:
        return "network", [value.answer, value.training]
    record = recorded(value)
    if type(record) is not Pixelwise:
        return None
    dtype = str(record.dtype).removeprefix("torch.")
    return "pixelwise", [record.scale, record.shift, record.training, dtype]


def put_together(tag: str, parts: list[Any], as_modules: bool) -> Any:
    """Return the record, or its module, of what crossed; raises Malformed."""
    if tag == "pixelwise":
        record = _pixelwise(parts)
        return Scaling(record) if as_modules else record
    if len(parts) != 2 or not callable(parts[0]) or type(parts[1]) is not bool:
        raise Malformed("a network without its parts")
    return Asking(parts[0], parts[1]) if as_modules else _network(parts[0], parts[1])


def numbers(values: Iterable[Any]) -> list[nn.Parameter]:
    """Return the parameters of all modules among the values that `built` makes."""
    modules = [value for value in values if type(value) in (Asking, Scaling)]
    return [number for module in modules for number in module.parameters()]


def slopes(loss: Any, values: Iterable[Any]) -> list[Tensor]:
    """Return the gradients of a loss with respect to `numbers(values)`, [] where it leads to none of them."""
    given = numbers(values)
    if not given or not isinstance(loss, Tensor) or not loss.requires_grad or loss.numel() != 1:
        return []
    found = torch.autograd.grad(loss.sum(), given, allow_unused=True)
    return [torch.zeros_like(n) if slope is None else slope for n, slope in zip(given, found, strict=True)]


def attached(loss: Tensor, values: Iterable[Any], found: list[Tensor]) -> Tensor:
    """Return a loss that came from elsewhere, leading to `numbers(values)` with these slopes."""
    for number, slope in zip(numbers(values), found, strict=True):
        loss = loss + slope * (number - number.detach())
    return loss


def _network(answer: Any, training: bool) -> Network:
    """Return the record behind an `answer`, in the mode it is in now."""
    owner = getattr(answer, "__self__", None)
    if type(owner) is not Network:
        raise Malformed("a network that is none of the check's")
    return replace(owner, training=training)


def _pixelwise(parts: list[Any]) -> Pixelwise:
    if [type(part) for part in parts] != [float, float, bool, str] or parts[3] not in DTYPES:
        raise Malformed("a network of pixels without its parts")
    return Pixelwise(parts[0], parts[1], parts[2], DTYPES[parts[3]])
