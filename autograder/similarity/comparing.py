"""Which pairs of submissions share what others do not, without comparing every two of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from autograder.submissions import Submission

from .fingerprints import Prints, every_hash, fingerprints
from .normalising import NormalisingError, passages

FLAGGED = 0.5
"""The share of the shorter file's passages, from which on two files are flagged."""
LEAST = 12
"""The distinct fingerprints that two files must share at least: a line or two never make as many."""
MOST_SHARING = 10
"""In a large class, what more students than this share is common knowledge."""
FEWEST_SHARING = 3
MOST_FILES = 60
MOST_BYTES = 1_000_000
"""Of one student's files; those beyond are not compared."""


@dataclass(frozen=True)
class Likeness:
    """What the same file of two students has in common.

    values: the fingerprints shared.  of: how many the file with fewer has; neither counts what the stub or
    many have.
    """

    file: str
    values: NDArray[np.uint64]
    of: int

    @property
    def share(self) -> float:
        """The part of the shorter file's passages that the other has too, in [0, 1]."""
        return len(self.values) / self.of


@dataclass(frozen=True)
class Pair:
    """Two students and their files that are alike, the most alike first."""

    one: str
    other: str
    files: tuple[Likeness, ...]

    @property
    def shared(self) -> int:
        """The passages shared in all of these files."""
        return sum(len(likeness.values) for likeness in self.files)

    @property
    def share(self) -> float:
        """The greatest share of any of these files."""
        return max(likeness.share for likeness in self.files)


@dataclass(frozen=True)
class Comparison:
    """A class compared.

    pairs: the flagged ones, those that share most first.  prints: file -> student -> all fingerprints but
    the stub's.  remarks: what could not be compared, a sentence each.  most_sharing: what more students
    share than this does not count.
    """

    submissions: tuple[Submission, ...]
    pairs: tuple[Pair, ...]
    prints: Mapping[str, Mapping[str, Prints]]
    remarks: tuple[str, ...]
    most_sharing: int


def compare(submissions: Sequence[Submission], stubs: Mapping[str, bytes]) -> Comparison:
    """Return which submissions are alike; their order, and that of their files, means nothing.

    stubs: the files as students received them; what is in them belongs to nobody.
    """
    students = sorted(submissions, key=lambda submission: submission.student)
    remarks: list[str] = []
    prints = _prints(students, stubs, remarks)
    most = most_sharing(len(students))
    likenesses: dict[tuple[str, str], list[Likeness]] = defaultdict(list)
    for file in sorted(prints):
        for pair, likeness in _alike(file, prints[file], most):
            likenesses[pair].append(likeness)
    pairs = [Pair(*names, tuple(sorted(found, key=_rank))) for names, found in likenesses.items()]
    pairs.sort(key=lambda pair: (-pair.shared, -pair.share, pair.one, pair.other))
    return Comparison(tuple(students), tuple(pairs), prints, tuple(remarks), most)


def most_sharing(students: int) -> int:
    """Return how many students may share a passage before it counts as common: a quarter, from 3 to 10."""
    return min(max(students // 4, FEWEST_SHARING), MOST_SHARING)


def _rank(likeness: Likeness) -> tuple[int, str]:
    return -len(likeness.values), likeness.file


def _prints(
    students: Sequence[Submission], stubs: Mapping[str, bytes], remarks: list[str]
) -> dict[str, dict[str, Prints]]:
    """Return every file's fingerprints by file and student, without those of its stub."""
    known: dict[tuple[str, bytes], Prints | str] = {}
    prints: dict[str, dict[str, Prints]] = defaultdict(dict)
    given = {file: every_hash(passages(source)) for file, source in stubs.items()}
    nothing = np.empty(0, np.uint64)
    for submission in students:
        for file, source in _within_bounds(submission, stubs, remarks):
            if (file, source) not in known:
                known[file, source] = _read(source, given.get(file, nothing))
            found = known[file, source]
            if isinstance(found, Prints):
                prints[file][submission.student] = found
            else:
                remarks.append(f"{submission.student}: {file} is not compared: {found}")
    return prints


def _within_bounds(
    submission: Submission, stubs: Mapping[str, bytes], remarks: list[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield a student's files, the course's before any others, until they are too many or too large."""
    files = sorted(submission.files.items(), key=lambda item: (item[0] not in stubs, item[0]))
    total = 0
    for count, (file, source) in enumerate(files):
        total += len(source)
        if total > MOST_BYTES or count >= MOST_FILES:
            left = f"{len(files) - count} of {len(files)} files are not compared"
            remarks.append(f"{submission.student}: {left}: they are too many or too large")
            return
        yield file, source


def _read(source: bytes, given: NDArray[np.uint64]) -> Prints | str:
    """Return a file's fingerprints but those given, or why it has none."""
    try:
        return fingerprints(passages(source)).without(given)
    except NormalisingError as error:
        return str(error)


def _alike(file: str, prints: Mapping[str, Prints], most: int) -> Iterator[tuple[tuple[str, str], Likeness]]:
    """Yield the pairs whose files are alike, looking at those only that share something rare."""
    students = sorted(prints)
    values = np.concatenate([prints[student].values for student in students])
    owners = np.repeat(np.arange(len(students)), [len(prints[student]) for student in students])
    order = np.argsort(values, kind="stable")
    values, owners = values[order], owners[order]
    rare, starts, counts = np.unique(values, return_index=True, return_counts=True)
    own = np.bincount(owners[np.repeat(counts <= most, counts)], minlength=len(students))
    together: Counter[tuple[int, int]] = Counter()
    chosen = (counts > 1) & (counts <= most)
    for start, count in zip(starts[chosen].tolist(), counts[chosen].tolist(), strict=True):
        together.update(combinations(owners[start : start + count].tolist(), 2))
    common = rare[counts > most]
    for (i, j), shared in sorted(together.items()):
        of = int(min(own[i], own[j]))
        if shared >= LEAST and shared >= FLAGGED * of:
            both = np.intersect1d(prints[students[i]].values, prints[students[j]].values)
            yield (students[i], students[j]), Likeness(file, np.setdiff1d(both, common), of)
