"""What many checks share: a schedule, strategies for property tests, a ready-made loop's arguments."""

from dataclasses import dataclass
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks.draws import Draw, cosine_alpha_bar
from autograder.link.oracle import Oracle

ALPHA_BAR = cosine_alpha_bar()
SEEDS = st.integers(0, 2**32)
TIMESTEPS = st.integers(0, 999)
FACTORS = st.floats(-3, 3)
GAMMA = 7.0


@dataclass(frozen=True)
class Scene:
    """An oracle, and what a sampling loop is called with."""

    oracle: Oracle
    timesteps: list[int]
    count: int

    def embeds(self, prompt: int) -> Tensor:
        """Return the embeddings (count, L, D) of the prompt with that number, 0 is the null prompt."""
        return self.oracle.prompts[prompt].expand(self.count, -1, -1).clone()

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The shape of the images: (count, 3, H, W)."""
        _, _, channels, height, width = self.oracle.centres.shape
        return self.count, channels, height, width


def scene(draw: Draw, *, steps: int = 5, count: int = 2, **oracle: Any) -> Scene:
    """Return a random scene; further arguments as in `Draw.oracle`."""
    return Scene(draw.oracle(draw.alpha_bar(), **oracle), draw.falling(steps), count)


def close(first: Tensor, second: Tensor, tolerance: float = 1e-4) -> bool:
    """Tell whether two tensors of one shape differ by no more than the tolerance anywhere."""
    return first.shape == second.shape and bool(
        torch.allclose(first.double(), second.double(), atol=tolerance)
    )
