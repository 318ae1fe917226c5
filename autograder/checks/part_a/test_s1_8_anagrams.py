"""Checks of A 1.8, visual anagrams."""

from hypothesis import given

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import GAMMA, SEEDS, close, scene
from autograder.checks.student import Student


@exercise("rotate_180", weight=2)
def test_rotation(agree: Agree, draw: Draw) -> None:
    """Rows and columns come in reverse order."""
    agree(draw.images())


@exercise("rotate_180")
@given(seed=SEEDS)
def test_inverse(student: Student, draw: Draw, seed: int) -> None:
    """Turning twice gives back the image, turning once does not."""
    image = draw.at(seed).images()
    turned = student(image)
    assert close(student(turned.float()), image), "turned twice, it is another image"
    assert not close(turned, image), "turned once, it is the same image"


@exercise("rotate_180")
def test_manners(student: Student, draw: Draw) -> None:
    """The argument is left as it was, and shape and dtype are kept."""
    student.leaves_alone(draw.images(1))
    student.keeps(draw.images(1))


@exercise("anagram_estimate", weight=3)
def test_estimate(agree: Agree, draw: Draw) -> None:
    """The mean of the upright estimate and of the turned image's estimate, turned back."""
    where = scene(draw, plain=True)
    prompts = where.embeds(1), where.embeds(2), where.embeds(0)
    for t in draw.timesteps(3):
        agree(where.oracle.unet, draw.noise(), t, *prompts, GAMMA)


@exercise("anagram_estimate")
@given(seed=SEEDS)
def test_exchange(student: Student, draw: Draw, seed: int) -> None:
    """Turning the image and exchanging the prompts turns the estimate."""
    where, x_t = scene(draw.at(seed), plain=True), draw.at(seed).noise()
    first, second, null = where.embeds(1), where.embeds(2), where.embeds(0)
    unet, shape = where.oracle.unet, where.shape
    upright, _ = student.pair(unet, x_t, 500, first, second, null, GAMMA, shape=shape)
    turned, _ = student.pair(unet, x_t.flip(2, 3), 500, second, first, null, GAMMA, shape=shape)
    assert close(turned.flip(2, 3), upright, 1e-3), "it does not"


@exercise("visual_anagrams", weight=3)
def test_trajectory(agree: Agree, draw: Draw) -> None:
    """From the generator's noise, every step follows the anagram estimate."""
    where = scene(draw, steps=4, count=1, plain=True)
    prompts = where.embeds(1), where.embeds(2), where.embeds(0)
    agree(where.oracle.stage(), where.shape, where.timesteps, *prompts, GAMMA, draw.generator())


@exercise("visual_anagrams")
def test_batch(agree: Agree, draw: Draw) -> None:
    """Several anagrams can be made at once."""
    where = scene(draw, steps=2, count=3, plain=True)
    prompts = where.embeds(1), where.embeds(2), where.embeds(0)
    agree(where.oracle.stage(), where.shape, where.timesteps, *prompts, GAMMA, draw.generator())
