"""Checks of A 1.4, iterative denoising."""

from itertools import pairwise

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import ALPHA_BAR, FACTORS, SEEDS, close, scene
from autograder.checks.student import Student


@exercise("strided_timesteps", weight=2)
def test_default(agree: Agree) -> None:
    """By default the timesteps are 990, 960, …, 30, 0."""
    agree()


@exercise("strided_timesteps")
def test_dividing(agree: Agree) -> None:
    """Where the stride divides num_timesteps, the first timestep is a whole stride below it."""
    agree(1000, 50)


@exercise("strided_timesteps")
@given(num_timesteps=st.integers(2, 1000), stride=st.integers(1, 50))
def test_strides(student: Student, num_timesteps: int, stride: int) -> None:
    """They fall by the stride, from the last one below num_timesteps down to 0."""
    timesteps = student.raw(num_timesteps, stride)
    assert isinstance(timesteps, list), f"the result is of type {type(timesteps).__name__}, not a list"
    assert all(type(t) is int for t in timesteps), "not all of the timesteps are ints"
    assert timesteps, "the list is empty"
    assert timesteps[-1] == 0, f"the last timestep is {timesteps[-1]}, not 0"
    falls = {t - t_prime for t, t_prime in pairwise(timesteps)}
    assert falls <= {stride}, f"with stride {stride} they fall by {sorted(falls)}"
    first = timesteps[0]
    assert first < num_timesteps <= first + stride, f"for {num_timesteps} and {stride} the first is {first}"


@exercise("denoise_step", weight=6)
def test_equation(agree: Agree, draw: Draw) -> None:
    """For steps of every length at every noise level, the mean is that of equation (A.3)."""
    alpha_bar = draw.alpha_bar()
    for t in draw.timesteps(4):
        agree(draw.noise(), t, draw.integer(0, t - 1), alpha_bar, draw.images())


@exercise("denoise_step")
@given(seed=SEEDS, t=st.integers(10, 999))
def test_to_the_end(student: Student, draw: Draw, seed: int, t: int) -> None:
    """A step to where ᾱ = 1 arrives at the clean estimate itself."""
    alpha_bar = torch.cat([torch.ones(1), ALPHA_BAR[1:]])
    x_t, x0_hat = draw.at(seed).noise(4).chunk(2)
    assert close(student(x_t, t, 0, alpha_bar, x0_hat), x0_hat), f"from t = {t} it arrives elsewhere"


@exercise("denoise_step")
@given(seed=SEEDS, t=st.integers(10, 999), factor=FACTORS)
def test_linear(student: Student, draw: Draw, seed: int, t: int, factor: float) -> None:
    """Scaling x_t and x̂_0 by the same factor scales the mean."""
    x_t, x0_hat = draw.at(seed).noise(4).chunk(2)
    plain, scaled = (student(f * x_t, t, t // 2, ALPHA_BAR, f * x0_hat) for f in (1.0, factor))
    assert plain.std() > 0.1, "the mean is almost constant"
    assert close(scaled, factor * plain, 1e-3), f"with the factor {factor:g} at t = {t} it does not"


@exercise("denoise_step")
def test_manners(student: Student, draw: Draw) -> None:
    """The arguments are left as they were, and shape and dtype are kept."""
    arguments = draw.noise(1), 500, 470, ALPHA_BAR, draw.noise(1)
    student.leaves_alone(*arguments)
    student.keeps(*arguments)


@exercise("iterative_denoise", weight=3)
def test_trajectory(agree: Agree, draw: Draw) -> None:
    """From i_start = 0, every step asks the UNet, takes the mean of (A.3), adds the variance and yields."""
    where = scene(draw)
    agree(where.oracle.stage(), draw.noise(), 0, where.timesteps, where.embeds(1), draw.generator())


@exercise("iterative_denoise")
def test_start(agree: Agree, draw: Draw) -> None:
    """It begins at timesteps[i_start] and goes to the end."""
    where = scene(draw)
    agree(where.oracle.stage(), draw.noise(), 3, where.timesteps, where.embeds(1), draw.generator())


@exercise("iterative_denoise")
@given(i_start=st.integers(0, 6))
def test_count(student: Student, draw: Draw, i_start: int) -> None:
    """It yields one image a step: len(timesteps) - 1 - i_start of them, each of the shape of x_t."""
    where = scene(draw.at(i_start), steps=7, count=1)
    stage_1, x_t = where.oracle.stage(), draw.at(i_start).noise(1)
    loop = stage_1, x_t, i_start, where.timesteps, where.embeds(1), draw.generator()
    student.images(*loop, shape=tuple(x_t.shape), count=7 - i_start)
