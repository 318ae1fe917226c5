"""Sampling from pure noise: the loop from its start, the pipeline of diffusers, a known distribution."""

import torch

from course.toolkit import seeds
from solutions.part_a.s1_4_iterative import iterative_denoise, strided_timesteps
from solutions.part_a.s1_5_sampling import sample


def test_is_the_loop_from_its_start(world, picture, embed) -> None:
    timesteps, embeds, generator = strided_timesteps(), embed(picture(1), 2), seeds.generator(29)
    x_t = seeds.noise((2, 3, 8, 8), generator)
    expected = list(iterative_denoise(world.stage, x_t, 0, timesteps, embeds, generator))
    found = list(sample(world.stage, (2, 3, 8, 8), timesteps, embeds, seeds.generator(29)))
    assert len(found) == 33
    assert all(map(torch.equal, found, expected))


def test_is_diffusers_pipeline_without_guidance(miniature, pipeline_latents) -> None:
    timesteps, embeds = strided_timesteps(), miniature.embed(["a photo", "a pencil"])
    theirs, _ = pipeline_latents(
        clip=True,
        prompt_embeds=embeds,
        guidance_scale=1.0,
        timesteps=timesteps,
        generator=seeds.generator(29),
    )
    with torch.inference_mode():
        found = list(sample(miniature.stage_1, (2, 3, 8, 8), timesteps, embeds, seeds.generator(29)))
    assert len(found) == len(theirs) - 1 == 33
    for ours, latent in zip(found, theirs[:33], strict=True):
        torch.testing.assert_close(ours, latent, rtol=0, atol=1e-4)


def test_has_the_known_distribution(world, picture, embed, surprise) -> None:
    mean = picture(29)
    loop = sample(world.stage, (400, 3, 8, 8), strided_timesteps(), embed(mean), seeds.generator(29))
    *_, images = loop
    assert surprise(images, float(world.alpha_bar[0].sqrt()) * mean, world.variance(0)) < 1


def test_the_embeddings_decide_the_dtype(world, picture, embed) -> None:
    embeds = embed(picture(1), 1).double()
    assert (
        next(sample(world.stage, (1, 3, 8, 8), [990, 0], embeds, seeds.generator(29))).dtype == embeds.dtype
    )
