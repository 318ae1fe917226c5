"""Steps and their loop: against diffusers' scheduler, against Bayes, and in a world that is known."""

import math
from itertools import islice, pairwise

import pytest
import torch
from diffusers import DDPMScheduler
from torch import Tensor

from course.toolkit import seeds
from course.toolkit.stage import make_stage
from solutions.part_a.s1_1_forward import forward
from solutions.part_a.s1_3_one_step import estimate_clean
from solutions.part_a.s1_4_iterative import denoise_step, iterative_denoise, strided_timesteps


def random_unet(sample: Tensor, timestep: int, encoder_hidden_states: Tensor, return_dict: bool) -> tuple:
    """Answer with something that depends on all of the question."""
    seed = int(timestep) + int(1e3 * sample.double().abs().mean())
    eps = 0.3 * sample + 0.1 * seeds.noise(sample.shape, seeds.generator(seed))
    return (torch.cat([eps, torch.tanh(sample * encoder_hidden_states.mean())], 1),)


def test_34_timesteps() -> None:
    timesteps = strided_timesteps()
    assert timesteps == [*range(990, 0, -30), 0]
    assert len(timesteps) == 34
    assert all(type(t) is int for t in timesteps)


@pytest.mark.parametrize(
    ("count", "stride", "expected"), [(10, 4, [8, 4, 0]), (9, 4, [8, 4, 0]), (8, 4, [4, 0]), (3, 5, [0])]
)
def test_other_strides(count: int, stride: int, expected: list[int]) -> None:
    assert strided_timesteps(count, stride) == expected


def test_33_steps_of_diffusers(scheduler) -> None:
    """x̂_0, mean and v_sigma together are `DDPMScheduler.step`, with the same noise."""
    alpha_bar, timesteps = scheduler.alphas_cumprod, strided_timesteps()
    stage = make_stage(random_unet, alpha_bar)
    for t, t_prime in pairwise(timesteps):
        x_t, eps_hat, v = seeds.noise((3, 2, 3, 8, 8), seeds.generator(t))
        theirs = scheduler.step(torch.cat([eps_hat, v], 1), t, x_t, generator=seeds.generator(29)).prev_sample
        mean = denoise_step(x_t, t, t_prime, alpha_bar, estimate_clean(x_t, t, alpha_bar, eps_hat))
        found = stage.add_variance(mean, v, t, t_prime, seeds.generator(29))
        torch.testing.assert_close(found, theirs, rtol=2e-5, atol=2e-5)


def test_the_loop_of_diffusers(scheduler) -> None:
    """The loop clamps x̂_0, as `clip_sample` does."""
    scheduler = DDPMScheduler.from_config(scheduler.config, clip_sample=True)
    scheduler.set_timesteps(timesteps=strided_timesteps())
    x_t, embeds = seeds.noise((2, 3, 8, 8), seeds.generator(1)), torch.ones(2, 4, 5)
    stage, generator = make_stage(random_unet, scheduler.alphas_cumprod), seeds.generator(29)
    found = list(iterative_denoise(stage, x_t, 10, strided_timesteps(), embeds, seeds.generator(29)))
    assert len(found) == 23
    for t, ours in zip(scheduler.timesteps.tolist()[10:], found, strict=False):
        output = random_unet(x_t, t, embeds, return_dict=False)[0]
        x_t = scheduler.step(output, t, x_t, generator=generator).prev_sample
        torch.testing.assert_close(ours, x_t, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("t", "t_prime"), [(990, 960), (990, 0), (30, 0), (500, 499)])
def test_the_mean_is_that_of_bayes(alpha_bar: Tensor, t: int, t_prime: int) -> None:
    """x_t′ is known from x_0 and from x_t; weighted by precision, the two give the mean of equation (A.3)."""
    x_t, x_0 = seeds.noise((2, 1, 3, 8, 8), seeds.generator(29), dtype=torch.float64)
    levels = alpha_bar.double()
    cleaner, alpha = float(levels[t_prime]), float(levels[t] / levels[t_prime])
    of_past, of_future = 1 / (1 - cleaner), alpha / (1 - alpha)
    weighted = of_past * math.sqrt(cleaner) * x_0 + of_future * x_t / math.sqrt(alpha)
    found = denoise_step(x_t, t, t_prime, levels, x_0)
    torch.testing.assert_close(found, weighted / (of_past + of_future), rtol=1e-9, atol=1e-9)


def test_a_step_to_the_clean_image_is_x0_hat() -> None:
    x_t, x0_hat = seeds.noise((2, 1, 3, 4, 4), seeds.generator(29))
    found = denoise_step(x_t, 1, 0, torch.tensor([1.0, 0.3]), x0_hat)
    torch.testing.assert_close(found, x0_hat)


def test_every_image_has_the_known_marginal(world, picture, embed, surprise) -> None:
    """33 images of 400 samples: all alike in fewer than one of 3,000 seeds would exceed."""
    mean, timesteps = picture(29), strided_timesteps()
    x_0 = mean + world.spread * seeds.noise((400, 3, 8, 8), seeds.generator(1))
    x_t = forward(x_0, 990, world.alpha_bar, seeds.noise(x_0.shape, seeds.generator(2)))
    loop = iterative_denoise(world.stage, x_t, 0, timesteps, embed(mean), seeds.generator(29))
    for t_prime, image in zip(timesteps[1:], loop, strict=True):
        expected = float(world.alpha_bar[t_prime].sqrt()) * mean
        assert surprise(image, expected, world.variance(t_prime)) < 1, f"after the step to {t_prime}"


def test_the_known_marginal_can_be_missed(world, picture, embed, surprise) -> None:
    """Without v_sigma, and with the mean of another prompt, the same test says so."""
    mean, x_t = picture(29), seeds.noise((400, 3, 8, 8), seeds.generator(1))
    wrong = [(world.quiet_stage, picture(29)), (world.stage, picture(29) + 0.05)]
    for stage, prompt in wrong:
        *_, image = iterative_denoise(stage, x_t, 0, strided_timesteps(), embed(prompt), seeds.generator(29))
        assert surprise(image, mean, world.variance(0)) > 1


def test_yields_as_it_goes(world, picture, embed) -> None:
    x_t = torch.zeros(1, 3, 8, 8)
    timesteps, generator = strided_timesteps(), seeds.generator(29)
    loop = iterative_denoise(world.stage, x_t, 0, timesteps, embed(picture(1), 1), generator)
    assert world.calls == []
    images = list(islice(loop, 3))
    assert [t for t, _, _ in world.calls] == [990, 960, 930]
    assert torch.equal(world.calls[2][1], images[1])


def test_the_last_start_has_nothing_to_do(world, picture, embed) -> None:
    x_t, embeds = torch.zeros(1, 3, 8, 8), embed(picture(1), 1)
    assert (
        list(iterative_denoise(world.stage, x_t, 33, strided_timesteps(), embeds, seeds.generator(0))) == []
    )


@pytest.mark.parametrize("i_start", [-1, 34])
def test_a_start_that_is_none(world, picture, embed, i_start: int) -> None:
    message = rf"^i_start = {i_start}, but timesteps has the indices 0 to 33; pass one of them$"
    x_t, embeds = torch.zeros(1, 3, 8, 8), embed(picture(1), 1)
    loop = iterative_denoise(world.stage, x_t, i_start, strided_timesteps(), embeds, seeds.generator(0))
    with pytest.raises(ValueError, match=message):
        next(loop)


@pytest.mark.parametrize(("t", "t_prime", "named"), [(1000, 0, 1000), (-1, 0, -1), (30, -1, -1)])
def test_no_timestep_of_the_schedule(alpha_bar: Tensor, t: int, t_prime: int, named: int) -> None:
    image = torch.zeros(1, 3, 2, 2)
    with pytest.raises(ValueError, match=rf"^t = {named}, but the schedule \w+ at \d+; pass \d+ for"):
        denoise_step(image, t, t_prime, alpha_bar, image)


def test_an_estimate_of_another_shape(alpha_bar: Tensor) -> None:
    with pytest.raises(ValueError, match=r"x_t and x0_hat have the shapes .* make them equal"):
        denoise_step(torch.zeros(2, 3, 2, 2), 30, 0, alpha_bar, torch.zeros(1, 3, 2, 2))
