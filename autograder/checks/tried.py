"""What the checks of networks share: seeded inputs of any shape, and trials with them."""

from typing import Any

import torch
from torch import Tensor

from autograder.checks.draws import Draw
from autograder.link.trials import Trial
from course.toolkit import seeds

SIZE = 28


def maps(draw: Draw, count: int, channels: int, size: int) -> Tensor:
    """Return N(0, 1) feature maps, (count, channels, size, size)."""
    return seeds.noise((count, channels, size, size), draw.generator())


def digits(draw: Draw, count: int = 3, channels: int = 1) -> Tensor:
    """Return images of independent pixels in [0, 1), (count, channels, 28, 28)."""
    return torch.rand(count, channels, SIZE, SIZE, generator=draw.generator())


def times(draw: Draw, count: int = 3) -> Tensor:
    """Return one time in [0, 1) for each image, (count,)."""
    return torch.rand(count, generator=draw.generator())


def classes(draw: Draw, count: int = 3, num_classes: int = 10) -> Tensor:
    """Return one class in [0, num_classes) for each image, (count,) int64, all of them different."""
    return torch.randperm(num_classes, generator=draw.generator())[:count]


def vectors(draw: Draw, count: int, channels: int) -> Tensor:
    """Return N(0, 1) vectors, (count, channels)."""
    return seeds.noise((count, channels), draw.generator())


def trial(draw: Draw, *inputs: tuple[Any, ...]) -> Trial:
    """Return a trial in evaluation mode with these inputs and parameters of its own."""
    return Trial(inputs, seed=draw.integer(0, 2**40))


def one_by_one(draw: Draw, *inputs: tuple[Any, ...]) -> Trial:
    """Return a trial in evaluation mode whose outputs are compared with each other only."""
    return Trial(inputs, seed=draw.integer(0, 2**40), either_order=False)


def in_training(draw: Draw, *inputs: tuple[Any, ...]) -> Trial:
    """Return a trial in training mode with these inputs and parameters of its own."""
    return Trial(inputs, training=True, seed=draw.integer(0, 2**40))
