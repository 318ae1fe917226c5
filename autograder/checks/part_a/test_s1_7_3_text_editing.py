"""Checks of A 1.7.3, text-guided editing."""

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import GAMMA, scene


@exercise("edit_ladder", weight=3)
def test_ladder(agree: Agree, draw: Draw) -> None:
    """The last image of SDEdit from each start, in the order of the starts."""
    where = scene(draw, steps=4, count=1)
    stage_1, prompts = where.oracle.stage(), (where.embeds(1), where.embeds(0))
    agree(stage_1, draw.images(1), [0, 2, 3], where.timesteps, *prompts, GAMMA, draw.generator())


@exercise("edit_ladder")
def test_single(agree: Agree, draw: Draw) -> None:
    """A single start gives a batch of one."""
    where = scene(draw, steps=4, count=1)
    stage_1, prompts = where.oracle.stage(), (where.embeds(1), where.embeds(0))
    agree(stage_1, draw.images(1), [2], where.timesteps, *prompts, draw.number(1, 7), draw.generator())
