"""Checks of B 2.2, training a diffusion model."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Unlike, exercise
from autograder.checks.chance import assert_noise, unlikely
from autograder.checks.digit_scenes import (
    asked_once,
    assert_learns,
    assert_loss,
    digit_scene,
    implied_noise,
    pictures,
    timesteps,
)
from autograder.checks.draws import Draw
from autograder.checks.examples import close
from autograder.checks.student import Student
from autograder.link.networks import Pixelwise
from autograder.link.values import Foreign

SAMPLES = 1_024
NAMES = ("betas", "alphas", "alpha_bars")


@exercise("ddpm_schedule", weight=2)
def test_betas(student: Student, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """The betas go from beta1 to beta2 in equal steps, num_ts of them."""
    for num_ts in (draw.integer(5, 40), 300):
        beta1, beta2 = draw.number(1e-4, 1e-2), draw.number(0.02, 0.3)
        unlike_known_mistakes(beta1, beta2, num_ts)
        betas = schedule(student, beta1, beta2, num_ts)["betas"]
        assert abs(betas[0] - beta1) < 1e-6, f"the first beta is {betas[0]:.6g}, not beta1 = {beta1:.6g}"
        assert abs(betas[-1] - beta2) < 1e-6, f"the last beta is {betas[-1]:.6g}, not beta2 = {beta2:.6g}"
        assert betas.diff().diff().abs().max() < 1e-6, "they do not rise in equal steps"


@exercise("ddpm_schedule", weight=2)
@given(beta1=st.floats(1e-4, 0.01), beta2=st.floats(0.01, 0.5), num_ts=st.integers(1, 50))
def test_alphas(student: Student, beta1: float, beta2: float, num_ts: int) -> None:
    """Each alpha is what its beta leaves, and each alpha_bar is the last alpha_bar times alpha."""
    found = schedule(student, beta1, beta2, num_ts)
    betas, alphas, alpha_bars = (found[name] for name in NAMES)
    assert close(alphas + betas, torch.ones(num_ts), 1e-6), "alphas and betas do not add up to 1"
    assert close(alpha_bars[:1], alphas[:1], 1e-6), "the first alpha_bar is not the first alpha"
    assert close(alpha_bars[1:], alpha_bars[:-1] * alphas[1:], 1e-6), "the alpha_bars do not multiply up"


@exercise("ddpm_schedule")
def test_dtype(student: Student) -> None:
    """All three are float32 tensors."""
    found = student.raw(1e-4, 0.02, 300)
    schedule(student, 1e-4, 0.02, 300)
    for name in NAMES:
        assert found[name].dtype == torch.float32, f'"{name}" has dtype {found[name].dtype}'


@exercise("ddpm_forward", weight=2)
def test_timesteps(student: Student, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """The network is given t / num_ts with a t for every image by itself, uniform in 0, …, num_ts − 1.

    On 1,024 timesteps, by bounds that raise a false alarm in one of 10⁷ checks at most for each of 6.
    """
    for _ in range(3):
        scene = digit_scene(draw, num_ts=6, size=4)
        x_0, generator = pictures(draw, 8, 4), draw.generator()
        unlike_known_mistakes(scene.timed(), scene.schedule, x_0, scene.num_ts, generator)
    scene = digit_scene(draw, num_ts=6, size=4)
    student(scene.timed(), scene.schedule, pictures(draw, SAMPLES, 4), scene.num_ts, draw.generator())
    t = timesteps(scene.oracle, asked_once(scene.oracle, SAMPLES).t)
    assert len(set(t.tolist())) > 1, "all images of a batch get the same timestep; draw one for each"
    for value in range(scene.num_ts):
        count = int((t == value).sum())
        assert not unlikely(count, SAMPLES, 1 / scene.num_ts), (
            f"of {SAMPLES} timesteps in 0, …, {scene.num_ts - 1}, {value} came {count} times"
        )


@exercise("ddpm_forward", weight=2)
def test_noise(student: Student, draw: Draw) -> None:
    """x_t is the image noised to its own timestep with N(0, 1) noise, another for every image and call.

    On 4,096 numbers a call, by bounds that raise a false alarm in one of 10⁷ checks at most.
    """
    scene, x_0 = digit_scene(draw), pictures(draw, 64)
    found = []
    for _ in range(2):
        scene.oracle.forget()
        student(scene.timed(), scene.schedule, x_0, scene.num_ts, draw.generator())
        asked = asked_once(scene.oracle, len(x_0))
        found.append(implied_noise(scene.oracle, asked, x_0))
    again = "two generators give the same noise; draw it from `generator`"
    assert_noise(*found, what="the ε in x_t, for the t that the network is told,", again=again)


@exercise("ddpm_forward", weight=2)
def test_loss(student: Student, draw: Draw) -> None:
    """The loss is the mean of the squares of ε − ε̂, with the ε that is in x_t, a single number."""
    for count in (1, 9):
        scene, x_0 = digit_scene(draw), pictures(draw, count)
        loss = student(scene.timed(), scene.schedule, x_0, scene.num_ts, draw.generator())
        asked = asked_once(scene.oracle, count)
        eps = implied_noise(scene.oracle, asked, x_0)
        assert_loss(loss, asked.returned, eps, "ε − unet(x_t, t / num_ts)")


@exercise("ddpm_forward")
def test_gradients(student: Student, draw: Draw) -> None:
    """The loss has gradients, so that the network can learn from it."""
    scene = digit_scene(draw)
    unet, x_0 = Pixelwise(0.5, 0.1), pictures(draw, 4)
    assert_learns(student, unet, scene.schedule, x_0, scene.num_ts, draw.generator())


def schedule(student: Student, beta1: float, beta2: float, num_ts: int) -> dict[str, Tensor]:
    """Return the student's schedule in float64; AssertionError where it is none."""
    found = student.raw(beta1, beta2, num_ts)
    kind = found.type_name if isinstance(found, Foreign) else type(found).__name__
    assert isinstance(found, dict), f"the result is of type {kind}, not a dict"
    for name in NAMES:
        assert name in found, f'there is no "{name}" in it'
        entry = found[name]
        assert isinstance(entry, Tensor), f'"{name}" is no tensor'
        assert entry.is_floating_point(), f'"{name}" has dtype {entry.dtype}, not torch.float32'
        assert entry.shape == (num_ts,), f'"{name}" has the shape {tuple(entry.shape)}, not ({num_ts},)'
        assert entry.isfinite().all(), f'"{name}" holds NaN or infinite numbers'
    return {name: found[name].double() for name in NAMES}
