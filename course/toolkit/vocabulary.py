"""Words that a pretrained model has never seen."""

import difflib
import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

RELATED = "related_words.json"
"""File of a model's folder with words that it has not learned, and for each what it has learned instead."""


class UnknownWordWarning(UserWarning):
    """A prompt has words that the tokenizer does not know."""


def unknown_words(tokenizer: Any, prompt: str) -> list[str]:
    """Return the words of a prompt that a word-level tokenizer maps to its unknown token, in order.

    tokenizer: one of transformers' fast tokenizers; [] for every other kind, which can spell any word.
    Punctuation does not count.
    """
    from tokenizers.models import WordLevel

    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None or not isinstance(backend.model, WordLevel):
        return []
    encoding = backend.encode(prompt, add_special_tokens=False)
    spans = [
        span for id, span in zip(encoding.ids, encoding.offsets, strict=True) if id == tokenizer.unk_token_id
    ]
    words = dict.fromkeys(prompt[start:end] for start, end in spans)
    return [word for word in words if any(letter.isalnum() for letter in word)]


def read_related(folder: Path) -> Mapping[str, Sequence[str]]:
    """Return the related words that a model's folder holds; none where it has no such file."""
    path = folder / RELATED
    related: dict[str, list[str]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return related


def near_words(tokenizer: Any, word: str) -> list[str]:
    """Return up to three words of the vocabulary that are spelled nearly like `word`, nearest first."""
    special = set(tokenizer.all_special_tokens)
    known = sorted(set(tokenizer.get_vocab()) - special)
    return difflib.get_close_matches(word.lower(), known, n=3)


def warn_of_unknown_words(
    tokenizer: Any,
    prompts: list[str],
    related: Mapping[str, Sequence[str]] | None = None,
    stacklevel: int = 2,
) -> None:
    """Warn once (UnknownWordWarning) of every prompt with unknown words, naming near ones.

    related: what the model knows that is near in meaning, for words in lower case; for others it is what is
    spelled alike.  stacklevel: as for `warnings.warn`, counted from the caller of this function.
    """
    for prompt in prompts:
        words = unknown_words(tokenizer, prompt)
        if words:
            hints = "; ".join(f"{word!r} ({_hint(tokenizer, word, related or {})})" for word in words)
            text = f"prompt = {prompt!r} has words that the model has not learned: {hints}"
            warnings.warn(text, UnknownWordWarning, stacklevel=stacklevel + 1)


def _hint(tokenizer: Any, word: str, related: Mapping[str, Sequence[str]]) -> str:
    if near := related.get(word.lower()):
        return f"nearest to it: {', '.join(near)}"
    spelled = near_words(tokenizer, word)
    return f"did you mean {' or '.join(spelled)}?" if spelled else "nothing is spelled like it"
