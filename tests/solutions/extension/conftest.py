"""Velocity fields whose flow is known, as real modules."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn


class Field(nn.Module):
    """A network that answers with a function of its inputs, in the dtype of its only parameter."""

    def __init__(self, answer: Callable[..., Tensor], dtype: torch.dtype = torch.float64) -> None:
        super().__init__()
        self.answer = answer
        self.anchor = nn.Parameter(torch.zeros((), dtype=dtype))
        self.asked: list[tuple[Tensor, ...]] = []
        self.modes: list[tuple[bool, bool]] = []

    def forward(self, *inputs: Tensor) -> Tensor:
        self.asked.append(inputs)
        self.modes.append((self.training, torch.is_grad_enabled()))
        return self.answer(*inputs) + 0 * self.anchor


@pytest.fixture
def field() -> type[Field]:
    return Field


@pytest.fixture
def gaussian() -> Callable[[Tensor, Tensor, Tensor | float, float], Tensor]:
    """Return the velocity of the flow from N(0, I) to N(mean, spread²).

    Point by point, x is t·mean + √((1 − t)² + t² spread²) · noise on its way, so the velocity is
    mean + (t spread² − (1 − t)) / ((1 − t)² + t² spread²) · (x − t·mean).
    """

    def velocity(x: Tensor, t: Tensor, mean: Tensor | float, spread: float) -> Tensor:
        t = t.view(-1, 1, 1, 1)
        variance = (1 - t) ** 2 + t**2 * spread**2
        return mean + (t * spread**2 - (1 - t)) / variance * (x - t * mean)

    return velocity


@pytest.fixture
def tiny() -> Callable[..., nn.Module]:
    """Return a function that makes a network whose weights are always the same, in evaluation mode."""

    def make(kind: Callable[..., nn.Module], *arguments: int) -> nn.Module:
        with torch.random.fork_rng():
            torch.manual_seed(29)
            network = kind(*arguments)
        for parameter in network.parameters():
            parameter.data.mul_(3 if parameter.ndim > 1 else 1)
        return network.eval()

    return make
