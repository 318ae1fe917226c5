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
class Override:
    """What a person decided about one exercise."""

    points: float | None
    """They count in the place of the checks' points; None: the checks' points stay."""
    reason: str = ""
    """Why the points are not the checks'."""
    comment: str = ""
    """What else there is to tell the student."""


@dataclass(frozen=True)
class Delivery:
    """When a part was due and handed in, and what that costs."""

    part: str
    """The part's letter."""
    due: str
    """In ISO 8601, an extension included."""
    submitted: str
    """In ISO 8601; empty where nobody knows, which costs nothing."""
    days_late: int
    slip_days: int
    """How many of the days late are free."""
    percent: float
    """Taken off the points earned in the part, for the other days."""
    points: float
    """What that comes to, to the hundredth."""


@dataclass(frozen=True)
class ExerciseResult:
    """The outcome of one exercise."""

    key: str
    name: str
    section: str
    checks: tuple[CheckResult, ...]
    override: Override | None = None

    @property
    def points(self) -> float:
        """The points that count, to the hundredth: a person's, or else the checks'."""
        if self.override is not None and self.override.points is not None:
            return self.override.points
        return self.checked

    @property
    def checked(self) -> float:
        """The points earned in the checks, to the hundredth."""
        return float(round(sum(Fraction(check.points) for check in self.checks), 2))

    @property
    def graded(self) -> bool:
        """Whether there are points: the grader could do its work on every check, or a person gave some."""
        by_hand = self.override is not None and self.override.points is not None
        return by_hand or all(check.status is not Status.UNGRADED for check in self.checks)

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
    """The exercises' points, less what lateness takes off."""
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
    key: str = ""
    """A digest of all that the checks' results depend on; empty where it is not known."""
    comment: str = ""
    """What a person has to say of the whole submission."""
    deliveries: tuple[Delivery, ...] = ()
    """For every part that has a deadline, in the order of the course."""

    @property
    def graded(self) -> bool:
        """Whether there are points for every exercise."""
        return all(exercise.graded for exercise in self.exercises)

    def late(self, part: str | None = None) -> float:
        """Return the points that lateness takes off in a part, or in all of them."""
        return round(sum(each.points for each in self.deliveries if part in (None, each.part)), 2)


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
            deliveries = tuple(Delivery(**entry) for entry in data.pop("deliveries", ()))
            remarks = tuple(data.pop("remarks"))
            return Report(exercises=exercises, deliveries=deliveries, remarks=remarks, **data)
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    raise ValueError(f"not a report of version {VERSION}; grade the submission again")


def _exercise(entry: dict[str, Any]) -> ExerciseResult:
    checks = tuple(CheckResult(**{**check, "status": Status(check["status"])}) for check in entry["checks"])
    decided = entry.get("override")
    override = None if decided is None else Override(**decided)
    return ExerciseResult(entry["key"], entry["name"], entry["section"], checks, override)
