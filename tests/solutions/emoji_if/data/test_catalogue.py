"""Of the stand-in archives: what becomes a noun, what it is called, and under which names it is drawn."""

from pathlib import Path

import pytest

from solutions.emoji_if.data import artwork, catalogue
from solutions.emoji_if.data.words import NOUNS, Noun


@pytest.fixture(scope="module")
def added(archives: Path) -> dict[str, Noun]:
    return {noun.phrase: noun for noun in catalogue.nouns_of("full", archives)[len(NOUNS) :]}


def test_the_chosen_nouns_come_first_as_they_are(archives: Path) -> None:
    assert catalogue.nouns_of("full", archives)[: len(NOUNS)] == NOUNS
    assert catalogue.nouns_of("chosen", Path("nowhere")) == NOUNS


def test_things_that_are_drawn_are_added_and_nothing_else(added: dict[str, Noun]) -> None:
    """Neither the chosen rocket, nor who faces right, nor arrows, flags, letters, nor what nobody draws."""
    assert list(added) == [
        "a smiling face with open hands",
        "a person walking",
        "an eggplant",
        "an ear of corn",
        "a potato",
        "an om",
    ]


def test_a_keyword_that_is_typed_for_one_emoji_alone_is_a_name_of_it(added: dict[str, Noun]) -> None:
    assert added["an eggplant"].synonyms == ("an aubergine",)
    assert added["an ear of corn"].synonyms == ("corn",)
    assert added["a potato"].synonyms == ()
    assert added["a person walking"].synonyms == ()


def test_a_name_that_is_taken_is_not_given_twice() -> None:
    corn, other = (
        catalogue.Emoji(code, label, "food-drink", "", ("maize",), frozenset(typed))
        for code, label, typed in (("1", "ear of corn", {"maize"}), ("2", "onion", set()))
    )
    chosen = (Noun("maize", ("popped",)), Noun("a maize", ("sweet",)))
    made = list(catalogue.extend(chosen, [corn, other], {"1": ("corn",), "2": ("onion",)}))
    assert [(noun.phrase, noun.synonyms) for noun in made[2:]] == [("an ear of corn", ()), ("an onion", ())]


def test_a_thing_goes_by_as_many_names_as_the_sets_need(archives: Path, added: dict[str, Noun]) -> None:
    hugs = added["a smiling face with open hands"].icons
    assert set(hugs) == {"hugging-face", "smiling-face-with-open-hands"}
    for art in artwork.load(archives):
        assert sum(icon in art for icon in hugs) == 1
    assert added["an om"].icons == ("om",)


def test_an_unknown_vocabulary_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no vocabulary is called 'all'; choose one of chosen, full"):
        catalogue.nouns_of("all", Path())


def test_a_missing_archive_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"\.tgz is missing; add --fetch"):
        catalogue.nouns_of("full", tmp_path)


def test_the_real_catalogue_is_large_and_without_doubles() -> None:
    cache, needed = artwork.DEFAULT_CACHE, (*artwork.PACKAGES, artwork.EMOJIBASE)
    if not all(artwork.archive(package, cache).is_file() for package in needed):
        pytest.skip(f"the archives are not in {cache}; train with --fetch to get them")
    nouns = catalogue.nouns_of("full", cache)
    names = [name for noun in nouns for name in (noun.phrase, *noun.synonyms)]
    assert len(nouns) > 1300
    assert len(set(names)) == len(names)
    assert all(noun.icons for noun in nouns[len(NOUNS) :])
