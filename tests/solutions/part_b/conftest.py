"""Networks whose right answer is known, and diffusers' schedule for Part B."""

from collections.abc import Callable

import pytest
import torch
from diffusers import DDPMScheduler
from torch import Tensor, nn

NUM_TS = 300


class Answering(nn.Module):
    """A network that answers with a function of its inputs, and remembers its mode at every call."""

    def __init__(self, answer: Callable[..., Tensor]) -> None:
        super().__init__()
        self.answer = answer
        self.modes: list[bool] = []
        self.asked: list[tuple[Tensor, ...]] = []

    def forward(self, *inputs: Tensor) -> Tensor:
        self.modes.append(self.training)
        self.asked.append(inputs)
        return self.answer(*inputs)


@pytest.fixture
def answering() -> type[Answering]:
    return Answering


@pytest.fixture
def scheduler() -> DDPMScheduler:
    """Return diffusers' schedule with the course's numbers: variance β, nothing clipped."""
    return DDPMScheduler(
        num_train_timesteps=NUM_TS,
        beta_start=1e-4,
        beta_end=0.02,
        variance_type="fixed_large",
        clip_sample=False,
    )


@pytest.fixture
def towards(scheduler: DDPMScheduler) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """Return the exact noise estimate where all data is one image c: (x_t, t / T, c) → ε."""
    alpha_bars = scheduler.alphas_cumprod.double()

    def eps(x_t: Tensor, times: Tensor, c: Tensor) -> Tensor:
        alpha_bar = alpha_bars[(times * NUM_TS).round().long()].view(-1, 1, 1, 1)
        return ((x_t - alpha_bar.sqrt() * c) / (1 - alpha_bar).sqrt()).to(x_t)

    return eps


@pytest.fixture
def tiny() -> Callable[[type[nn.Module], tuple[int, ...]], nn.Module]:
    """Return a function that makes a network with weights that are always the same.

    They are larger than fresh ones, which let little through from the bottom of a UNet.
    """

    def make(kind: type[nn.Module], arguments: tuple[int, ...]) -> nn.Module:
        with torch.random.fork_rng():
            torch.manual_seed(29)
            network = kind(*arguments)
        for parameter in network.parameters():
            parameter.data.mul_(3 if parameter.ndim > 1 else 1)
        return network

    return make
