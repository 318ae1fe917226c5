"""Checks of X 4, DDIM."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import ALPHA_BAR, GAMMA, SEEDS, Scene, close, scene
from autograder.checks.student import Student

STARTS = st.integers(10, 999)
ETAS = st.floats(0, 1)


@exercise("ddim_step", weight=6)
def test_equation(agree: Agree, draw: Draw) -> None:
    """For steps of every length at every noise level, and for every η, x_t′ is that of the family."""
    alpha_bar = draw.alpha_bar()
    for t in draw.timesteps(3):
        for eta in (0.0, draw.number(0.3, 0.8), 1.0):
            t_prime, eps_hat, z = draw.integer(t // 4, t - 1), draw.noise(), draw.noise()
            agree(draw.noise(), t, t_prime, alpha_bar, eps_hat, eta, z)


@exercise("ddim_step")
@given(seed=SEEDS, t=STARTS)
def test_without_dice(student: Student, draw: Draw, seed: int, t: int) -> None:
    """With η = 0 it goes from noise level to noise level: the same image, with less of the same noise."""
    x_0, eps, z = draw.at(seed).noise(6).chunk(3)
    x_t, x_prime = (level.sqrt() * x_0 + (1 - level).sqrt() * eps for level in ALPHA_BAR[[t, t // 2]])
    found = student(x_t, t, t // 2, ALPHA_BAR, eps, 0.0, z)
    scale = float(1 + (ALPHA_BAR[t // 2] / ALPHA_BAR[t]).sqrt())
    assert close(found, x_prime, 1e-5 * scale), f"from t = {t} to {t // 2} it does not"


@exercise("ddim_step")
@given(seed=SEEDS, t=STARTS, eta=ETAS)
def test_noise_level(student: Student, draw: Draw, seed: int, t: int, eta: float) -> None:
    """For every η the old and the new noise together have the variance 1 − ᾱ_t′."""
    noise, zero = draw.at(seed).noise(1), torch.zeros(1, 3, 8, 8)
    level, t_prime = ALPHA_BAR[t], t // 2
    old = student((1 - level).sqrt() * noise, t, t_prime, ALPHA_BAR, noise, eta, zero)
    new = student(zero, t, t_prime, ALPHA_BAR, zero, eta, noise)
    parts = [float((part * noise).sum() / noise.double().square().sum()) for part in (old, new)]
    found, wanted = sum(part**2 for part in parts), float(1 - ALPHA_BAR[t_prime])
    assert abs(found - wanted) < 1e-3, f"for η = {eta:g} they have {found:.4g} instead of {wanted:.4g}"


@exercise("ddim_step")
@given(seed=SEEDS, t=STARTS)
def test_as_in_part_a(student: Student, draw: Draw, seed: int, t: int) -> None:
    """With η = 1 it is (A.3) with the posterior variance: mean and noise are those of A 1.4."""
    x_0, eps, z = draw.at(seed).noise(6).double().chunk(3)
    levels = ALPHA_BAR.double()
    level, cleaner = levels[t], levels[t // 2]
    x_t, beta = level.sqrt() * x_0 + (1 - level).sqrt() * eps, 1 - level / cleaner
    mean = cleaner.sqrt() * beta * x_0 + (level / cleaner).sqrt() * (1 - cleaner) * x_t
    wanted = mean / (1 - level) + ((1 - cleaner) / (1 - level) * beta).sqrt() * z
    found = student(x_t, t, t // 2, levels, eps, 1.0, z)
    assert close(found, wanted, 1e-4), f"from t = {t} to {t // 2} it is another"


@exercise("ddim_step")
def test_manners(student: Student, draw: Draw) -> None:
    """The arguments are left as they were, and shape and dtype are kept."""
    arguments = draw.noise(1), 500, 470, ALPHA_BAR, draw.noise(1), 0.5, draw.noise(1)
    student.leaves_alone(*arguments)
    student.keeps(*arguments)


@exercise("ddim_sample", weight=3)
def test_trajectory(agree: Agree, draw: Draw) -> None:
    """Every step takes the guided estimate and does a `ddim_step` with fresh noise; that is yielded."""
    for eta in (draw.number(0.3, 0.9), 1.0):
        where = scene(draw)
        agree(*loop(draw, where, 0), draw.generator(), eta)


@exercise("ddim_sample")
def test_default(agree: Agree, draw: Draw) -> None:
    """By default η is 0, and any γ will do."""
    where = scene(draw)
    agree(*loop(draw, where, 0, draw.number(0, 3)), draw.generator())


@exercise("ddim_sample")
def test_start(agree: Agree, draw: Draw) -> None:
    """It begins at timesteps[i_start] and goes to the end."""
    where = scene(draw)
    agree(*loop(draw, where, 2), draw.generator(), 0.0)


@exercise("ddim_sample")
@given(i_start=st.integers(0, 6))
def test_one_picture(student: Student, draw: Draw, i_start: int) -> None:
    """With η = 0 the generator makes no difference: a noise has one picture, and one way there."""
    here = draw.at(i_start)
    where = scene(here, steps=7, count=1)
    arguments = loop(here, where, i_start)
    first, second = (
        student.images(*arguments, here.generator(), 0.0, shape=where.shape, count=7 - i_start)
        for _ in range(2)
    )
    assert all(map(torch.equal, first, second)), "two generators gave two different pictures"


def loop(draw: Draw, where: Scene, i_start: int, gamma: float = GAMMA) -> tuple[object, ...]:
    """Return the loop's arguments before the generator."""
    prompts = where.embeds(1), where.embeds(0)
    return where.oracle.stage(), draw.noise(where.count), i_start, where.timesteps, *prompts, gamma
