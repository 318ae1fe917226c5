"""Checks of B 2.3, sampling."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Right, Unlike, exercise
from autograder.checks.chance import assert_noise
from autograder.checks.digit_scenes import DigitScene, digit_scene, joined
from autograder.checks.digit_steps import Walk, assert_quiet, assert_steps, step_weights
from autograder.checks.draws import Draw
from autograder.checks.student import Student
from autograder.link.networks import Network
from course.toolkit import seeds

COUNT = 32


@exercise("ddpm_sample", weight=2)
def test_times(student: Student, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """In num_ts steps the network is told t / num_ts for t = num_ts − 1, …, 1, 0, once for every image."""
    scene = digit_scene(draw, num_ts=5)
    unlike_known_mistakes(scene.timed(), scene.schedule, scene.img_wh, 5, draw.generator(), 3)
    scene = digit_scene(draw)
    walk = walked(student, draw, scene)
    walk.assert_times()


@exercise("ddpm_sample", weight=2)
def test_start(student: Student, draw: Draw) -> None:
    """It starts from N(0, 1) noise, (count, 1, H, W), another for every image.

    On 2,048 numbers, by bounds that raise a false alarm in one of 10⁷ checks at most.
    """
    scene = digit_scene(draw, num_ts=3)
    assert_noise(walked(student, draw, scene).start(), what="what the network is first asked about")


@exercise("ddpm_sample", weight=4)
def test_steps(student: Student, right: Right, draw: Draw) -> None:
    """Every step takes the two terms of (B.7) and adds √β_t z with fresh noise z, the last one without z.

    On 2,048 numbers a step, by bounds that raise a false alarm in one of 10⁶ checks at most for all 22.
    """
    quiet = digit_scene(draw)
    weights = step_weights(right, quiet)
    for scene in (quiet.loud(), quiet):
        walk = walked(student, draw, scene)
        walk.assert_times()
        estimates = [joined(step).returned for step in walk.steps]
        once = all(len(estimate) == COUNT for estimate in estimates)
        assert once, "the network is asked about an image more than once a step"
        assert_steps(weights, walk, estimates)


@exercise("ddpm_sample")
@given(count=st.integers(1, 4), num_ts=st.integers(1, 4), height=st.integers(3, 6))
def test_shapes(student: Student, draw: Draw, count: int, num_ts: int, height: int) -> None:
    """After each of num_ts steps it yields (count, 1, H, W), where H and W may differ and count may be 1."""
    scene = digit_scene(draw, num_ts=num_ts)
    network = Network(lambda x, t, training: 0.5 * x)
    loop = network, scene.schedule, (height, 4), num_ts, draw.generator()
    student.images(*loop, count, shape=(count, 1, height, 4), count=num_ts)
    student.images(*loop, shape=(1, 1, height, 4), count=num_ts)


@exercise("ddpm_sample")
def test_mode(student: Student, draw: Draw) -> None:
    """The network samples in evaluation mode, without gradients, and ends in the mode it came in."""
    scene = digit_scene(draw, num_ts=3)
    for training in (True, False):
        network = scene.timed(training=training)
        left, *_ = student.after(network, scene.schedule, scene.img_wh, scene.num_ts, draw.generator())
        assert_quiet(network, left)


@exercise("ddpm_sample")
def test_seeds(student: Student, draw: Draw) -> None:
    """The same seed gives the same images, another seed others."""
    scene = digit_scene(draw, num_ts=3)

    def last(seed: int) -> Tensor:
        loop = scene.timed(), scene.schedule, scene.img_wh, scene.num_ts, seeds.generator(seed), 2
        return student.images(*loop, shape=scene.shape(2))[-1]

    assert torch.equal(last(1), last(1)), "the same seed gave two different samples"
    assert not torch.equal(last(1), last(2)), "two seeds gave the same sample"


def walked(student: Student, draw: Draw, scene: DigitScene) -> Walk:
    """Return what the loop did for COUNT images."""
    scene.oracle.forget()
    loop = scene.timed(), scene.schedule, scene.img_wh, scene.num_ts, draw.generator(), COUNT
    images = student.images(*loop, shape=scene.shape(COUNT), count=scene.num_ts)
    return Walk(scene, scene.oracle.steps(), images)
