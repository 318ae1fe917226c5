"""Guidance: its ends, its one call, the whole pipeline of diffusers, and where it leads in a known world."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from course.toolkit import seeds
from course.toolkit.stage import Stage, make_stage
from solutions.part_a.s1_4_iterative import strided_timesteps
from solutions.part_a.s1_6_guidance import estimate_noise_cfg, guide, iterative_denoise_cfg, step

GAMMA = 7.0


@pytest.fixture
def embeds(miniature) -> tuple[Tensor, Tensor]:
    return miniature.embed(["a rocket ship", "a pencil"]), miniature.embed(["", ""])


@given(seed=st.integers(0, 2**32), gamma=st.floats(-5, 15))
def test_is_linear_in_gamma(seed: int, gamma: float) -> None:
    uncond, cond = seeds.noise((2, 1, 3, 4, 4), seeds.generator(seed), dtype=torch.float64)
    assert torch.equal(guide(uncond, cond, 0.0), uncond)
    torch.testing.assert_close(guide(uncond, cond, 1.0), cond)
    torch.testing.assert_close(guide(uncond, cond, gamma), (1 - gamma) * uncond + gamma * cond)


def test_by_hand() -> None:
    found = guide(torch.full((1, 1, 1, 1), 2.0), torch.full((1, 1, 1, 1), 3.0), 7.0)
    assert float(found) == 9.0


def test_estimates_of_different_shapes() -> None:
    with pytest.raises(ValueError, match=r"^eps_uncond and eps_cond have the shapes .* make them equal$"):
        guide(torch.zeros(1, 3, 2, 2), torch.zeros(2, 3, 2, 2), 7.0)


def test_one_call_of_the_unet(world, picture, embed) -> None:
    x_t, prompt, null = torch.zeros(2, 3, 8, 8), embed(picture(1), 2), embed(picture(0), 2)
    estimate_noise_cfg(world.unet, x_t, 480, prompt, null, GAMMA)
    [(t, sample, embeddings)] = world.calls
    assert (t, len(sample)) == (480, 4)
    assert sorted(map(float, embeddings[::2, 0, 0])) == sorted([float(prompt[0, 0, 0]), float(null[0, 0, 0])])


def test_33_calls_in_the_loop(world, picture, embed) -> None:
    prompts = embed(picture(1), 1), embed(picture(0), 1)
    x_t, generator = torch.zeros(1, 3, 8, 8), seeds.generator(29)
    images = list(iterative_denoise_cfg(world.stage, x_t, 0, strided_timesteps(), *prompts, GAMMA, generator))
    assert len(images) == len(world.calls) == 33


def test_the_variance_is_the_conditional_one(miniature, embeds) -> None:
    x_t = seeds.noise((2, 3, 8, 8), seeds.generator(29))
    _, variance = estimate_noise_cfg(miniature.stage_1.unet, x_t, 480, *embeds, GAMMA)
    alone = miniature.stage_1.unet(x_t, 480, encoder_hidden_states=embeds[0], return_dict=False)[0]
    torch.testing.assert_close(variance, alone[:, 3:], rtol=0, atol=1e-5)


def run_ours(stage: Stage, prompts: tuple[Tensor, Tensor], gamma: float) -> list[Tensor]:
    generator = seeds.generator(29)
    x_t = seeds.noise((2, 3, 8, 8), generator)
    with torch.inference_mode():
        loop = iterative_denoise_cfg(stage, x_t, 0, strided_timesteps(), *prompts, gamma, generator)
        return list(loop)


def furthest(ours: list[Tensor], theirs: list[Tensor]) -> float:
    return max(float((a - b).abs().max()) for a, b in zip(ours, theirs, strict=True))


def test_is_the_whole_pipeline_of_diffusers(miniature, embeds, pipeline_latents) -> None:
    """All 33 images; the pipeline's one step more, from t = 0 to x̂_0, is left to the test of A 0.

    It takes the variance of the prompt's half of the batch, as we do: with the null prompt's (prompts
    exchanged and γ → 1 − γ, which leaves the noise estimate as it is) the images are others.
    """
    theirs, _ = pipeline_latents(
        clip=True,
        prompt_embeds=embeds[0],
        negative_prompt_embeds=embeds[1],
        guidance_scale=GAMMA,
        timesteps=strided_timesteps(),
        generator=seeds.generator(29),
    )
    ours = run_ours(miniature.stage_1, embeds, GAMMA)
    assert len(theirs) == 34
    assert furthest(ours, theirs[:33]) < 1e-4
    others = {
        "another gamma": run_ours(miniature.stage_1, embeds, GAMMA + 0.5),
        "the null prompt's variance": run_ours(miniature.stage_1, embeds[::-1], 1 - GAMMA),
    }
    assert all(furthest(other, theirs[:33]) > 3e-3 for other in others.values())


def test_leads_to_the_extrapolated_mean(world, picture, embed, surprise) -> None:
    """Between Gaussians of equal spread, guidance by 7 samples from N(m_u + 7 (m_c - m_u), s²)."""
    null, mean = picture(0), picture(1) * 0.4
    far = null + GAMMA * (mean - null)
    assert float(far.abs().max()) < 0.9, "else the clamp would show"
    x_t = seeds.noise((400, 3, 8, 8), seeds.generator(3))
    prompts, generator = (embed(mean), embed(null)), seeds.generator(29)
    *_, images = iterative_denoise_cfg(world.stage, x_t, 0, strided_timesteps(), *prompts, GAMMA, generator)
    assert surprise(images, float(world.alpha_bar[0].sqrt()) * far, world.variance(0)) < 1
    assert surprise(images, float(world.alpha_bar[0].sqrt()) * mean, world.variance(0)) > 1


def test_a_step_clamps_the_estimate_as_diffusers_does(scheduler) -> None:
    from diffusers import DDPMScheduler

    clipping = DDPMScheduler.from_config(scheduler.config, clip_sample=True)
    clipping.set_timesteps(timesteps=strided_timesteps())
    stage = make_stage(lambda *_: None, scheduler.alphas_cumprod)
    for t, t_prime in pairwise(strided_timesteps()):
        x_t, eps_hat, v = seeds.noise((3, 2, 3, 8, 8), seeds.generator(t))
        theirs = clipping.step(torch.cat([eps_hat, v], 1), t, x_t, generator=seeds.generator(29)).prev_sample
        found = step(stage, x_t, t, t_prime, eps_hat, v, seeds.generator(29))
        torch.testing.assert_close(found, theirs, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("i_start", [-1, 34, 1000])
def test_a_start_that_is_none(world, picture, embed, i_start: int) -> None:
    prompts = embed(picture(1), 1), embed(picture(0), 1)
    x_t, generator = torch.zeros(1, 3, 8, 8), seeds.generator(29)
    loop = iterative_denoise_cfg(world.stage, x_t, i_start, strided_timesteps(), *prompts, GAMMA, generator)
    with pytest.raises(ValueError, match=rf"^i_start = {i_start}, but timesteps has the indices 0 to 33"):
        next(loop)
