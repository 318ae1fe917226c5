"""Inputs that are the same wherever they are drawn, and others for every check and secret."""

import subprocess
import sys
from itertools import pairwise

import pytest
import torch

from autograder.checks.draws import PUBLIC, Draw, cosine_alpha_bar

CHECK = "part_a/test_s1_1_forward.py::test_equation"


def drawn(draw: Draw) -> list:
    oracle = draw.oracle(draw.alpha_bar())
    return [
        draw.integer(0, 2**40),
        draw.number(0, 1),
        *draw.noise().flatten().tolist(),
        *draw.images().flatten().tolist(),
        *draw.timesteps(),
        *draw.falling(),
        *oracle.centres.flatten().tolist(),
        oracle.seed,
        torch.rand(1, generator=draw.generator()).item(),
    ]


def test_the_same_secret_and_check_give_the_same_inputs() -> None:
    assert drawn(Draw(b"secret", CHECK)) == drawn(Draw(b"secret", CHECK))


@pytest.mark.parametrize(
    "other", [Draw(b"Secret", CHECK), Draw(b"secret", f"{CHECK}s"), Draw(b"secret", CHECK).at(0)]
)
def test_another_secret_check_or_example_gives_others(other: Draw) -> None:
    mine = Draw(b"secret", CHECK).noise()
    assert not torch.equal(mine, other.noise())


def test_an_example_does_not_depend_on_what_was_drawn_before() -> None:
    draw = Draw(b"secret", CHECK)
    first = draw.at(7).noise()
    draw.noise()
    assert torch.equal(draw.at(7).noise(), first)


def test_the_published_inputs_never_change() -> None:
    assert Draw(PUBLIC, CHECK).integer(0, 10**6) == 115423


def test_another_process_draws_the_same() -> None:
    program = f"from autograder.checks.draws import *; print(Draw(PUBLIC, {CHECK!r}).integer(0, 10**6))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(found.stdout) == 115423


@pytest.mark.parametrize("seed", range(20))
def test_timesteps_cover_the_schedule_and_loops_fall_to_zero(seed: int) -> None:
    draw = Draw(b"secret", str(seed))
    clean, middle, noisy = draw.timesteps(3)
    assert 1 <= clean < 333 <= middle < 666 <= noisy < 1000
    falling = draw.falling(5)
    assert (len(falling), falling[-1]) == (6, 0)
    assert len({a - b for a, b in pairwise(falling)}) == 1
    assert 600 <= falling[0] <= 990


@pytest.mark.parametrize("exponent", [1.6, 2.0, 2.4])
def test_a_schedule_falls_from_nearly_one_to_nearly_zero(exponent: float) -> None:
    alpha_bar = cosine_alpha_bar(exponent)
    assert alpha_bar.shape == (1000,)
    assert (alpha_bar.diff() < 0).all()
    assert alpha_bar[0] > 0.999
    assert 0 < alpha_bar[-1] < 1e-3
