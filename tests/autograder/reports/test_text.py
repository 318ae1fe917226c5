"""Nothing that a stranger writes can steer a terminal, a page or the eye."""

import unicodedata

import pytest

from autograder.reports.text import clean, line, number

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_no_control_bidi_or_broken_character_survives() -> None:
    everything = "".join(map(chr, [*range(0x20000), *range(0xE0000, 0xE0200)]))
    kept = clean(everything, len(everything))
    assert {c for c in kept if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")} == {"\t", "\n"}
    assert not [c for c in kept if unicodedata.bidirectional(c) in BIDI]
    assert not set(kept) & set("\u200b\u200e\u200f\u061c\ufeff\ufffe")


def test_words_of_every_script_survive() -> None:
    text = "José · 李伟 · بسمة · नमस्ते · 👩‍🔬 · می‌خواهم · x̂_0 ᾱ_t √(1 − ᾱ)"
    assert clean(text, 200) == text


def test_terminal_colours_vanish_whole() -> None:
    assert clean("\x1b[1;31mred\x1b[0m \x1b]0;title\x07plain", 99) == "red plain"


def test_every_kind_of_line_end_is_a_newline() -> None:
    assert clean("a\r\nb\rc\u2028d\x85e", 99) == "a\nb\nc\nd\ne"


@pytest.mark.parametrize(("limit", "expected"), [(1, "…"), (3, "ab…"), (4, "abcd"), (5, "abcd")])
def test_length_is_bounded_with_a_mark(limit: int, expected: str) -> None:
    assert clean("abcd", limit) == expected


def test_limit_must_be_positive() -> None:
    with pytest.raises(ValueError, match="limit = 0"):
        clean("abc", 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("  ada\t\n lovelace ", "ada lovelace"), ("\u202e\u200b", "(no name)"), ("", "(no name)")],
)
def test_line_is_one_line_and_never_empty(text: str, expected: str) -> None:
    assert line(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (2.0, "2"), (0.5, "0.5"), (100.0, "100"), (1.25, "1.25"), (1 / 3, "0.33"), (0.1 + 0.2, "0.3")],
)
def test_number_has_no_trailing_zeros(value: float, expected: str) -> None:
    assert number(value) == expected
