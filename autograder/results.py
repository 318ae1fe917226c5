"""What grading says of a submission: checks in exercises in a report, and its JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

VERSION = 1


class Status(StrEnum):
    """The outcome of one check."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """It could not run because an earlier exercise fails; its points are lost."""
    UNGRADED = "ungraded"
    """The grader itself broke; nothing is said about the student's work."""


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check of one exercise."""

    name: str
    sentence: str
    """What the check demands, in a sentence: the first line of its docstring."""
    status: Status
    points: float
    possible: float
    reason: str = ""
    """Why it did not pass, in words for the student; empty when it passed."""
    misconception: str = ""
    """The name of the known wrong answer that the output equals, if any."""
    seconds: float = 0.0


@dataclass(frozen=True)
class ExerciseResult:
    """The outcome of one exercise."""

    key: str
    name: str
    section: str
    checks: tuple[CheckResult, ...]

    @property
    def points(self) -> float:
        """The points earned, to the hundredth."""
        return float(round(sum(Fraction(check.points) for check in self.checks), 2))

    @property
    def possible(self) -> float:
        """The points that were to be had."""
        return float(round(sum(Fraction(check.possible) for check in self.checks), 2))

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.status is Status.PASSED for check in self.checks)


@dataclass(frozen=True)
class Report:
    """Everything that grading found out about one submission."""

    student: str
    exercises: tuple[ExerciseResult, ...]
    total: float
    possible: float
    """Without extra parts."""
    isolation: str
    """"sandbox", "process" or "inprocess"."""
    seeds: str
    """"public" or "secret"."""
    versions: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    """What was noticed on the way in: files refused, encodings, doubled names."""
    output: str = ""
    """What the student's code printed, bounded."""
    seconds: float = 0.0

    @property
    def graded(self) -> bool:
        """Whether the grader could do its work on every check."""
        return all(check.status is not Status.UNGRADED for e in self.exercises for check in e.checks)


def to_json(report: Report) -> str:
    """Return the report as versioned JSON text; every exercise carries its points."""
    data = asdict(report)
    for entry, exercise in zip(data["exercises"], report.exercises, strict=True):
        entry["points"], entry["possible"] = exercise.points, exercise.possible
    return json.dumps({"version": VERSION, **data}, indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> Report:
    """Return the report that `to_json` wrote.

    Raises ValueError when the text is another version's or no report.
    """
    try:
        data = json.loads(text)
        if data.pop("version") == VERSION:
            exercises = tuple(_exercise(entry) for entry in data.pop("exercises"))
            return Report(exercises=exercises, remarks=tuple(data.pop("remarks")), **data)
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    raise ValueError(f"not a report of version {VERSION}; grade the submission again")


def _exercise(entry: dict[str, Any]) -> ExerciseResult:
    checks = tuple(CheckResult(**{**check, "status": Status(check["status"])}) for check in entry["checks"])
    return ExerciseResult(entry["key"], entry["name"], entry["section"], checks)
