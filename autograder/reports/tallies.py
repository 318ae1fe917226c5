"""A class in numbers: how the totals are distributed, which checks are hard, which slips are common."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from autograder.results import CheckResult, ExerciseResult, Report, Status

BINS = 10


@dataclass(frozen=True)
class Bin:
    """A range of totals, and how many students are in it."""

    label: str
    """In per cent of the points: "80–89"."""
    count: int


@dataclass(frozen=True)
class Hard:
    """A check that students failed; who was skipped or not graded there does not count."""

    exercise: str
    sentence: str
    failed: int
    of: int

    @property
    def share(self) -> float:
        """The share of students who failed it, in [0, 1]."""
        return self.failed / self.of


@dataclass(frozen=True)
class Slip:
    """A known misconception, where it was met, and how many students have it."""

    name: str
    exercise: str
    students: int


@dataclass(frozen=True)
class Summary:
    """The graded part of a class in a few numbers; means are 0 where nobody is graded."""

    students: int
    graded: int
    passed: int
    """Students who passed every check."""
    mean: float
    median: float
    lowest: float
    highest: float


def summary(reports: Sequence[Report]) -> Summary:
    """Return the class in a few numbers."""
    graded = [report for report in reports if report.graded]
    passed = sum(all(exercise.passed for exercise in report.exercises) for report in graded)
    totals = [report.total for report in graded] or [0.0]
    return Summary(len(reports), len(graded), passed, fmean(totals), median(totals), min(totals), max(totals))


def distribution(reports: Sequence[Report]) -> list[Bin]:
    """Return the graded totals in ten equal ranges of the possible points; extra points count in the last."""
    counts = Counter(_bin(report) for report in reports if report.graded)
    return [Bin(_label(index), counts[index]) for index in range(BINS)]


def hardest(reports: Sequence[Report], most: int = 10) -> list[Hard]:
    """Return at most `most` checks that somebody failed, the most failed first."""
    failed: Counter[tuple[str, str]] = Counter()
    tried: Counter[tuple[str, str]] = Counter()
    sentences: dict[tuple[str, str], str] = {}
    for exercise, check in _checks(reports):
        if check.status in (Status.PASSED, Status.FAILED):
            place = exercise.key, check.name
            tried[place] += 1
            failed[place] += check.status is Status.FAILED
            sentences.setdefault(place, check.sentence)
    found = [Hard(key[0], sentences[key], failed[key], of) for key, of in tried.items() if failed[key]]
    return sorted(found, key=lambda hard: (-hard.failed, -hard.share))[:most]


def commonest(reports: Sequence[Report], most: int = 10) -> list[Slip]:
    """Return at most `most` misconceptions, the one that most students have first."""
    counts: Counter[tuple[str, str]] = Counter()
    for report in reports:
        counts.update({(e.key, check.misconception) for e, check in _checks([report]) if check.misconception})
    return [Slip(name, exercise, count) for (exercise, name), count in _most_common(counts)[:most]]


def _most_common(counts: Counter[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _checks(reports: Sequence[Report]) -> Iterator[tuple[ExerciseResult, CheckResult]]:
    for report in reports:
        for exercise in report.exercises:
            for check in exercise.checks:
                yield exercise, check


def _bin(report: Report) -> int:
    if report.possible <= 0:
        return 0
    return min(max(int(BINS * report.total / report.possible), 0), BINS - 1)


def _label(index: int) -> str:
    width = 100 // BINS
    return f"{index * width}–{(index + 1) * width - 1}" if index < BINS - 1 else f"{index * width}–100"
