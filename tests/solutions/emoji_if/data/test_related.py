"""Nearness of emoji, on a handful of them."""

from pathlib import Path

import pytest

from solutions.emoji_if.data.catalogue import Emoji
from solutions.emoji_if.data.related import relate, related_words
from solutions.emoji_if.data.words import NOUNS, Noun


def emoji(label: str, subgroup: str, *keywords: str, group: str = "animals-nature") -> Emoji:
    return Emoji(label, label, group, subgroup, keywords)


EMOJIS = (
    emoji("dog face", "mammal", "animal", "pet", "puppy"),
    emoji("hound", "mammal", "animal"),
    emoji("hare", "mammal", "animal", "ear", "with", "ox"),
    emoji("frog", "amphibian", "animal"),
    *(emoji(label, "bug", "animal") for label in ("ant", "bee", "wasp")),
    emoji("lamp", "light", "bright", "idea", group="objects"),
    emoji("torch", "light", group="objects"),
    emoji("beacon", "tower", "bright", group="objects"),
    emoji("stone", "rock"),
    emoji("up arrow", "arrow", "zebra", "bright", group="symbols"),
)
NOUNS_SHOWN = (
    Noun("a frog", ("frog",)),
    Noun("a big dog", ("dog",), synonyms=("a mongrel",)),
    Noun("the rabbit", ("hare",)),
    Noun("an old lamp", ("lamp",)),
)
ICONS = {"dog face": ("dog",), "hare": ("hare",), "frog": ("frog",), "lamp": ("lamp",), "hound": ()}


@pytest.fixture(scope="module")
def related() -> dict[str, list[str]]:
    return relate(NOUNS_SHOWN, EMOJIS, ICONS)


def test_another_name_of_a_shown_emoji_leads_to_its_noun_first(related: dict[str, list[str]]) -> None:
    assert related["puppy"][0] == "big dog"
    assert related["ear"][0] == "rabbit"
    assert related["idea"] == ["old lamp"]


def test_kin_and_rare_keywords_are_near_and_common_keywords_are_not(related: dict[str, list[str]]) -> None:
    """Seven share "animal", and so it says less than that two are mammals."""
    assert related["hound"] == ["big dog", "rabbit"]
    assert related["torch"] == ["old lamp"]
    assert related["beacon"] == ["old lamp"]


def test_what_is_near_to_nothing_or_known_or_no_thing_is_left_out(related: dict[str, list[str]]) -> None:
    assert not {"stone", "frog", "dog", "mongrel", "old", "lamp", "arrow", "zebra", "with", "ox"} & set(
        related
    )


def test_it_is_read_from_the_archives(archives: Path) -> None:
    assert related_words(NOUNS, archives)["vegetable"]
    with pytest.raises(FileNotFoundError, match="is missing"):
        related_words(NOUNS, archives / "nowhere")
