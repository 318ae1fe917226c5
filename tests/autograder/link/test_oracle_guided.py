"""On the checks' own draws, guidance by 7 stays in the range of pictures: students may clamp or not."""

from collections.abc import Callable, Iterator

import pytest
from torch import Tensor

from autograder.checks.draws import Draw
from autograder.checks.examples import GAMMA, Scene, scene
from solutions.part_a import s1_6_guidance
from solutions.part_a.s1_6_guidance import iterative_denoise_cfg
from solutions.part_a.s1_7_2_inpainting import inpaint
from solutions.part_a.s1_7_sdedit import sdedit
from solutions.part_a.s1_8_anagrams import visual_anagrams
from solutions.part_a.s1_9_hybrids import make_hybrids

DRAWS = 200


def draws() -> Iterator[tuple[Draw, Scene]]:
    for number in range(DRAWS):
        draw = Draw(b"a class of its own", f"clamped/{number}")
        yield draw, scene(draw, steps=draw.integer(1, 8), centres=draw.integer(1, 3))


LOOPS: dict[str, Callable[[Draw, Scene], Iterator[Tensor]]] = {
    "iterative_denoise_cfg": lambda draw, s: iterative_denoise_cfg(
        s.oracle.stage(), draw.noise(), 0, s.timesteps, s.embeds(1), s.embeds(0), GAMMA, draw.generator()
    ),
    "sdedit": lambda draw, s: sdedit(
        s.oracle.stage(), draw.images(), 0, s.timesteps, s.embeds(1), s.embeds(0), GAMMA, draw.generator()
    ),
    "inpaint": lambda draw, s: inpaint(
        s.oracle.stage(),
        draw.images(),
        (draw.noise(1)[:, :1] > 0).float(),
        s.timesteps,
        s.embeds(1),
        s.embeds(0),
        GAMMA,
        draw.generator(),
    ),
    "visual_anagrams": lambda draw, s: visual_anagrams(
        s.oracle.stage(), s.shape, s.timesteps, *map(s.embeds, (1, 2, 0)), GAMMA, draw.generator()
    ),
    "make_hybrids": lambda draw, s: make_hybrids(
        s.oracle.stage(), s.shape, s.timesteps, *map(s.embeds, (1, 2, 0)), GAMMA, draw.generator(), 5, 1.0
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_guidance_by_7_never_leaves_the_range_of_pictures(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a loop that clamps x̂_0 and one that does not are the same.  Measured: 0.48 at most."""
    largest = 0.0
    plain = s1_6_guidance.estimate_clean

    def watched(x_t: Tensor, t: int, alpha_bar: Tensor, eps_hat: Tensor) -> Tensor:
        nonlocal largest
        x0_hat = plain(x_t, t, alpha_bar, eps_hat)
        largest = max(largest, float(x0_hat.abs().max()))
        return x0_hat

    monkeypatch.setattr(s1_6_guidance, "estimate_clean", watched)
    for draw, where in draws():
        assert len(list(LOOPS[name](draw, where))) == len(where.timesteps) - 1
    assert 0.2 < largest < 0.8
