"""Checks of B 2.5, training with classes."""

import torch
from torch import Tensor

from autograder.checks import Unlike, exercise
from autograder.checks.chance import assert_noise, unlikely
from autograder.checks.digit_scenes import (
    DigitScene,
    asked_once,
    assert_learns,
    assert_loss,
    classes,
    digit_scene,
    implied_noise,
    pictures,
    timesteps,
)
from autograder.checks.draws import Draw
from autograder.checks.student import Student
from autograder.link.digit_oracle import Asked
from autograder.link.networks import Pixelwise

SAMPLES = 1_024


@exercise("class_ddpm_forward", weight=2)
def test_classes(student: Student, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """Every image goes to the network with its own class, unchanged, unless that is dropped."""
    for _ in range(4):
        scene = digit_scene(draw, num_ts=6, size=4)
        x_0, c = pictures(draw, 12, 4), classes(draw, 12)
        generator = draw.generator()
        unlike_known_mistakes(scene.classed(), scene.schedule, x_0, c, scene.num_ts, generator, 0.4)
    asked, c = trained(student, draw, digit_scene(draw, size=4), 64)
    assert asked.c is not None
    kept = asked.mask > 0
    assert kept.any(), "the mask is 0 for all 64 images; 1 keeps the class, 0 drops it"
    wrong = int((asked.c != c)[kept].sum())
    assert wrong == 0, f"of {int(kept.sum())} classes that are not dropped, {wrong} are wrong"


@exercise("class_ddpm_forward", weight=3)
def test_mask(student: Student, draw: Draw) -> None:
    """Every class is dropped by itself with the probability p_uncond, 0.1 by default: its mask is 0, else 1.

    On 1,024 images each, by bounds that raise a false alarm in one of 10⁷ checks at most.
    """
    shares = [(), (0.0,), (0.3,), (0.8,), (1.0,)]
    for p_uncond in shares:
        asked, _ = trained(student, draw, digit_scene(draw, num_ts=3, size=2), SAMPLES, *p_uncond)
        assert bool(((asked.mask == 0) | (asked.mask == 1)).all()), (
            "the mask holds other numbers than 0 and 1"
        )
        count, share = int((asked.mask == 0).sum()), p_uncond[0] if p_uncond else 0.1
        told = f"with p_uncond = {share:g}{'' if p_uncond else ' by default'} the mask of {SAMPLES} images"
        assert not unlikely(count, SAMPLES, share), f"{told} has {count} zeros"


@exercise("class_ddpm_forward")
def test_fresh_mask(student: Student, draw: Draw) -> None:
    """The mask is drawn anew in every call, for every image by itself.

    Two masks of 1,024 images are equal by chance in one of 10³⁰⁰ checks; so are their neighbours.
    """
    scene = digit_scene(draw, num_ts=3, size=2)
    first, second = (trained(student, draw, scene, SAMPLES, 0.5)[0].mask for _ in range(2))
    assert len(set(first.tolist())) > 1, "all images of a batch get the same mask; draw one for each"
    assert not torch.equal(first, second), "two generators give the same mask; draw it from `generator`"


@exercise("class_ddpm_forward", weight=2)
def test_noise(student: Student, draw: Draw) -> None:
    """The images are noised as in B 2.2: each to its own timestep, with N(0, 1) noise of its own.

    On 4,096 numbers a call, by bounds that raise a false alarm in one of 10⁷ checks at most for each.
    """
    scene, x_0 = digit_scene(draw, num_ts=6), pictures(draw, 64)
    found, times = [], list[int]()
    for _ in range(2):
        asked, _ = trained(student, draw, scene, len(x_0), x_0=x_0)
        found.append(implied_noise(scene.oracle, asked, x_0))
        times += timesteps(scene.oracle, asked.t).tolist()
    again = "two generators give the same noise; draw it from `generator`"
    assert_noise(*found, what="the ε in x_t, for the t that the network is told,", again=again)
    for value in range(scene.num_ts):
        told = (
            f"of {len(times)} timesteps in 0, …, {scene.num_ts - 1}, {value} came {times.count(value)} times"
        )
        assert not unlikely(times.count(value), len(times), 1 / scene.num_ts), told


@exercise("class_ddpm_forward", weight=2)
def test_loss(student: Student, draw: Draw) -> None:
    """The loss is the mean of the squares of ε − ε̂, with the ε that is in x_t, a single number."""
    for p_uncond in (0.0, 0.5, 1.0):
        scene, x_0, c = digit_scene(draw), pictures(draw, 9), classes(draw, 9)
        generator = draw.generator()
        loss = student(scene.classed(), scene.schedule, x_0, c, scene.num_ts, generator, p_uncond)
        asked = asked_once(scene.oracle, 9)
        eps = implied_noise(scene.oracle, asked, x_0)
        assert_loss(loss, asked.returned, eps, "ε − unet(x_t, c, t / num_ts, mask)")


@exercise("class_ddpm_forward")
def test_gradients(student: Student, draw: Draw) -> None:
    """The loss has gradients, so that the network can learn from it."""
    scene, x_0, c = digit_scene(draw), pictures(draw, 4), classes(draw, 4)
    assert_learns(student, Pixelwise(0.5, 0.1), scene.schedule, x_0, c, scene.num_ts, draw.generator())


def trained(
    student: Student, draw: Draw, scene: DigitScene, count: int, *p_uncond: float, x_0: Tensor | None = None
) -> tuple[Asked, Tensor]:
    """Return what the network was asked in one training step on so many images, and their classes."""
    scene.oracle.forget()
    x_0, c = pictures(draw, count, scene.size) if x_0 is None else x_0, classes(draw, count)
    student(scene.classed(), scene.schedule, x_0, c, scene.num_ts, draw.generator(), *p_uncond)
    return asked_once(scene.oracle, count), c
