"""What holds of all of Part A: half precision works, arguments stay as they were, devices agree."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from course.toolkit import seeds
from solutions.part_a.s1_1_forward import forward
from solutions.part_a.s1_2_blur import blur_denoise
from solutions.part_a.s1_3_one_step import estimate_clean, estimate_noise
from solutions.part_a.s1_4_iterative import denoise_step, iterative_denoise, strided_timesteps
from solutions.part_a.s1_5_sampling import sample
from solutions.part_a.s1_6_guidance import estimate_noise_cfg, guide, iterative_denoise_cfg, step
from solutions.part_a.s1_7_2_inpainting import inpaint
from solutions.part_a.s1_7_3_text_editing import edit_ladder
from solutions.part_a.s1_7_sdedit import sdedit
from solutions.part_a.s1_8_anagrams import anagram_estimate, rotate_180, visual_anagrams
from solutions.part_a.s1_9_hybrids import high_pass, hybrid_estimate, low_pass, make_hybrids

PRESENT = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
HALVES = [torch.float16, torch.bfloat16]
GAMMA, KERNEL, SHAPE, STEPS = 7.0, (5, 1.0), (2, 3, 8, 8), strided_timesteps()
T, T_PRIME = 480, 450


def one(value: Tensor | tuple[Tensor, ...]) -> Tensor:
    return torch.cat(value) if isinstance(value, tuple) else value


PURE: dict[str, Callable[..., Tensor]] = {
    "forward": lambda w, a, b: forward(a, T, w.alpha_bar, b),
    "blur_denoise": lambda w, a, b: blur_denoise(a),
    "estimate_noise": lambda w, a, b: one(estimate_noise(w.unet, a, T, b.flatten(2))),
    "estimate_clean": lambda w, a, b: estimate_clean(a, T, w.alpha_bar, b),
    "denoise_step": lambda w, a, b: denoise_step(a, T, T_PRIME, w.alpha_bar, b),
    "guide": lambda w, a, b: guide(a, b, GAMMA),
    "estimate_noise_cfg": lambda w, a, b: one(
        estimate_noise_cfg(w.unet, a, T, a.flatten(2), b.flatten(2), GAMMA)
    ),
    "step": lambda w, a, b: step(w.stage, a, T, T_PRIME, b, b, seeds.generator(29)),
    "rotate_180": lambda w, a, b: rotate_180(a),
    "anagram_estimate": lambda w, a, b: one(
        anagram_estimate(w.unet, a, T, a.flatten(2), b.flatten(2), b.flatten(2), GAMMA)
    ),
    "low_pass": lambda w, a, b: low_pass(a, *KERNEL),
    "high_pass": lambda w, a, b: high_pass(a, *KERNEL),
    "hybrid_estimate": lambda w, a, b: one(
        hybrid_estimate(w.unet, a, T, a.flatten(2), b.flatten(2), b.flatten(2), GAMMA, *KERNEL)
    ),
}
LOOPS: dict[str, Callable[..., list[Tensor]]] = {
    "iterative_denoise": lambda w, x, p, _, n, g: list(iterative_denoise(w.stage, x, 0, STEPS, p, g)),
    "sample": lambda w, x, p, _, n, g: list(sample(w.stage, SHAPE, STEPS, p, g)),
    "iterative_denoise_cfg": lambda w, x, p, _, n, g: list(
        iterative_denoise_cfg(w.stage, x, 3, STEPS, p, n, GAMMA, g)
    ),
    "sdedit": lambda w, x, p, _, n, g: list(sdedit(w.stage, x, 5, STEPS, p, n, GAMMA, g)),
    "inpaint": lambda w, x, p, _, n, g: list(
        inpaint(w.stage, x.clamp(-1, 1), (x[:1, :1] > 0).to(x), STEPS, p, n, GAMMA, g)
    ),
    "edit_ladder": lambda w, x, p, _, n, g: [
        edit_ladder(w.stage, x[:1], (1, 20), STEPS, p[:1], n[:1], GAMMA, g)
    ],
    "visual_anagrams": lambda w, x, p, q, n, g: list(
        visual_anagrams(w.stage, SHAPE, STEPS, p, q, n, GAMMA, g)
    ),
    "make_hybrids": lambda w, x, p, q, n, g: list(
        make_hybrids(w.stage, SHAPE, STEPS, p, q, n, GAMMA, g, *KERNEL)
    ),
}


@pytest.fixture
def loop_images(alpha_bar, picture, embed) -> Callable[..., Tensor]:
    """Return a function that runs one of the LOOPS in a known world and returns all of its images."""

    def run(world, name: str, dtype: torch.dtype, device: str = "cpu") -> Tensor:
        x_t = seeds.noise(SHAPE, seeds.generator(1), dtype=dtype, device=device)
        prompts = [embed(0.4 * picture(i), 2).to(device=device, dtype=dtype) for i in range(3)]
        there = replace(world, alpha_bar=alpha_bar.to(device), calls=[])
        images = LOOPS[name](there, x_t, *prompts, seeds.generator(29))
        assert {(image.dtype, image.device.type) for image in images} == {(dtype, device)}
        return torch.stack(images).float().cpu()

    return run


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("name", PURE)
def test_half_precision_is_kept_and_as_good_as_it_gets(world, name: str, dtype: torch.dtype) -> None:
    """Compared with float32 on the same, already rounded, numbers."""
    arguments = [seeds.noise(SHAPE, seeds.generator(seed), dtype=dtype) for seed in (1, 2)]
    found = PURE[name](world, *arguments)
    expected = PURE[name](world, *(argument.float() for argument in arguments))
    assert found.dtype == dtype
    error = float((found.float() - expected).abs().max() / expected.abs().max())
    assert error < 3 * torch.finfo(dtype).eps


@pytest.mark.parametrize("name", PURE)
def test_arguments_stay_as_they_were(world, name: str) -> None:
    arguments = [seeds.noise(SHAPE, seeds.generator(seed)) for seed in (1, 2)]
    before = [argument.clone() for argument in [*arguments, world.alpha_bar]]
    PURE[name](world, *arguments)
    assert all(map(torch.equal, [*arguments, world.alpha_bar], before))


def assert_near(found: Tensor, expected: Tensor, dtype: torch.dtype) -> None:
    """Measured: 26 epsilons on the way, where numbers are up to 4 in size, and 2 at the end."""
    error, epsilon = (found - expected).abs(), torch.finfo(dtype).eps
    assert float(error.max()) < 64 * epsilon
    assert float(error[-1].max()) < 4 * epsilon


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("name", LOOPS)
def test_loops_in_half_precision(world, loop_images, name: str, dtype: torch.dtype) -> None:
    found, expected = (loop_images(world, name, d) for d in (dtype, torch.float32))
    assert_near(found, expected, dtype)


@pytest.mark.gpu
@pytest.mark.parametrize("device", PRESENT)
@pytest.mark.parametrize("name", LOOPS)
def test_loops_on_a_gpu_in_half_precision(world, loop_images, name: str, device: str) -> None:
    if not PRESENT[device]():
        pytest.skip(f"this machine has no {device} device")
    assert_near(
        loop_images(world, name, torch.float16, device),
        loop_images(world, name, torch.float32),
        torch.float16,
    )
