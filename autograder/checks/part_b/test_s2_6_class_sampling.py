"""Checks of B 2.6, sampling with guidance."""

import torch
from torch import Tensor

from autograder.checks import Right, Unlike, exercise
from autograder.checks.chance import assert_noise
from autograder.checks.digit_scenes import DigitScene, classes, digit_scene, joined
from autograder.checks.digit_steps import Walk, assert_quiet, assert_steps, step_weights
from autograder.checks.draws import Draw
from autograder.checks.student import Student
from course.toolkit import seeds

COUNT = 32


@exercise("class_ddpm_sample", weight=2)
def test_questions(student: Student, unlike_known_mistakes: Unlike, draw: Draw) -> None:
    """In every step the network is asked about each image with its class, and with the mask at 0.

    It may be asked in one call or in two.
    """
    for gamma in (5.0, draw.number(1.5, 4)):
        scene, c = digit_scene(draw, num_ts=4), classes(draw, 3)
        unlike_known_mistakes(scene.classed(), scene.schedule, c, scene.img_wh, 4, draw.generator(), gamma)
    walk, c = walked(student, draw, digit_scene(draw), 5.0)
    walk.assert_times()
    for number, step in enumerate(walk.steps):
        asked = joined(step)
        assert asked.c is not None
        kept, dropped = asked.mask == 1, asked.mask == 0
        told = f"{walk.at(number)} the mask is 1 for {int(kept.sum())} images and 0 for {int(dropped.sum())}"
        assert int(kept.sum()) == int(dropped.sum()) == COUNT, f"{told}; it must be both for all {COUNT}"
        assert torch.equal(asked.c[kept], c), f"{walk.at(number)} the classes are others than asked for"


@exercise("class_ddpm_sample", weight=3)
def test_guidance(student: Student, right: Right, draw: Draw) -> None:
    """Every step goes on with the estimate of (B.9), for any γ and for 5 by default; noise as in B 2.3.

    On 2,048 numbers a step, by bounds that raise a false alarm in one of 10⁶ checks at most for all 33.
    """
    quiet = digit_scene(draw)
    weights = step_weights(right, quiet)
    for scene, gamma in ((quiet.loud(), None), (quiet.loud(), draw.number(2, 8)), (quiet, None)):
        walk, c = walked(student, draw, scene, gamma)
        assert_guided(right, weights, walk, c, 5.0 if gamma is None else gamma)


@exercise("class_ddpm_sample", weight=2)
def test_limits(student: Student, right: Right, draw: Draw) -> None:
    """γ = 0 is sampling without the class, γ = 1 with the class and no more.

    On 2,048 numbers a step, by bounds that raise a false alarm in one of 10⁶ checks at most for all 22.
    """
    scene = digit_scene(draw).loud()
    weights = step_weights(right, scene)
    for gamma in (0.0, 1.0):
        walk, c = walked(student, draw, scene, gamma)
        assert_guided(right, weights, walk, c, gamma)


@exercise("class_ddpm_sample")
def test_start(student: Student, draw: Draw) -> None:
    """It starts from N(0, 1) noise, another for every image.

    On 2,048 numbers, by bounds that raise a false alarm in one of 10⁷ checks at most.
    """
    walk, _ = walked(student, draw, digit_scene(draw, num_ts=3), 5.0)
    assert_noise(walk.start(), what="what the network is first asked about")


@exercise("class_ddpm_sample")
def test_mode(student: Student, draw: Draw) -> None:
    """The network samples in evaluation mode, without gradients, and ends in the mode it came in."""
    scene, c = digit_scene(draw, num_ts=3), classes(draw, 2)
    for training in (True, False):
        network = scene.classed(training=training)
        left, *_ = student.after(network, scene.schedule, c, scene.img_wh, scene.num_ts, draw.generator())
        assert_quiet(network, left)


@exercise("class_ddpm_sample")
def test_seeds(student: Student, draw: Draw) -> None:
    """The same seed gives the same images, another seed others."""
    scene, c = digit_scene(draw, num_ts=3), classes(draw, 2)

    def last(seed: int) -> Tensor:
        loop = scene.classed(), scene.schedule, c, scene.img_wh, scene.num_ts, seeds.generator(seed)
        return student.images(*loop, shape=scene.shape(2))[-1]

    assert torch.equal(last(1), last(1)), "the same seed gave two different samples"
    assert not torch.equal(last(1), last(2)), "two seeds gave the same sample"


def walked(student: Student, draw: Draw, scene: DigitScene, gamma: float | None) -> tuple[Walk, Tensor]:
    """Return what the loop did for COUNT images, and their classes."""
    scene.oracle.forget()
    c, further = classes(draw, COUNT), [] if gamma is None else [gamma]
    loop = scene.classed(), scene.schedule, c, scene.img_wh, scene.num_ts, draw.generator(), *further
    images = student.images(*loop, shape=scene.shape(COUNT), count=scene.num_ts)
    return Walk(scene, scene.oracle.steps(), images), c


def assert_guided(
    right: Right, weights: list[tuple[Tensor, Tensor]], walk: Walk, c: Tensor, gamma: float
) -> None:
    """Raise AssertionError unless the loop goes on with the estimate of (B.9)."""
    walk.assert_times()
    answers = [answered(walk, number, c, gamma) for number in range(len(walk.steps))]
    first, second = torch.tensor([1.0, 0.0]).view(2, 1, 1, 1), torch.tensor([0.0, 1.0]).view(2, 1, 1, 1)
    of_uncond, of_cond = right("a1.6.guide", first, second, gamma).double()
    assert_steps(weights, walk, [of_uncond * uncond + of_cond * cond for uncond, cond in answers])


def answered(walk: Walk, number: int, c: Tensor, gamma: float) -> tuple[Tensor, Tensor]:
    """Return what the network answered in a step without the classes and with them.

    Where γ = 1 or γ = 0 makes one of the two needless it may be missing, and is zero.
    """
    asked, at = joined(walk.steps[number]), walk.at(number)
    found = []
    for words, keep, needless in (("without", 0, 1), ("with", 1, 0)):
        chosen = asked.mask == keep
        count, shape = int(chosen.sum()), asked.returned.shape[1:]
        left_out = count == 0 and gamma == needless
        told = f"{at} it is asked about {count} images {words} their classes (mask {keep}), not {COUNT}"
        assert left_out or count == COUNT, told
        found.append(torch.zeros(COUNT, *shape).double() if left_out else asked.returned[chosen].double())
        same = keep == 0 or left_out or (asked.c is not None and torch.equal(asked.c[chosen], c))
        assert same, f"{at} the classes are others than asked for"
    return found[0], found[1]
