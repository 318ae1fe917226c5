"""Editing with words: SDEdit, several times over."""

import pytest
import torch

from course.toolkit import seeds
from solutions.part_a.s1_4_iterative import strided_timesteps
from solutions.part_a.s1_7_3_text_editing import EDITS, edit_ladder
from solutions.part_a.s1_7_sdedit import sdedit

GAMMA = 7.0


def test_the_edits_of_the_assignment() -> None:
    assert EDITS == {
        "campanile": "a rocket ship",
        "rickshaw": "a photo of a dog",
        "skyline": "an oil painting of a snowy mountain village",
    }


def test_is_sdedit_from_one_start_after_the_other(world, picture, embed) -> None:
    x_0, timesteps, starts = picture(5), strided_timesteps(), (20, 1, 10)
    prompts, generator = (embed(picture(1), 1), embed(picture(0), 1)), seeds.generator(29)
    loops = [sdedit(world.stage, x_0, i, timesteps, *prompts, GAMMA, generator) for i in starts]
    expected = [list(loop)[-1] for loop in loops]
    found = edit_ladder(world.stage, x_0, starts, timesteps, *prompts, GAMMA, seeds.generator(29))
    assert found.shape == (3, 3, 8, 8)
    assert torch.equal(found, torch.cat(expected))


def test_the_prompt_wins_from_far_and_the_picture_from_near(world, picture, embed) -> None:
    prompt, x_0 = picture(1), picture(5)
    stage, prompts = world.quiet_stage, (embed(prompt, 1), embed(prompt, 1))
    far, near = edit_ladder(stage, x_0, (1, 32), strided_timesteps(), *prompts, 1.0, seeds.generator(29))
    assert float((far - prompt).square().mean()) < float((far - x_0).square().mean())
    assert float((near - x_0).square().mean()) < float((near - prompt).square().mean())


def test_a_start_that_is_none(world, picture, embed) -> None:
    prompts = embed(picture(1), 1), embed(picture(0), 1)
    with pytest.raises(ValueError, match=r"^i_start = 34, but timesteps has the indices 0 to 33"):
        edit_ladder(
            world.stage, picture(5), (1, 34), strided_timesteps(), *prompts, GAMMA, seeds.generator(29)
        )
