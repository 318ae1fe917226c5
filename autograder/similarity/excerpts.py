"""What two students share, side by side: the longest passage of a file, as each of them wrote it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .comparing import Comparison, Likeness, Pair
from .fingerprints import Prints

MOST_LINES = 30
WIDEST = 160
LINE_ENDS = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Excerpt:
    """Some lines of a student's file, none wider than WIDEST; `first` is the number of the first one."""

    first: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Facing:
    """The longest shared passage of a file, in either student's words."""

    likeness: Likeness
    one: Excerpt
    other: Excerpt


def facing(pair: Pair, comparison: Comparison, most: int) -> Iterator[Facing]:
    """Yield, for at most `most` of the files that are alike, the longest passage they share."""
    sources = {submission.student: submission.files for submission in comparison.submissions}
    for likeness in pair.files[:most]:
        prints = comparison.prints[likeness.file]
        one = _longest(_shared(prints[pair.one], likeness))
        other = _longest(prints[pair.other].only(np.isin(prints[pair.other].values, one.values)))
        yield Facing(
            likeness,
            _excerpt(sources[pair.one][likeness.file], one),
            _excerpt(sources[pair.other][likeness.file], other),
        )


def _shared(prints: Prints, likeness: Likeness) -> Prints:
    return prints.only(np.isin(prints.values, likeness.values))


def _longest(prints: Prints) -> Prints:
    """Return the fingerprints of the run of touching lines in which there are most of them."""
    order = np.lexsort((prints.last, prints.first))
    first, last = prints.first[order], prints.last[order]
    reached = np.maximum.accumulate(last)
    runs = np.concatenate([[0], np.cumsum(first[1:] > reached[:-1] + 1)])
    chosen = np.zeros(len(prints), np.bool_)
    chosen[order[runs == np.bincount(runs).argmax()]] = True
    return prints.only(chosen)


def _excerpt(source: bytes, prints: Prints) -> Excerpt:
    lines = LINE_ENDS.split(source.decode("utf-8-sig", "replace"))
    first = int(prints.first.min())
    last = min(int(prints.last.max()), first + MOST_LINES - 1)
    return Excerpt(first, tuple(_cut(line) for line in lines[first - 1 : last]))


def _cut(line: str) -> str:
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"
