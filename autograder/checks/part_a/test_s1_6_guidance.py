"""Checks of A 1.6, classifier-free guidance."""

from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import Agree, exercise
from autograder.checks.draws import Draw
from autograder.checks.examples import GAMMA, SEEDS, close, scene
from autograder.checks.student import Student


@exercise("guide", weight=6)
def test_equation(agree: Agree, draw: Draw) -> None:
    """For every γ the two estimates are combined as in equation (A.4)."""
    for gamma in (GAMMA, draw.number(0, 1), draw.number(1, 10)):
        agree(draw.noise(), draw.noise(), gamma)


@exercise("guide")
@given(seed=SEEDS)
def test_ends(student: Student, draw: Draw, seed: int) -> None:
    """γ = 0 is the unconditional estimate and γ = 1 the conditional one."""
    eps_uncond, eps_cond = draw.at(seed).noise(4).chunk(2)
    assert close(student(eps_uncond, eps_cond, 0.0), eps_uncond), "γ = 0 gives something else"
    assert close(student(eps_uncond, eps_cond, 1.0), eps_cond), "γ = 1 gives something else"


@exercise("guide")
@given(seed=SEEDS, gamma=st.floats(-2, 10))
def test_straight(student: Student, draw: Draw, seed: int, gamma: float) -> None:
    """Equal steps of γ are equal steps of the estimate: it moves along a straight line."""
    eps_uncond, eps_cond = draw.at(seed).noise(4).chunk(2)
    first, second, third = (student(eps_uncond, eps_cond, gamma + step) for step in (0.0, 1.0, 2.0))
    assert (second - first).std() > 0.1, f"around γ = {gamma:g} the estimate hardly depends on γ"
    assert close(third - second, second - first, 1e-3), f"around γ = {gamma:g} it does not"


@exercise("guide")
def test_manners(student: Student, draw: Draw) -> None:
    """The arguments are left as they were, and shape and dtype are kept."""
    arguments = draw.noise(1), draw.noise(1), GAMMA
    student.leaves_alone(*arguments)
    student.keeps(*arguments)


@exercise("estimate_noise_cfg", weight=3)
def test_estimate(agree: Agree, draw: Draw) -> None:
    """The noise estimate is guided, the variance is the conditional one; one call of the UNet or two."""
    where = scene(draw)
    for t in draw.timesteps(3):
        agree(where.oracle.unet, draw.noise(), t, where.embeds(1), where.embeds(0), GAMMA)


@exercise("estimate_noise_cfg")
def test_unguided(agree: Agree, draw: Draw) -> None:
    """γ = 1 is the plain estimate, and γ = 0 the unconditional one, still with the conditional variance."""
    where = scene(draw)
    for gamma in (0.0, 1.0):
        agree(where.oracle.unet, draw.noise(), 500, where.embeds(1), where.embeds(0), gamma)


@exercise("iterative_denoise_cfg", weight=3)
def test_trajectory(agree: Agree, draw: Draw) -> None:
    """Every step of the loop uses the guided estimate and the conditional variance."""
    where = scene(draw)
    stage_1, prompts = where.oracle.stage(), (where.embeds(1), where.embeds(0))
    agree(stage_1, draw.noise(), 0, where.timesteps, *prompts, GAMMA, draw.generator())


@exercise("iterative_denoise_cfg")
def test_start(agree: Agree, draw: Draw) -> None:
    """It begins at timesteps[i_start], for any γ."""
    where = scene(draw)
    stage_1, prompts = where.oracle.stage(), (where.embeds(1), where.embeds(0))
    agree(stage_1, draw.noise(), 2, where.timesteps, *prompts, draw.number(0, 5), draw.generator())
