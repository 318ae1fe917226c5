"""Unknown words are named, and only they."""

import json
import warnings
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from course.toolkit.vocabulary import (
    RELATED,
    UnknownWordWarning,
    near_words,
    read_related,
    unknown_words,
    warn_of_unknown_words,
)


@pytest.fixture(scope="module")
def tokenizer(miniature_folder):
    return AutoTokenizer.from_pretrained(str(miniature_folder / "tokenizer"))


def test_unknown_words_in_the_order_of_the_prompt(tokenizer) -> None:
    assert unknown_words(tokenizer, "A zebra, a Photo of a pencl and a zebra!") == ["zebra", "pencl", "and"]


@pytest.mark.parametrize("prompt", ["", "a high quality photo", "An OIL painting ...", "a rocket ship."])
def test_known_words_are_not_complained_of(tokenizer, prompt: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_unknown_words(tokenizer, [prompt])


def test_near_words_are_words(tokenizer) -> None:
    assert near_words(tokenizer, "Pencl") == ["pencil"]
    assert near_words(tokenizer, "<unk") == []


def test_the_warning_says_all(tokenizer) -> None:
    with pytest.warns(UnknownWordWarning) as caught:
        warn_of_unknown_words(tokenizer, ["a photo", "a rokket zzz"], stacklevel=1)
    assert len(caught) == 1
    text = str(caught[0].message)
    assert "'a rokket zzz'" in text
    assert "'rokket' (did you mean rocket?)" in text
    assert "'zzz' (nothing is spelled like it)" in text
    assert caught[0].filename == __file__


def test_what_is_near_in_meaning_goes_before_what_is_spelled_alike(tokenizer) -> None:
    related = {"rokket": ["old man", "dog"], "other": ["cat"]}
    with pytest.warns(
        UnknownWordWarning, match=r"'Rokket' \(nearest to it: old man, dog\); 'pencl' \(did"
    ) as caught:
        warn_of_unknown_words(tokenizer, ["a Rokket pencl"], related)
    assert "cat" not in str(caught[0].message)


def test_related_words_are_of_the_models_folder(tmp_path: Path) -> None:
    assert read_related(tmp_path) == {}
    (tmp_path / RELATED).write_text(json.dumps({"zebra": ["horse"]}))
    assert read_related(tmp_path) == {"zebra": ["horse"]}


def test_other_tokenizers_know_every_word() -> None:
    assert unknown_words(object(), "zebra") == []
