"""The pictures that are judged, on an untrained miniature."""

import pytest
import torch

from course.toolkit.images import load_image
from course.toolkit.pretrained import Pretrained
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


def test_an_anagram_of_one_prompt_with_itself_takes_both_views(maker: Maker) -> None:
    made = maker.anagram("a dog", "a pencil")
    assert made.shape == (2, 3, 8, 8)
    assert not torch.equal(made, maker.guided("a dog"))


def test_bfloat16_changes_little(miniature: Pretrained, maker: Maker) -> None:
    quick = Maker(miniature, count=2, seed=29).guided("a dog")
    assert (quick - maker.guided("a dog")).abs().mean() < 0.1
