import hashlib
import random
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from solutions.emoji_if.data import bank
from solutions.emoji_if.data.artwork import Artwork
from solutions.emoji_if.data.bank import Bank, build, join
from solutions.emoji_if.data.scenes import RECIPES
from solutions.emoji_if.data.words import NOUNS


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


def test_a_digest_is_of_shapes_and_bytes() -> None:
    made = Bank(torch.arange(16, dtype=torch.uint8).view(1, 4, 2, 2), torch.tensor([3]), torch.tensor([1]))
    said = b"pictures (1, 4, 2, 2)\n" + bytes(range(16)) + b"nouns (1,)\n" + bytes([3, *[0] * 7])
    said += b"arts (1,)\n" + bytes([1, *[0] * 7])
    assert made.digest() == hashlib.sha256(said).hexdigest()


def test_a_digest_tells_one_pixel_and_one_index_from_another(small_bank: Bank) -> None:
    pictures, nouns = small_bank.pictures.clone(), small_bank.nouns.clone()
    pictures[-1, -1, -1, -1] ^= 1
    nouns[0] += 1
    banks = (
        small_bank,
        Bank(pictures, small_bank.nouns, small_bank.arts),
        Bank(small_bank.pictures, nouns, small_bank.arts),
    )
    assert len({made.digest() for made in banks}) == 3


def run(*options: str) -> str:
    app = bank.typer.Typer()
    app.command()(bank.main)
    done = CliRunner().invoke(app, [*options, "--size", "8", "--scenes", "1"])
    return f"{done.exit_code} {done.output}"


def test_the_command_prints_the_same_for_the_same_packages(archives: Path) -> None:
    first, again = (run("--cache", str(archives)).split() for _ in range(2))
    digests = [word for word in first if len(word) == 64]
    assert digests == [word for word in again if len(word) == 64]
    assert len(set(digests)) == 2
    assert tuple(first[1:3]) == ("chosen:", "100")
    assert first[first.index("full:") + 1] == "106"


def test_the_command_names_what_it_cannot_do(tmp_path: Path) -> None:
    assert "no vocabulary is called 'all'; choose one of chosen, full" in run("--vocabulary", "all")
    assert run("--cache", str(tmp_path)).startswith("2 ")
