import random
from pathlib import Path

import pytest
import torch

from solutions.emoji_if.artwork import Artwork
from solutions.emoji_if.bank import Bank, build, join
from solutions.emoji_if.scenes import RECIPES
from solutions.emoji_if.words import NOUNS


def test_every_noun_is_shown_in_every_set(small_bank: Bank) -> None:
    shown = set(zip(small_bank.nouns.tolist(), small_bank.arts.tolist(), strict=True))
    assert shown == {(noun, art) for noun in range(20) for art in range(4)}


def test_a_bank_counts_icons_and_scenes(small_bank: Bank) -> None:
    counts = small_bank.nouns.bincount().tolist()
    assert counts == [4 * (len(n.icons) + 2 * (n.phrase in RECIPES)) for n in NOUNS[:20]]
    assert small_bank.pictures.shape == (sum(counts), 4, 24, 24)
    assert small_bank.pictures.dtype == torch.uint8


def test_a_seed_gives_the_same_bank_and_another_seed_another(
    artworks: list[Artwork], small_bank: Bank
) -> None:
    again, other = (join(build(artworks, NOUNS[:20], 24, 2, seed)).pictures for seed in (29, 30))
    assert torch.equal(again, small_bank.pictures)
    assert not torch.equal(other, small_bank.pictures)


def test_a_bank_returns_from_its_file(small_bank: Bank, tmp_path: Path) -> None:
    small_bank.save(tmp_path / "bank.safetensors")
    read = Bank.load(tmp_path / "bank.safetensors")
    for name in ("pictures", "nouns", "arts"):
        assert torch.equal(getattr(read, name), getattr(small_bank, name))


@pytest.mark.parametrize("phrase", RECIPES)
def test_a_recipe_draws_another_picture_each_time(phrase: str, artworks: list[Artwork]) -> None:
    rng = random.Random(29)
    pictures = [RECIPES[phrase](artworks[0], rng, 32) for _ in range(4)]
    assert {picture.size for picture in pictures} == {(32, 32)}
    assert len({picture.tobytes() for picture in pictures}) > 1


def test_every_noun_has_emoji_or_a_recipe() -> None:
    assert all(noun.icons or noun.phrase in RECIPES for noun in NOUNS)
    assert {noun.phrase for noun in NOUNS} >= set(RECIPES)
    assert len({noun.phrase for noun in NOUNS}) == len(NOUNS)
