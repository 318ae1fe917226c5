"""Checks of A 1.5, sampling from pure noise."""

import torch

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import scene
from autograder.checks.student import Student
from course.toolkit import seeds


@exercise("sample", weight=3)
def test_trajectory(agree: Agree, draw: Draw) -> None:
    """It draws the generator's noise and denoises it along all of the timesteps."""
    where = scene(draw)
    agree(where.oracle.stage(), where.shape, where.timesteps, where.embeds(1), draw.generator())


@exercise("sample")
def test_seeds(student: Student, draw: Draw) -> None:
    """The same seed gives the same sample, another seed another."""
    where = scene(draw, steps=3)

    def last(seed: int) -> torch.Tensor:
        stage_1, generator = where.oracle.stage(), seeds.generator(seed)
        loop = stage_1, where.shape, where.timesteps, where.embeds(1), generator
        return student.images(*loop, shape=where.shape)[-1]

    assert torch.equal(last(1), last(1)), "the same seed gave two different samples"
    assert not torch.equal(last(1), last(2)), "two seeds gave the same sample"
