"""Checks of B 2.6, sampling with guidance."""

import torch
from torch import Tensor

from autograder.checks import Right, Unlike, exercise
from autograder.checks.chance import not_normal, related
from autograder.checks.digit_scenes import DigitScene, classes, digit_scene, joined
from autograder.checks.digit_steps import Walk, assert_quiet, assert_steps
from autograder.checks.draws import Draw
from autograder.checks.student import Student
from autograder.link.digit_oracle import Asked
from course.toolkit import seeds

COUNT = 16


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

    On 1,024 numbers a step, by bounds that raise a false alarm in one of 10⁶ checks at most for all 22.
    """
    for gamma in (None, draw.number(2, 8)):
        walk, c = walked(student, draw, digit_scene(draw), gamma)
        walk.assert_times()
        assert_steps(right, walk, estimates(right, walk, c, 5.0 if gamma is None else gamma))


@exercise("class_ddpm_sample", weight=2)
def test_limits(student: Student, right: Right, draw: Draw) -> None:
    """γ = 0 is sampling without the class, γ = 1 with the class and no more.

    On 1,024 numbers a step, by bounds that raise a false alarm in one of 10⁶ checks at most for all 22.
    """
    for gamma in (0.0, 1.0):
        walk, c = walked(student, draw, digit_scene(draw), gamma)
        walk.assert_times()
        assert_steps(right, walk, estimates(right, walk, c, gamma))


@exercise("class_ddpm_sample")
def test_start(student: Student, draw: Draw) -> None:
    """It starts from N(0, 1) noise, another for every image.

    On 1,024 numbers, by bounds that raise a false alarm in one of 10⁷ checks at most.
    """
    walk, _ = walked(student, draw, digit_scene(draw, num_ts=3), 5.0)
    start = walk.start()
    problem = not_normal(start)
    assert not problem, f"the images that the network is first asked about are not N(0, 1): {problem}"
    assert not related(start[1:], start[:-1]), "several images start from the same noise"


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


def estimates(right: Right, walk: Walk, c: Tensor, gamma: float) -> list[Tensor]:
    """Return the guided estimates of all steps, from what the network answered in them."""
    one, zero = torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 1, 1)
    of_uncond, of_cond = (right("a1.6.guide", *pair, gamma).double() for pair in ((one, zero), (zero, one)))
    found = []
    for number, step in enumerate(walk.steps):
        asked = joined(step)
        eps_uncond = answers(asked, walk.at(number), None, needed=gamma != 1)
        eps_cond = answers(asked, walk.at(number), c, needed=gamma != 0)
        found.append(of_uncond * eps_uncond + of_cond * eps_cond)
    return found


def answers(asked: Asked, at: str, c: Tensor | None, *, needed: bool) -> Tensor:
    """Return what the network answered with the classes c, or without any; zeros where it is not needed."""
    chosen = asked.mask == (0 if c is None else 1)
    if not needed and not chosen.any():
        return torch.zeros(COUNT, *asked.returned.shape[1:], dtype=torch.float64)
    words = "without the classes (mask 0)" if c is None else "with the classes (mask 1)"
    assert int(chosen.sum()) == COUNT, (
        f"{at} it is asked about {int(chosen.sum())} images {words}, not {COUNT}"
    )
    same = c is None or (asked.c is not None and torch.equal(asked.c[chosen], c))
    assert same, f"{at} the classes are others than asked for"
    return asked.returned[chosen].double()
