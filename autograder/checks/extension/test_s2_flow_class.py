"""Checks of X 2, flow matching with classes."""

import torch
from torch import Tensor

from autograder.checks import Unlike, exercise
from autograder.checks.chance import unlikely
from autograder.checks.digit_scenes import asked_once, assert_learns, assert_loss, classes
from autograder.checks.digit_steps import assert_quiet
from autograder.checks.draws import Draw
from autograder.checks.flow_scenes import (
    CLOSE,
    FlowScene,
    assert_line,
    assert_start,
    assert_times,
    data,
    flow_scene,
    generators,
    implied_noise,
)
from autograder.checks.student import Student
from autograder.link.digit_oracle import Asked
from autograder.link.networks import Pixelwise

SAMPLES = 1_024
GAMMA = 5.0


@exercise("class_fm_forward", weight=2)
def test_classes(student: Student, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """Every image goes to the network with its own class, unchanged, unless that is dropped."""
    for _ in range(5):
        scene, c = flow_scene(draw, img_wh=(4, 4)), classes(draw, 12)
        unlike_known_mistakes(scene.classed(), data(draw, 12), c, draw.generator(), 0.6)
    c = classes(draw, 64)
    asked = trained(student, draw, c)
    assert asked.c is not None
    kept = asked.mask > 0
    assert kept.any(), "the mask is 0 for all 64 images; 1 keeps the class, 0 drops it"
    wrong = int((asked.c != c)[kept].sum())
    assert wrong == 0, f"of {int(kept.sum())} classes that are not dropped, {wrong} are wrong"


@exercise("class_fm_forward", weight=3)
def test_mask(student: Student, draw: Draw) -> None:
    """Every class is dropped by itself with the probability p_uncond, 0.1 by default: its mask is 0, else 1.

    On 1,024 images each, by bounds that raise a false alarm in one of 10⁶ checks at most for all 5.
    """
    for p_uncond in ((), (0.0,), (0.3,), (0.8,), (1.0,)):
        mask = trained(student, draw, classes(draw, SAMPLES), *p_uncond).mask
        assert ((mask == 0) | (mask == 1)).all(), "the mask holds other numbers than 0 and 1"
        count, share = int((mask == 0).sum()), p_uncond[0] if p_uncond else 0.1
        told = f"with p_uncond = {share:g}{'' if p_uncond else ' by default'} the mask of {SAMPLES} images"
        assert not unlikely(count, SAMPLES, share), f"{told} has {count} zeros"


@exercise("class_fm_forward")
def test_fresh_mask(student: Student, draw: Draw) -> None:
    """The mask is drawn anew in every call, and has nothing to do with the times.

    On 1,024 images, by a bound that raises a false alarm in one of 10⁷ checks at most.
    """
    c = classes(draw, SAMPLES)
    first, second = (trained(student, draw, c, 0.5) for _ in range(2))
    assert not torch.equal(first.mask, second.mask), (
        "two generators give the same mask; draw it from `generator`"
    )
    assert first.t is not None
    early = (first.t.double().reshape(-1) < 0.5)[first.mask == 0]
    dropped = len(early)
    assert dropped, "with p_uncond = 0.5 no class is dropped"
    told = f"of {dropped} images whose class is dropped, {int(early.sum())} have a time below 0.5"
    assert not unlikely(int(early.sum()), dropped, 0.5), f"{told}; draw lots of their own for the mask"


@exercise("class_fm_forward", weight=2)
def test_line(student: Student, draw: Draw) -> None:
    """x_t is made as in X 1: of N(0, 1) noise and the image, at uniform times of their own.

    On 1,024 times and 4,096 numbers a call, by bounds that raise a false alarm in one of 10⁶ checks at most.
    """
    c, images = classes(draw, SAMPLES), data(draw, SAMPLES)
    calls = [trained(student, draw, c, images=images) for _ in range(2)]
    assert_times(calls[0].t)
    first, second = (implied_noise(asked, images)[:256] for asked in calls)
    assert_line(first, second)


@exercise("class_fm_forward", weight=2)
def test_loss(student: Student, draw: Draw) -> None:
    """The loss is the mean of the squares of (data − noise) − v, with the noise that is in x_t."""
    for p_uncond in (0.0, 0.5, 1.0):
        scene, images, c = flow_scene(draw, img_wh=(4, 4)), data(draw, 9), classes(draw, 9)
        loss = student(scene.classed(), images, c, draw.generator(), p_uncond)
        asked = asked_once(scene.oracle, 9)
        target = images - implied_noise(asked, images)
        assert_loss(loss, asked.returned, target, "(data − noise) − unet(x_t, c, t, mask)")


@exercise("class_fm_forward")
def test_gradients(student: Student, draw: Draw) -> None:
    """The loss has gradients, so that the network can learn from it."""
    images, c = data(draw, 4).float(), classes(draw, 4)
    assert_learns(student, Pixelwise(0.5, 0.1), images, c, draw.generator())


@exercise("class_fm_sample", weight=3)
def test_steps(student: Student, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """Every image is one Euler step along the guided velocity from the image before, for any γ."""
    for gamma in (GAMMA, draw.number(1.5, 4)):
        scene, c = flow_scene(draw), classes(draw, 3)
        unlike_known_mistakes(scene.classed(), c, scene.img_wh, 4, draw.generator(), gamma)
        walk(student, draw, scene, gamma)


@exercise("class_fm_sample")
def test_limits(student: Student, draw: Draw) -> None:
    """γ = 0 follows the velocity without the class, γ = 1 the one with it; by default γ is 5."""
    for gamma in (0.0, 1.0, None):
        walk(student, draw, flow_scene(draw), gamma)


@exercise("class_fm_sample")
def test_start(student: Student, draw: Draw) -> None:
    """It starts from N(0, 1) noise that the generator decides.

    On 3,072 numbers, by bounds that raise a false alarm in one of 10⁶ checks at most.
    """
    scene, c, starts = flow_scene(draw), classes(draw, 128), []
    for generator in generators(draw):
        scene.oracle.forget()
        student.raw(scene.classed(), c, scene.img_wh, 1, generator)
        starts.append(first_asked(scene, 128))
    assert_start(*starts)


@exercise("class_fm_sample")
def test_mode(student: Student, draw: Draw) -> None:
    """The network samples in evaluation mode, without gradients, and ends in the mode it came in."""
    scene, c = flow_scene(draw), classes(draw, 2)
    for training in (True, False):
        network = scene.classed(training=training)
        left, *_ = student.after(network, c, scene.img_wh, 3, draw.generator())
        assert_quiet(network, left)


def trained(student: Student, draw: Draw, c: Tensor, *p_uncond: float, images: Tensor | None = None) -> Asked:
    """Return what the network was asked in one training step."""
    scene = flow_scene(draw, img_wh=(4, 4))
    images = data(draw, len(c)) if images is None else images
    student(scene.classed(), images, c, draw.generator(), *p_uncond)
    return asked_once(scene.oracle, len(c))


def walk(student: Student, draw: Draw, scene: FlowScene, gamma: float | None) -> None:
    """Raise AssertionError unless every step of a loop follows the guided velocity; None leaves γ out."""
    num_ts, c = draw.integer(5, 8), classes(draw, 3)
    scene.oracle.forget()
    further = [] if gamma is None else [gamma]
    loop = scene.classed(), c, scene.img_wh, num_ts, draw.generator(), *further
    images = student.images(*loop, shape=scene.shape(3), count=num_ts)
    x = first_asked(scene, 3).double()
    for i, after in enumerate(images):
        v = guided(scene, x, c, i / num_ts, GAMMA if gamma is None else gamma)
        wanted = x + v / num_ts
        far = float((after - wanted).abs().max() / wanted.abs().max().clamp(min=1))
        assert far < CLOSE, f"image {i + 1} of {num_ts} is somewhere else{told(gamma)}"
        x = after


def guided(scene: FlowScene, x: Tensor, c: Tensor, t: float, gamma: float) -> Tensor:
    """Return the guided velocity, by the weights of the two."""
    times = torch.full((len(x),), t, dtype=torch.float64)
    with_class = scene.oracle.velocity(x, times, c)
    without = scene.oracle.velocity(x, times)
    return gamma * with_class + (1 - gamma) * without


def first_asked(scene: FlowScene, count: int) -> Tensor:
    """Return the noise that the network was first asked about, `count` images."""
    assert scene.oracle.asked, "the network is never asked"
    asked = scene.oracle.asked[0].x
    assert len(asked) in (count, 2 * count), f"the network is first asked about {len(asked)} images"
    return asked[:count]


def told(gamma: float | None) -> str:
    """Return words for γ."""
    return " when γ is left out, which is 5" if gamma is None else f" for γ = {gamma:g}"
