"""Text to image: the pipeline as it is, step by step the loop that later sections write."""

import pytest
import torch
from torch import Tensor

from course.toolkit import seeds
from solutions.part_a.s0_generation import generate
from solutions.part_a.s1_3_one_step import estimate_clean
from solutions.part_a.s1_6_guidance import estimate_noise_cfg, iterative_denoise_cfg


@pytest.fixture
def embeds(miniature) -> tuple[Tensor, Tensor]:
    return miniature.embed(["a rocket ship", "a pencil"]), miniature.embed(["", ""])


def test_one_picture_a_prompt_in_range(miniature, embeds) -> None:
    images = generate(miniature.pipeline, *embeds, 5, seeds.generator(29))
    assert images.shape == (2, 3, 8, 8)
    assert images.dtype == torch.float32
    assert float(images.abs().max()) <= 1


def test_the_seed_decides(miniature, embeds) -> None:
    first, second, other = (
        generate(miniature.pipeline, *embeds, 3, seeds.generator(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("count", [5, 20])
def test_is_our_own_loop_with_gamma_7(miniature, embeds, count: int) -> None:
    """Along the pipeline's own timesteps, from the same noise, and from the last one x̂_0."""
    found = generate(miniature.pipeline, *embeds, count, seeds.generator(29))
    timesteps = miniature.pipeline.scheduler.timesteps.tolist()
    assert len(timesteps) == count
    stage_1, generator = miniature.stage_1, seeds.generator(29)
    x_t = seeds.noise((2, 3, 8, 8), generator)
    with torch.inference_mode():
        *_, last = iterative_denoise_cfg(stage_1, x_t, 0, timesteps, *embeds, 7.0, generator)
        eps_hat, _ = estimate_noise_cfg(stage_1.unet, last, timesteps[-1], *embeds, 7.0)
    clean = estimate_clean(last, timesteps[-1], stage_1.alpha_bar, eps_hat).clamp(-1, 1)
    torch.testing.assert_close(found, clean, rtol=0, atol=1e-4)
