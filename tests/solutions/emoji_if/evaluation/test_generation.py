"""The pictures that are judged, on an untrained miniature and on a denoiser whose answers are known."""

import pytest
import torch
from torch import Tensor

from course.toolkit.images import load_image
from course.toolkit.pretrained import Pretrained
from course.toolkit.stage import make_stage
from solutions.emoji_if.evaluation import generation
from solutions.emoji_if.evaluation.generation import Maker, inside

pytestmark = pytest.mark.filterwarnings("ignore::course.toolkit.vocabulary.UnknownWordWarning")


@pytest.fixture
def maker(miniature: Pretrained, monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setattr(generation, "TIMESTEPS", [990, 500, 0])
    return Maker(miniature, count=2, seed=29, precise=True)


@pytest.mark.parametrize("way", ["guided", "ddim", "inpainted"])
def test_a_seed_gives_the_same_pictures_and_a_prompt_has_different_ones(maker: Maker, way: str) -> None:
    first, again = (getattr(maker, way)("a dog") for _ in range(2))
    assert first.shape == (2, 3, 8, 8)
    assert -1 <= first.min() <= first.max() <= 1
    assert torch.equal(first, again)
    assert not torch.equal(first[0], first[1])


def test_inpainting_keeps_the_frame(maker: Maker) -> None:
    """At t = 0 the schedule still adds noise of standard deviation √(1 − ᾱ_0), about 0.006."""
    made, frame = maker.inpainted("a dog"), 1 - inside(8)
    assert ((made - load_image("campanile", 8)) * frame).abs().max() < 0.05


@pytest.mark.parametrize(("side", "kept"), [(64, 6), (32, 3), (8, 1)])
def test_the_mask_leaves_a_frame(side: int, kept: int) -> None:
    assert inside(side).sum() == (side - 2 * kept) ** 2


SIDE = 32
EVEN = torch.full((1, SIDE, SIDE), 0.06)
CORNER = torch.zeros(1, SIDE, SIDE)
CORNER[:, :8, :8] = 0.08
CHECKS = 0.04 * (-1.0) ** (torch.arange(SIDE).view(-1, 1) + torch.arange(SIDE)).expand(1, SIDE, SIDE)
PROMPTS = {"": 0 * EVEN, "even": EVEN, "corner": CORNER, "checks": CHECKS}


@pytest.fixture
def known() -> Maker:
    """Return the maker of a model for which each prompt has one picture, and the null prompt is grey."""
    alpha_bar = torch.cos(torch.linspace(0.01, 1.57, 1000)) ** 2
    names = list(PROMPTS)

    def unet(x: Tensor, t: int | Tensor, encoder_hidden_states: Tensor, return_dict: bool) -> tuple[Tensor]:
        x_0 = torch.stack([PROMPTS[names[int(one)]] for one in encoder_hidden_states[:, 0, 0]])
        eps = (x - alpha_bar[int(t)].sqrt() * x_0) / (1 - alpha_bar[int(t)]).sqrt()
        return (torch.cat([eps, -torch.ones_like(x)], 1),)

    embeddings = {name: torch.full((1, 1), float(i)) for i, name in enumerate(names)}
    model = Pretrained(
        None, make_stage(unet, alpha_bar), SIDE, torch.device("cpu"), torch.float32, embeddings
    )
    return Maker(model, count=2, seed=29, precise=True)


def near(made: Tensor, picture: Tensor) -> bool:
    """At the last timestep of the schedule above, noise of standard deviation 0.01 is left."""
    return made.shape == (2, 3, SIDE, SIDE) and bool((made - picture).abs().max() < 0.08)


@pytest.mark.parametrize("way", ["guided", "ddim"])
def test_what_a_prompt_shows_is_exaggerated_seven_times(known: Maker, way: str) -> None:
    assert near(getattr(known, way)("corner"), 7 * CORNER)


def test_what_is_painted_within_the_frame_is_the_prompts(known: Maker) -> None:
    mask = inside(SIDE)
    assert near(known.inpainted("even") * mask, 7 * EVEN * mask)


def test_an_anagram_shows_one_prompt_upright_and_the_other_upside_down(known: Maker) -> None:
    made = known.anagram("even", "corner")
    assert near(made, 7 * (EVEN + CORNER.flip(1, 2)) / 2)
    assert not near(made, 7 * (EVEN + CORNER) / 2)


def test_a_hybrid_is_fine_close_by_and_coarse_from_afar(known: Maker) -> None:
    """An even grey is all coarse, a chessboard of single pixels all fine, but where the edge is mirrored."""
    made = known.hybrid("checks", "even")
    within = (slice(None), slice(None), slice(8, -8), slice(8, -8))
    assert (made[within] - 7 * (EVEN + CHECKS)[None][within]).abs().max() < 0.08
    assert (known.hybrid("even", "checks")[within]).abs().max() < 0.08


def test_bfloat16_changes_little(miniature: Pretrained, maker: Maker) -> None:
    quick = Maker(miniature, count=2, seed=29).guided("a dog")
    assert (quick - maker.guided("a dog")).abs().mean() < 0.1
