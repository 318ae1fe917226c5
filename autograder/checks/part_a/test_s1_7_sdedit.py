"""Checks of A 1.7, image-to-image translation."""

import torch

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import GAMMA, scene
from autograder.checks.student import Student


@exercise("sdedit", weight=3)
def test_trajectory(agree: Agree, draw: Draw) -> None:
    """The image is noised to timesteps[i_start] with the generator's noise, then denoised with guidance."""
    where = scene(draw)
    for i_start in (1, 3):
        stage_1, prompts = where.oracle.stage(), (where.embeds(1), where.embeds(0))
        agree(stage_1, draw.images(), i_start, where.timesteps, *prompts, GAMMA, draw.generator())


@exercise("sdedit")
def test_original(student: Student, draw: Draw) -> None:
    """The less noise, the more of the original: the first image it yields is then closer to it."""
    where = scene(draw, steps=7)
    x_0, prompts = draw.images(), (where.embeds(1), where.embeds(0))

    def distance(i_start: int) -> float:
        stage_1 = where.oracle.stage()
        loop = stage_1, x_0, i_start, where.timesteps, *prompts, GAMMA, draw.generator()
        return float(torch.dist(student.images(*loop, shape=where.shape)[0], x_0.double()))

    assert distance(5) < distance(0), "i_start = 5 of 7 is no closer to the original than i_start = 0"
