"""Checks of X 1, flow matching."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Agree, Unlike, exercise
from autograder.checks.digit_scenes import asked_once, assert_learns, assert_loss
from autograder.checks.digit_steps import assert_quiet
from autograder.checks.draws import Draw
from autograder.checks.flow_scenes import (
    CLOSE,
    assert_line,
    assert_start,
    assert_times,
    data,
    flow_scene,
    generators,
    implied_noise,
    straight,
)
from autograder.checks.student import Student
from autograder.link.networks import Pixelwise
from autograder.link.trials import Trial
from course.toolkit import seeds

SAMPLES = 1_024


@exercise("TimeFlowUNet", weight=3)
def test_velocity(agree: Agree, draw: Draw) -> None:
    """Filled with known weights, the network returns the right velocity: both gates multiply."""
    for _ in range(2):
        agree(1, 8, trial=Trial(inputs(draw, 1), seed=draw.integer(0, 10**6)))


@exercise("TimeFlowUNet")
def test_training_mode(agree: Agree, draw: Draw) -> None:
    """In training mode too, where every batch norm follows its batch."""
    agree(1, 8, trial=Trial(inputs(draw, 1), training=True, seed=draw.integer(0, 10**6)))


@exercise("TimeFlowUNet")
def test_channels(agree: Agree, draw: Draw) -> None:
    """It can be built for images of any number of channels, and any number of hidden ones."""
    agree(2, 6, trial=Trial(inputs(draw, 2), seed=draw.integer(0, 10**6)))


@exercise("time_fm_forward", weight=2)
def test_times(student: Student, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """The network is given a time for every image by itself, uniform in [0, 1).

    On 1,024 times, by bounds that raise a false alarm in one of 10⁶ checks at most.
    """
    scene = flow_scene(draw, img_wh=(4, 4))
    unlike_known_mistakes(scene.timed(), data(draw, 8), draw.generator())
    scene.oracle.forget()
    student(scene.timed(), data(draw, SAMPLES), draw.generator())
    assert_times(asked_once(scene.oracle, SAMPLES).t)


@exercise("time_fm_forward", weight=2)
def test_noise(student: Student, draw: Draw) -> None:
    """x_t lies on the line from N(0, 1) noise to the image, at the time that the network is told.

    On 4,096 numbers a call, by bounds that raise a false alarm in one of 10⁶ checks at most.
    """
    scene, found = flow_scene(draw, img_wh=(4, 4)), []
    images = data(draw, 256)
    for _ in range(2):
        scene.oracle.forget()
        student(scene.timed(), images, draw.generator())
        found.append(implied_noise(asked_once(scene.oracle, len(images)), images))
    assert_line(*found)


@exercise("time_fm_forward", weight=2)
def test_loss(student: Student, draw: Draw) -> None:
    """The loss is the mean of the squares of (data − noise) − v, with the noise that is in x_t."""
    for count in (1, 9):
        scene, images = flow_scene(draw, img_wh=(4, 4)), data(draw, count)
        loss = student(scene.timed(), images, draw.generator())
        asked = asked_once(scene.oracle, count)
        target = images - implied_noise(asked, images)
        assert_loss(loss, asked.returned, target, "(data − noise) − unet(x_t, t)")


@exercise("time_fm_forward")
def test_gradients(student: Student, draw: Draw) -> None:
    """The loss has gradients, so that the network can learn from it."""
    assert_learns(student, Pixelwise(0.5, 0.1), data(draw, 4).float(), draw.generator())


@exercise("time_fm_sample", weight=3)
def test_steps(student: Student, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """Every image is one Euler step from the image before: the velocity there, at t = i/n, times 1/n."""
    scene, num_ts = flow_scene(draw), draw.integer(5, 9)
    unlike_known_mistakes(scene.timed(), scene.img_wh, num_ts, draw.generator(), 2)
    scene.oracle.forget()
    x, *rest = path(student, draw, scene.timed(), scene.shape(3), num_ts)
    for i, after in enumerate(rest):
        wanted = x + scene.oracle.velocity(x, torch.full((3,), i / num_ts)) / num_ts
        assert (after - wanted).abs().max() < CLOSE, f"image {i + 1} of {num_ts} is somewhere else"
        x = after


@exercise("time_fm_sample")
@given(num_ts=st.sampled_from((1, 2, 10, 50)))
def test_straight(student: Student, draw: Draw, num_ts: int) -> None:
    """Where there is only one picture to go to, every path is straight, and n steps lead just there."""
    scene = flow_scene(draw.at(num_ts), digits=1, spread=0.0)
    x, *rest = path(student, draw, scene.timed(), scene.shape(2), num_ts)
    for i, (found, wanted) in enumerate(
        zip(rest, straight(x, scene.oracle.centres, num_ts), strict=True), start=1
    ):
        assert (found - wanted).abs().max() < CLOSE, f"image {i} of {num_ts} is not on the line"


@exercise("time_fm_sample")
def test_start(student: Student, draw: Draw) -> None:
    """It starts from N(0, 1) noise that the generator decides.

    On 3,072 numbers, by bounds that raise a false alarm in one of 10⁶ checks at most.
    """
    scene, starts = flow_scene(draw), []
    for generator in generators(draw):
        scene.oracle.forget()
        student.raw(scene.timed(), scene.img_wh, 1, generator, 128)
        assert scene.oracle.asked, "the network is never asked"
        starts.append(scene.oracle.asked[0].x)
    assert_start(*starts)


@exercise("time_fm_sample")
def test_mode(student: Student, draw: Draw) -> None:
    """The network samples in evaluation mode, without gradients, and ends in the mode it came in."""
    scene = flow_scene(draw)
    for training in (True, False):
        network = scene.timed(training=training)
        left, *_ = student.after(network, scene.img_wh, 3, draw.generator())
        assert_quiet(network, left)


def inputs(draw: Draw, channels: int) -> tuple[tuple[Tensor, Tensor], ...]:
    """Return the arguments of two calls of a network: images, and a time for each."""

    def given(count: int) -> tuple[Tensor, Tensor]:
        times = torch.rand(count, generator=draw.generator())
        return seeds.noise((count, channels, 28, 28), draw.generator()), times

    return given(3), given(1)


def path(
    student: Student, draw: Draw, network: object, shape: tuple[int, int, int, int], num_ts: int
) -> list[Tensor]:
    """Return the noise that the network was first asked about and the images after every step, in float64."""
    count, _, *img_wh = shape
    arguments = network, tuple(img_wh), num_ts, draw.generator(), count
    images = student.images(*arguments, shape=shape, count=num_ts)
    oracle = network.forward.__self__  # type: ignore[attr-defined]
    assert oracle.asked, "the network is never asked"
    assert oracle.asked[0].x.shape == shape, "the network is asked about another number of images"
    return [oracle.asked[0].x.double(), *images]
