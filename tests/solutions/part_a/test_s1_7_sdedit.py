"""Image to image: how it begins, and how much of the original a known world remembers."""

import math

import pytest
import torch
from torch import Tensor

from course.toolkit import seeds
from course.toolkit.studio import Studio
from solutions.part_a.s1_1_forward import forward
from solutions.part_a.s1_4_iterative import strided_timesteps
from solutions.part_a.s1_6_guidance import estimate_noise_cfg, iterative_denoise_cfg, step
from solutions.part_a.s1_7_sdedit import STARTS, ladder, sdedit

GAMMA = 7.0


def test_the_starts_of_the_assignment() -> None:
    assert STARTS == (1, 3, 5, 7, 10, 20)


@pytest.mark.parametrize("i_start", STARTS)
def test_the_first_image(world, picture, embed, i_start: int) -> None:
    """The generator's first noise takes x_0 to timesteps[i_start]; then comes a step like any other."""
    x_0, timesteps = picture(5), strided_timesteps()
    prompt, null, generator = embed(picture(1), 1), embed(picture(0), 1), seeds.generator(29)
    t, t_prime = timesteps[i_start : i_start + 2]
    x_t = forward(x_0, t, world.alpha_bar, seeds.noise(x_0.shape, generator))
    eps_hat, v = estimate_noise_cfg(world.unet, x_t, t, prompt, null, GAMMA)
    expected = step(world.stage, x_t, t, t_prime, eps_hat, v, generator)
    loop = sdedit(world.stage, x_0, i_start, timesteps, prompt, null, GAMMA, seeds.generator(29))
    assert torch.equal(next(loop), expected)
    assert len(list(loop)) == 33 - i_start - 1


def test_is_the_guided_loop_from_the_noisy_image(world, picture, embed) -> None:
    x_0, timesteps, generator = picture(5), strided_timesteps(), seeds.generator(29)
    prompts = embed(picture(1), 1), embed(picture(0), 1)
    x_t = forward(x_0, timesteps[10], world.alpha_bar, seeds.noise(x_0.shape, generator))
    expected = list(iterative_denoise_cfg(world.stage, x_t, 10, timesteps, *prompts, GAMMA, generator))
    found = list(sdedit(world.stage, x_0, 10, timesteps, *prompts, GAMMA, seeds.generator(29)))
    assert len(found) == 23
    assert all(map(torch.equal, found, expected))


@pytest.mark.parametrize("i_start", [*STARTS, 32])
def test_remembers_as_much_as_the_noise_left(world, picture, embed, surprise, i_start: int) -> None:
    """Regression of the result on the original: slope Cov[x_0, x_t] / Var[x_t] twice, there and back."""
    mean, timesteps = picture(29), strided_timesteps()
    x_0 = mean + 0.2
    prompt, generator = embed(mean), seeds.generator(29 + i_start)
    loop = sdedit(
        world.stage, x_0.expand(400, -1, -1, -1), i_start, timesteps, prompt, prompt, 1.0, generator
    )
    *_, edits = loop
    level, last = (float(world.alpha_bar[t]) for t in (timesteps[i_start], 0))
    back = math.sqrt(level / last) * world.variance(0) / world.variance(timesteps[i_start])
    expected = math.sqrt(last) * mean + back * math.sqrt(level) * 0.2
    variance = world.variance(0) + back**2 * ((1 - level) - world.variance(timesteps[i_start]))
    assert surprise(edits, expected, variance) < 1


@pytest.mark.parametrize("i_start", [-1, 34])
def test_a_start_that_is_none(world, picture, embed, i_start: int) -> None:
    prompt, timesteps = embed(picture(1), 1), strided_timesteps()
    loop = sdedit(world.stage, picture(5), i_start, timesteps, prompt, prompt, GAMMA, seeds.generator(29))
    with pytest.raises(ValueError, match=rf"^i_start = {i_start}, but timesteps has the indices 0 to 33"):
        next(loop)


@pytest.mark.filterwarnings("ignore::course.toolkit.vocabulary.UnknownWordWarning")
def test_a_ladder_ends_with_the_originals(miniature) -> None:
    x_0 = torch.stack([torch.full((3, 8, 8), 0.1), torch.full((3, 8, 8), -0.3)])
    rows: list[list[Tensor]] = ladder(Studio(miniature), x_0, "a photo")
    assert [len(row) for row in rows] == [7, 7]
    assert torch.equal(torch.stack([row[-1] for row in rows]), x_0)
    nearness = [float((row[0] - row[-1]).abs().mean() - (row[-2] - row[-1]).abs().mean()) for row in rows]
    assert min(nearness) > 0, "the last start does not stay nearer to the original than the first"
