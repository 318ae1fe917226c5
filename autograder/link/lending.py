"""A right class of networks in the place of a wrong one: its layers are here, what it does with them is not.

A check lends `Blocks`.  Beside student code it becomes a class whose networks hold the same layers, ready to
be filled and counted; called, they send their numbers and inputs to the check, which runs the right network.
This file also runs beside student code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from .values import Malformed, Value

MOST_NUMBERS = 2**20
MOST_PARAMETERS = 2**18
MOST_KEPT = 256
LAYERS: dict[str, tuple[type[nn.Module], tuple[str, ...]]] = {
    "Conv2d": (nn.Conv2d, ("in_channels", "out_channels", "kernel_size", "stride", "padding")),
    "ConvTranspose2d": (
        nn.ConvTranspose2d,
        ("in_channels", "out_channels", "kernel_size", "stride", "padding"),
    ),
    "BatchNorm2d": (nn.BatchNorm2d, ("num_features",)),
    "Linear": (nn.Linear, ("in_features", "out_features")),
}


@dataclass(frozen=True)
class Blocks:
    """A class of networks that a check lends.

    build: returns a network whose parameters and buffers all lie in layers of the kinds in LAYERS.
    """

    build: Callable[..., nn.Module]
    _empties: dict[str, nn.Module] = field(default_factory=dict, compare=False, repr=False)
    _admitted: set[str] = field(default_factory=set, compare=False, repr=False)

    def layers(self, args: list[Value], kwargs: dict[str, Value]) -> list[Value]:
        """Return the layers of a network built with these arguments: the name of each and its numbers.

        Raises ValueError where it has too many parameters, and what the class raises.
        """
        layers = [layer for _, layer in _layers(self._empty(args, kwargs))]
        return [[type(layer).__name__, _numbers(layer)] for layer in layers]

    def run(
        self,
        args: list[Value],
        kwargs: dict[str, Value],
        inputs: list[Any],
        training: bool,
        state: dict[str, Any],
    ) -> Value:
        """Return the network's output, and its state after that.

        state: by number of the layer and name, such as "0.weight".  Raises ValueError where the state is not
        that of such a network, or inputs or output are larger than 2²⁰ numbers.
        """
        network = self._empty(args, kwargs).train(training is True)
        full = _full_state(network, state)
        self._admit(network, [args, kwargs, training], inputs)
        with torch.no_grad():
            output = torch.func.functional_call(network, full, tuple(inputs))
        return [output, dict(zip(state, (full[name] for name in _names(network)), strict=True))]

    def _empty(self, args: list[Value], kwargs: Mapping[str, Value]) -> nn.Module:
        """Return a network without numbers, which takes no memory; the same one for the same arguments."""
        if not all(type(value) in (int, float, bool, str) for value in (*args, *kwargs.values())):
            raise TypeError("a block was built with something else than numbers; pass its channels")
        key = repr((args, kwargs))
        if key not in self._empties:
            _make_room(self._empties)
            self._empties[key] = self._new(args, kwargs)
        return self._empties[key]

    def _new(self, args: list[Value], kwargs: Mapping[str, Value]) -> nn.Module:
        with torch.device("meta"):
            network = self.build(*args, **kwargs)
        if (count := sum(p.numel() for p in network.parameters())) > MOST_PARAMETERS:
            raise ValueError(f"{count:,} parameters are more than a block needs; compare its channels")
        return network

    def _admit(self, network: nn.Module, how: list[Value], inputs: list[Any]) -> None:
        """Raise ValueError unless inputs are tensors, and they and the output of a sensible size."""
        if not all(type(value) is Tensor and value.numel() <= MOST_NUMBERS for value in inputs):
            raise ValueError("a block was given something else than a small tensor")
        key = repr((how, [(value.dtype, tuple(value.shape)) for value in inputs]))
        if key in self._admitted:
            return
        with torch.no_grad():
            output = network(*(value.to("meta") for value in inputs))
        if output.numel() > MOST_NUMBERS:
            raise ValueError(f"the output would have {output.numel():,} numbers, which is too many")
        _make_room(self._admitted)
        self._admitted.add(key)


class Proxies:
    """A lent class as student code holds it."""

    def __init__(self, layers: Callable[..., Any], run: Callable[..., Any]) -> None:
        """Ask `layers` what a network consists of, and `run` what it does."""
        self._layers, self._run = layers, run

    def __call__(self, *args: Any, **kwargs: Any) -> nn.Module:
        """Return a network; raises what the check raises."""
        layers = [LAYERS[name][0](*numbers) for name, numbers in self._layers(list(args), kwargs)]
        return Proxy(layers, lambda *rest: self._run(list(args), kwargs, *rest))


class Proxy(nn.Module):
    """A network of a lent class."""

    def __init__(self, layers: list[nn.Module], run: Callable[..., Any]) -> None:
        """Hold the layers; `run` takes inputs, mode and state."""
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self._run = run

    def forward(self, *inputs: Any) -> Tensor:
        """Return what the check returns, and take over the state that it leaves."""
        state = self.layers.state_dict()
        output, after = self._run(list(inputs), self.training, state_of(state))
        if self.training:
            self.layers.load_state_dict(after)
        found: Tensor = output
        return found


def state_of(state: Mapping[str, Tensor]) -> dict[str, Value]:
    """Return a state as values that cross."""
    return {name: tensor.detach() for name, tensor in state.items()}


def put_together(parts: list[Any]) -> Proxies:
    """Return the class of what crossed; raises Malformed."""
    if len(parts) != 2 or not all(callable(part) for part in parts):
        raise Malformed("a class without its parts")
    return Proxies(*parts)


def _layers(network: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return the paths of the layers that hold numbers, and the layers."""
    return [(path, module) for path, module in network.named_modules() if type(module).__name__ in LAYERS]


def _numbers(layer: nn.Module) -> list[Value]:
    """Return what a layer is built with, all of it ints."""
    values = (getattr(layer, name) for name in LAYERS[type(layer).__name__][1])
    return [int(value[0] if isinstance(value, tuple) else value) for value in values]


def _names(network: nn.Module) -> list[str]:
    """Return the names of a network's state in the order of its layers, as `Proxy` sends them."""
    layers = _layers(network)
    return [f"{path}.{name}" if path else name for path, layer in layers for name in layer.state_dict()]


def _full_state(network: nn.Module, state: dict[str, Any]) -> dict[str, Tensor]:
    """Return the state under the network's own names; raises ValueError where it is another network's."""
    empty, names = network.state_dict(), _names(network)
    if len(names) != len(state) or set(names) != set(empty):
        raise ValueError("the state is not that of this network")
    full = dict(zip(names, state.values(), strict=True))
    for name, tensor in full.items():
        like = empty[name]
        if type(tensor) is not Tensor or tensor.shape != like.shape:
            raise ValueError(f"the state has another {name}; leave the layers as they are")
        if tensor.is_floating_point() != like.is_floating_point():
            raise ValueError(f"the state has {name} in {tensor.dtype}; leave the layers as they are")
    return full


def _make_room(kept: dict[str, nn.Module] | set[str]) -> None:
    if len(kept) >= MOST_KEPT:
        kept.clear()
