"""Text from strangers, made fit to be shown: names, reasons, remarks, and what their code printed."""

import re

LONGEST_NAME = 200

_COLOURS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
"""Terminal escapes: colours, cursor moves, window titles."""

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, but not tab and newline
    r"\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # bidi, invisible
    r"\U0001d173-\U0001d17a\U000e0000-\U000e007f]"  # invisible: musical marks, tags
)
_BREAKS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_BROKEN = re.compile(r"[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str, limit: int) -> str:
    """Return `text` without control, bidi and invisible characters, in at most `limit` characters.

    Newlines and tabs stay; a cut is marked by "…" at the end.  Raises ValueError when limit < 1.
    """
    if limit < 1:
        raise ValueError(f"limit = {limit}, but the shortest text has 1 character; pass at least 1")
    text = _BREAKS.sub("\n", _COLOURS.sub("", text))
    text = _BROKEN.sub("\N{REPLACEMENT CHARACTER}", _UNSEEN.sub("", text))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def line(text: str, limit: int = LONGEST_NAME) -> str:
    """Return `text` cleaned and in one line, runs of blanks made one; "(no name)" where nothing is left."""
    return clean(" ".join(clean(text, len(text) + 1).split()), limit) or "(no name)"


def number(value: float) -> str:
    """Return points as people write them, to the hundredth and without trailing zeros: "2", "0.5"."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
