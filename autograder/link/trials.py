"""What is done beside student code with the value that a call returned, before anything crosses back.

A network cannot cross, and neither can the graph behind a loss.  A trial turns them into what can: counts,
outputs, gradients.  This file also runs beside student code.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from .failures import Refused
from .filling import MOST_JOINTS, Shapes, fill, orders, size, statistics
from .networks import DTYPES, Scaling
from .values import Foreign, Value

MOST_PARAMETERS = 20_000_000
DAMAGED = "what came back are not the results of a trial; leave the program that calls you alone"
Leaves: TypeAlias = Iterator[tuple[str, tuple[Any, ...]]]


@dataclass(frozen=True, eq=False)
class Trial:
    """Builds a network and calls it: what a check asks of a class.

    The class is called with the call's arguments.  Every parameter of what it returns, and the statistics
    of its normalisations, are filled with numbers that depend on the seed, the parameter's own name
    (the last word: "weight") and its shape alone, so neither the names nor the order of layers matter.
    A concatenation may have either order: where a convolution has at least twice as many inputs as outputs,
    everything is done once more with the halves of its weights exchanged, and one of all these runs has to
    be the right one.
    inputs: the arguments of each call of the network.  training: in which mode it is called; in training
    mode the statistics afterwards are compared as well.  either_order: whether concatenations are tried in
    both orders; what needs no right numbers needs no second try.
    """

    inputs: tuple[tuple[Any, ...], ...]
    training: bool = False
    seed: int = 29
    dtype: torch.dtype = torch.float32
    either_order: bool = True

    def double(self) -> "Trial":
        """Return the same trial in float64."""
        inputs = tuple(tuple(_double(value) for value in args) for args in self.inputs)
        return replace(self, inputs=inputs, dtype=torch.float64)

    def in_one_order(self) -> "Trial":
        """Return the same trial without the other orders of concatenations."""
        return replace(self, either_order=False)

    def record(self) -> dict[str, Value]:
        """Return the trial as values that cross."""
        dtype = str(self.dtype).removeprefix("torch.")
        record: dict[str, Value] = {"inputs": self.inputs, "training": self.training, "seed": self.seed}
        return record | {"dtype": dtype, "either_order": self.either_order}

    def conduct(self, network: Any, args: Sequence[Any]) -> dict[str, Value]:
        """Return what came of it; raises Refused where the value is no network that can be tried."""
        admit(network)
        network.to(device="cpu", dtype=self.dtype)
        tried = orders(network) if self.either_order else [Shapes()]
        return {"parameters": size(network), "runs": [self._run(network, swapped) for swapped in tried]}

    def _run(self, network: nn.Module, swapped: Shapes) -> dict[str, Value]:
        fill(network, self.seed, swapped)
        network.train(self.training)
        with torch.no_grad():
            outputs: Value = [network(*map(_copied, given)) for given in self.inputs]
        return {"outputs": outputs, "statistics": statistics(network) if self.training else {}}

    def leaves(self, found: object) -> Leaves:
        """Yield what came of it, by labels that people can read, with a candidate from each run.

        Raises Refused where it is no such thing.
        """
        if not isinstance(found, dict) or found.keys() != {"parameters", "runs"}:
            raise Refused(DAMAGED)
        count, runs = found["parameters"], found["runs"]
        if type(count) is not int or type(runs) is not list or not 1 <= len(runs) <= 2**MOST_JOINTS:
            raise Refused(DAMAGED)
        yield "the number of parameters", (torch.tensor(max(0, min(count, 2**62))),)
        read = [dict(self._read(run)) for run in runs]
        for label in read[0]:
            yield label, tuple(leaves[label] for leaves in read if label in leaves)

    def _read(self, run: object) -> Iterator[tuple[str, object]]:
        if not isinstance(run, dict) or run.keys() != {"outputs", "statistics"}:
            raise Refused(DAMAGED)
        outputs, found = run["outputs"], run["statistics"]
        if type(outputs) is not list or type(found) is not dict or len(outputs) != len(self.inputs):
            raise Refused(DAMAGED)
        for i, output in enumerate(outputs, start=1):
            which = f" for input {i}" if len(outputs) > 1 else ""
            yield f"the output{which}{' in training mode' if self.training else ''}", _leaf(output)
        for key, tensor in found.items():
            yield f"the {key}, after a call in training mode", _leaf(tensor)


@dataclass(frozen=True)
class Gradients:
    """Takes the gradients of a returned loss, a tensor with one number.

    They are those with respect to scale and shift of every `Pixelwise` among the call's arguments.
    """

    def double(self) -> "Gradients":
        """Return itself."""
        return self

    def record(self) -> dict[str, Value]:
        """Return the trial as values that cross."""
        return {}

    def conduct(self, loss: Any, args: Sequence[Any]) -> dict[str, Value]:
        """Return the loss and its gradients, None for a number that it does not depend on."""
        given = [arg for arg in args if type(arg) is Scaling]
        numbers = [number for network in given for number in (network.scale, network.shift)]
        gradients: list[Value] = [None] * len(numbers)
        if numbers and isinstance(loss, Tensor) and loss.requires_grad and loss.numel() == 1:
            gradients = list(torch.autograd.grad(loss.sum(), numbers, allow_unused=True))
        return {"loss": loss.detach() if isinstance(loss, Tensor) else loss, "gradients": gradients}

    def leaves(self, found: object) -> Leaves:
        """Yield the loss and the gradients; raises Refused where there are none such."""
        if not isinstance(found, dict) or found.keys() != {"loss", "gradients"}:
            raise Refused(DAMAGED)
        if type(found["gradients"]) is not list:
            raise Refused(DAMAGED)
        yield "the loss", (_leaf(found["loss"]),)
        for i, gradient in enumerate(found["gradients"]):
            number = ("scale", "shift")[i % 2] + (f" of network {i // 2 + 1}" if i > 1 else "")
            yield f"the gradient of the loss with respect to {number}", (_leaf(gradient),)


Experiment: TypeAlias = Trial | Gradients


def experiment(record: dict[str, Any]) -> Experiment:
    """Return the trial that `record` made a record of."""
    if not record:
        return Gradients()
    return Trial(**{**record, "dtype": DTYPES[record["dtype"]]})


def admit(network: Any) -> None:
    """Raise Refused, with the remedy, unless this is a network whose parameters can be filled."""
    if not isinstance(network, nn.Module):
        found = type(network).__name__
        raise Refused(f"it gives something of type {found}; make it a class that inherits from nn.Module")
    for name, tensor in [*network.named_parameters(), *network.named_buffers()]:
        if nn.parameter.is_lazy(tensor):
            raise Refused(f"the size of {name} is left open; use the layer without “Lazy” in its name")
        if tensor.is_meta:
            raise Refused(f"{name} is on the device “meta”, where it holds no numbers; leave out device=")
    if (count := size(network)) > MOST_PARAMETERS:
        raise Refused(
            f"it has {count:,} parameters, more than the {MOST_PARAMETERS:,} that a check tries; "
            "compare the channels of every layer with the table"
        )


def _leaf(value: object) -> object:
    return value if isinstance(value, Tensor | Foreign) else Foreign(type(value).__name__)


def _copied(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value


def _double(value: Any) -> Any:
    return value.double() if isinstance(value, Tensor) and value.is_floating_point() else value
