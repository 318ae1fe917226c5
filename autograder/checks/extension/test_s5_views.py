"""Checks of X 5, more anagrams: views and what is wrong with some."""

from collections.abc import Callable

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import FACTORS, SEEDS, close
from autograder.checks.student import Student

SIZE = 12
Look = Callable[[Tensor], Tensor]


@exercise("rotate_90", weight=2)
def test_turns(agree: Agree, draw: Draw) -> None:
    """By default it is a quarter turn counterclockwise, otherwise as many as are asked for."""
    agree(draw.images())
    for turns in (2, 3, draw.integer(4, 9)):
        agree(draw.images(), turns)


@exercise("rotate_90")
def test_inverse(agree: Agree, draw: Draw) -> None:
    """Negative turns go clockwise, and images need not be square."""
    agree(draw.images(), -1)
    agree(draw.images()[..., :5, :], -draw.integer(2, 5))


@exercise("rotate_90")
@given(seed=SEEDS, turns=st.integers(-5, 5))
def test_back(student: Student, draw: Draw, seed: int, turns: int) -> None:
    """As many turns back give the image again, and so do four in all."""
    image = draw.at(seed).images()
    turned = student(image, turns).float()
    assert close(student(turned, -turns), image), f"after {turns} turns and {-turns} it is another image"
    assert close(student(turned, 4 - turns), image), (
        f"after {turns} turns and {4 - turns} it is another image"
    )


@exercise("rotate_90")
def test_manners(student: Student, draw: Draw) -> None:
    """The argument is left as it was, and shape and dtype are kept."""
    student.leaves_alone(draw.images(1))
    student.keeps(draw.images(1))


@exercise("negate", weight=3)
def test_negative(agree: Agree, draw: Draw) -> None:
    """-1 becomes 1, 1 becomes -1, and 0 stays; nothing else happens to the image."""
    agree(draw.images())
    agree(3 * draw.noise())


@exercise("negate", weight=2)
@given(seed=SEEDS, factor=FACTORS)
def test_linear(student: Student, draw: Draw, seed: int, factor: float) -> None:
    """It keeps sums and multiples, and twice it gives back the image."""
    x, y = draw.at(seed).noise(4).chunk(2)
    assert close(student(factor * x + y), factor * student(x) + student(y), 1e-5), "it does not keep them"
    assert close(student(student(x).float()), x), "twice, it gives another image"
    assert not close(student(x), x), "once, it gives the same image"


@exercise("negate")
def test_manners_of_negate(student: Student, draw: Draw) -> None:
    """The argument is left as it was, and shape and dtype are kept."""
    student.leaves_alone(draw.images(1))
    student.keeps(draw.images(1))


@exercise("permute_patches", weight=3)
def test_patches(agree: Agree, draw: Draw) -> None:
    """Place k gets the patch that was at order[k], counted row by row, for any number of patches."""
    for n in (2, 3, 4):
        agree(draw.images(size=SIZE), order(draw, n))


@exercise("permute_patches")
def test_oblong(agree: Agree, draw: Draw) -> None:
    """Images need not be square; then neither are the patches."""
    agree(draw.images(size=SIZE)[..., :6, :], order(draw, 3))


@exercise("permute_patches", weight=2)
@given(seed=SEEDS, n=st.sampled_from((1, 2, 3, 4, 6)))
def test_inverse_order(student: Student, draw: Draw, seed: int, n: int) -> None:
    """The inverse order puts everything back where it was."""
    image, places = draw.at(seed).images(size=SIZE), order(draw.at(seed), n)
    there = student(image, places).float()
    assert close(student(there, places.argsort()), image), f"with {n} patches a side it does not"
    changed = not torch.equal(places, torch.arange(n * n))
    assert changed != close(there, image), f"with {n} patches a side, order and image do not change together"


@exercise("permute_patches")
def test_manners_of_patches(student: Student, draw: Draw) -> None:
    """The arguments are left as they were, and shape and dtype are kept."""
    image, places = draw.images(1), order(draw, 2)
    student.leaves_alone(image, places)
    moved = student.raw(image.double(), places)
    assert isinstance(moved, Tensor), "it returns no tensor"
    kept = moved.shape == image.shape and moved.dtype == torch.float64
    assert kept, f"given {tuple(image.shape)} and float64, it returns {tuple(moved.shape)} and {moved.dtype}"


@exercise("flaws", weight=2)
def test_bad_views(agree: Agree, draw: Draw) -> None:
    """Of a view that is not linear, or stretches, or cannot be undone, the numbers say how much it is so."""
    gain = draw.number(1.2, 3)
    for see, undo in ((brighter, darker), (bright_only, rotated), (stretched(gain), stretched(1 / gain))):
        agree(see, undo, draw.noise(), draw.noise())
    for see, undo in ((rotated, rotated), (halved, rotated), (blurred, blurred)):
        agree(see, undo, draw.noise(), draw.noise())


@exercise("flaws")
@given(seed=SEEDS, gain=st.floats(0.2, 5))
def test_each_by_itself(student: Student, draw: Draw, seed: int, gain: float) -> None:
    """The first number is for what is not linear, the second for stretching, the third for the way back."""
    x, y = draw.at(seed).noise(4).chunk(2)
    bent, stretch, lost = numbers(student, brighter, darker, x, y)
    assert abs(bent - 0.5) < 1e-4, f"for an addition of 0.5 the first is {bent:.4g}, not 0.5"
    assert lost < 1e-4, f"the third is {lost:.4g} where the way back is right"
    bent, stretch, lost = numbers(student, stretched(gain), stretched(1 / gain), x, y)
    assert abs(stretch - abs(gain - 1)) < 1e-3, f"for a factor of {gain:g} the second is {stretch:.4g}"
    assert max(bent, lost) < 1e-3, (
        "a factor is linear and can be undone, but the first or the third denies it"
    )
    bent, stretch, lost = numbers(student, rotated, rotated, x, y)
    assert max(bent, stretch) < 1e-4, (
        "a rotation is linear and keeps lengths, but the first or second denies it"
    )
    assert lost > 0.1, f"the third is {lost:.4g} where the way back is wrong"


@exercise("flaws")
@given(seed=SEEDS)
def test_good_views(student: Student, draw: Draw, seed: int) -> None:
    """Of rotations, mirrors, negatives and permutations, all three numbers are 0."""
    x, y = draw.at(seed).noise(4).chunk(2)
    for name, see, undo in good_views():
        assert max(numbers(student, see, undo, x, y)) < 1e-4, f"of {name} they are not"


def order(draw: Draw, n: int) -> Tensor:
    """Return a random order of n² places."""
    return torch.randperm(n * n, generator=draw.generator())


def numbers(student: Student, see: Look, undo: Look, x: Tensor, y: Tensor) -> list[float]:
    """Return the student's three numbers; a tuple or a list of floats is as good as a tensor."""
    found = student.raw(see, undo, x, y)
    if isinstance(found, tuple | list) and all(type(number) is float for number in found):
        found = torch.tensor(found)
    assert isinstance(found, Tensor), "the result is no tensor of three numbers"
    assert found.shape == (3,), f"the result has the shape {tuple(found.shape)}; it must be (3,)"
    return [float(number) for number in found]


def good_views() -> list[tuple[str, Look, Look]]:
    """Return orthogonal views, with their names."""
    return [
        ("a rotation", rotated, lambda image: image.rot90(-1, (-2, -1))),
        ("a mirror", lambda image: image.flip(-1), lambda image: image.flip(-1)),
        ("the negative", lambda image: -image, lambda image: -image),
        ("exchanged channels", lambda image: image[:, [1, 2, 0]], lambda image: image[:, [2, 0, 1]]),
    ]


def brighter(image: Tensor) -> Tensor:
    """Return the images with 0.5 added."""
    return image + 0.5


def darker(image: Tensor) -> Tensor:
    """Return the images with 0.5 subtracted."""
    return image - 0.5


def bright_only(image: Tensor) -> Tensor:
    """Return the images with 0 in the place of what is negative."""
    return image.clamp(min=0)


def rotated(image: Tensor) -> Tensor:
    """Return the images after a quarter turn."""
    return image.rot90(1, (-2, -1))


def halved(image: Tensor) -> Tensor:
    """Return the images with their left half instead of the right one."""
    left, _ = image.chunk(2, dim=-1)
    return torch.cat([left, left], dim=-1)


def blurred(image: Tensor) -> Tensor:
    """Return the images as means of two neighbours."""
    return (image + image.roll(1, -1)) / 2


def stretched(gain: float) -> Look:
    """Return the view that multiplies by a number."""
    return lambda image: gain * image
