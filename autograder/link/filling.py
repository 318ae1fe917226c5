"""Numbers for a network's parameters that depend on neither the names nor the order of its layers.

This file also runs beside student code.
"""

import hashlib
from collections import defaultdict
from itertools import combinations
from math import sqrt

import torch
from torch import Tensor, nn

from .values import Value

CONVOLUTION, LINEAR = 1.5, 4.0
STATISTICS = ("running_mean", "running_var")
MOST_JOINTS = 4
Shapes = frozenset[tuple[int, ...]]


def size(network: nn.Module) -> int:
    """Return how many parameters a network has, shared ones counted once."""
    return sum(parameter.numel() for parameter in network.parameters())


@torch.no_grad()
def fill(network: nn.Module, seed: int, swapped: Shapes = frozenset()) -> None:
    """Fill the parameters and the statistics of a network, as a trial wants them.

    swapped: of which shapes the weights are whose halves are exchanged.
    """
    for module in network.modules():
        for name, parameter in module.named_parameters(recurse=False):
            values = _values(module, name, parameter, seed)
            exchanged = tuple(parameter.shape) in swapped and is_joint(module, name)
            parameter.copy_(_exchanged(values, _inputs(module)) if exchanged else values)
        for name, buffer in module.named_buffers(recurse=False):
            if name in STATISTICS:
                buffer.copy_(_values(module, name, buffer, seed))


def statistics(network: nn.Module) -> dict[str, Value]:
    """Return the statistics of all normalisations, by kind and width, sorted number by number.

    Sorting makes the order of the layers make no difference, and is as steady as the numbers are.
    """
    found: dict[str, list[Tensor]] = defaultdict(list)
    for name, buffer in network.named_buffers():
        if (leaf := name.rpartition(".")[2]) in STATISTICS:
            found[f"{leaf} of the BatchNorms with {buffer.numel()} channels"].append(
                buffer.detach().flatten()
            )
    return {key: torch.stack(tensors).sort(0).values for key, tensors in sorted(found.items())}


def _values(module: nn.Module, name: str, tensor: Tensor, seed: int) -> Tensor:
    """Return the numbers for one parameter.

    Signals that pass through keep about their size: biases above 0 keep most of a GELU's inputs away from
    where it is flat, and linear layers are as strong as a one-hot vector needs.
    """
    digest = hashlib.sha256(f"{seed}/{name}/{tuple(tensor.shape)}".encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))
    noise = torch.randn(tensor.shape, generator=generator)
    if tensor.ndim >= 2:
        gain = CONVOLUTION if tensor.ndim > 2 else LINEAR
        return noise * sqrt(gain / _fan_in(module, tensor, _inputs(module)))
    if name in ("weight", "running_var"):
        return 1 + 0.25 * noise.tanh()
    return 0.5 + 0.3 * noise if name == "bias" else 0.2 * noise


def orders(network: nn.Module) -> list[Shapes]:
    """Return every way to exchange the halves of joints, none first; joints of one shape go together."""
    found = {
        tuple(parameter.shape)
        for module in network.modules()
        for name, parameter in module.named_parameters(recurse=False)
        if is_joint(module, name)
    }
    joints = sorted(found)[:MOST_JOINTS]
    return [frozenset(chosen) for k in range(len(joints) + 1) for chosen in combinations(joints, k)]


def is_joint(module: nn.Module, name: str) -> bool:
    """Tell whether a parameter is the weight of a convolution that may follow a concatenation."""
    if name != "weight" or not isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        return False
    return module.in_channels % 2 == 0 and module.in_channels >= 2 * module.out_channels


def _inputs(module: nn.Module) -> int:
    """Return along which dimension a layer's weights have its inputs."""
    return 0 if isinstance(module, nn.ConvTranspose2d) else 1


def _exchanged(weights: Tensor, dim: int) -> Tensor:
    return weights.roll(weights.shape[dim] // 2, dim)


def _fan_in(module: nn.Module, tensor: Tensor, inputs: int) -> float:
    """Return how many inputs make up one output; with a stride, a transposed kernel adds fewer up."""
    fan = float(max(1, tensor.shape[inputs] * tensor.shape[2:].numel()))
    return fan / float(module.stride[0] ** 2) if isinstance(module, nn.ConvTranspose2d) else fan
