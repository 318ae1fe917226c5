"""A few numbers that stand for a module: winnowing (Schleimer, Wilkerson and Aiken 2003, section 3)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .normalising import Passage

RUN = 24
"""Words in a row behind one fingerprint: what is shared in shorter runs is never seen."""
WINDOW = 8
"""Of as many fingerprints in a row one is kept: a run of RUN + WINDOW - 1 shared words is always seen."""
BASE = np.uint64(0x9E3779B97F4A7C15)
MIXER = np.uint64(0xBF58476D1CE4E5B9)
SHIFT = np.uint64(29)


@dataclass(frozen=True)
class Prints:
    """A module's distinct fingerprints in rising order, each with the first and last line of its words."""

    values: NDArray[np.uint64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.values)

    def without(self, others: NDArray[np.uint64]) -> "Prints":
        """Return those that are not among the others."""
        return self.only(~np.isin(self.values, others))

    def only(self, chosen: NDArray[np.bool_]) -> "Prints":
        """Return those for which `chosen` holds."""
        return Prints(self.values[chosen], self.first[chosen], self.last[chosen])


def fingerprints(passages: Iterable[Passage]) -> Prints:
    """Return the fingerprints of a module's passages; a passage of fewer than RUN words has none."""
    found = [_winnowed(passage) for passage in passages if len(passage.words) >= RUN]
    if not found:
        nothing = np.empty(0, np.int64)
        return Prints(np.empty(0, np.uint64), nothing, nothing)
    values, first, last = (np.concatenate(column) for column in zip(*found, strict=True))
    values, places = np.unique(values, return_index=True)
    return Prints(values, first[places], last[places])


def every_hash(passages: Iterable[Passage]) -> NDArray[np.uint64]:
    """Return the hash of every run of RUN words, any of which may be a fingerprint elsewhere."""
    found = [_hashes(passage.words) for passage in passages if len(passage.words) >= RUN]
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint64)


def _winnowed(passage: Passage) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the smallest hash of every window, the last one of equals, with the lines of its words."""
    hashes = _hashes(passage.words)
    size = min(WINDOW, len(hashes))
    windows = np.lib.stride_tricks.sliding_window_view(hashes, size)
    places = np.arange(len(windows)) + size - 1 - windows[:, ::-1].argmin(axis=1)
    places = np.unique(places)
    lines = np.lib.stride_tricks.sliding_window_view(np.array(passage.lines, np.int64), RUN)[places]
    return hashes[places], lines.min(axis=1), lines.max(axis=1)


def _hashes(words: tuple[str, ...]) -> NDArray[np.uint64]:
    """Return a hash for every run of RUN words: a polynomial in BASE modulo 2^64, mixed."""
    numbers = np.array([_number(word) for word in words], np.uint64)
    count = len(numbers) - RUN + 1
    total = np.zeros(count, np.uint64)
    for offset in range(RUN):
        total = total * BASE + numbers[offset : offset + count]
    mixed = (total ^ (total >> SHIFT)) * MIXER
    return mixed ^ (mixed >> SHIFT)


@lru_cache(maxsize=100_000)
def _number(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())
