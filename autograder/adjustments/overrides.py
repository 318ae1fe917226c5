"""`overrides.csv`: points and comments that a person gives. It is read, and never written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from autograder.results import Override
from autograder.syllabus import Exercise, Syllabus

from . import sheets
from .sheets import Row

FILE = "overrides.csv"
NEEDED = ("student", "exercise", "points")
OPTIONAL = ("reason", "comment")


@dataclass(frozen=True)
class Decisions:
    """What a person decided about one student."""

    exercises: Mapping[str, Override] = field(default_factory=dict)
    """By the exercises' keys."""
    comment: str = ""
    """On the whole submission."""


def read(path: Path, table: Syllabus, students: Collection[str]) -> dict[str, Decisions]:
    """Return the decisions in the file by student; none where there is no file.

    A row says student, exercise (its key or name; empty: the whole submission), points (empty: those of the
    checks stay), reason (needed with points) and comment.  students: everybody who can be meant.
    Raises ValueError that names the line, the value, the rule and the remedy.  Raises OSError.
    """
    if not path.exists():
        return {}
    found: dict[str, Decisions] = {}
    places: dict[tuple[str, str], str] = {}
    for row in sheets.read(path, NEEDED, OPTIONAL):
        student, exercise = _student(row, students), _exercise(row, table)
        place = student, exercise.key if exercise else ""
        if place in places:
            raise ValueError(f"{row.place} speaks of the same as {places[place]}; keep one of the two")
        places[place] = row.place
        found[student] = _with(found.get(student, Decisions()), row, exercise)
    return found


def _with(decisions: Decisions, row: Row, exercise: Exercise | None) -> Decisions:
    points, reason, comment = (row.cells[name] for name in ("points", "reason", "comment"))
    if not points and not comment:
        raise ValueError(f"{row.place} says nothing; give points, a comment or both, or delete it")
    if exercise is None:
        if points:
            raise ValueError(f"{row.place}: {points} points, but for no exercise; say for which")
        return Decisions(decisions.exercises, comment)
    if points and not reason:
        raise ValueError(f"{row.place}: {points} points without a reason; write it in the column reason")
    override = Override(_points(row, exercise) if points else None, reason, comment)
    return Decisions({**decisions.exercises, exercise.key: override}, decisions.comment)


def _student(row: Row, students: Collection[str]) -> str:
    name = row.cells["student"]
    if name in students:
        return name
    close = ", ".join(get_close_matches(name, students, cutoff=0.5)) or "nobody of a similar name"
    raise ValueError(f"{row.place}: no submission is called {name!r}; there is {close}. Mend the name")


def _exercise(row: Row, table: Syllabus) -> Exercise | None:
    name = row.cells["exercise"]
    try:
        return table.exercise(name) if name else None
    except ValueError as error:
        raise ValueError(f"{row.place}: {error}") from None


def _points(row: Row, exercise: Exercise) -> float:
    text = row.cells["points"]
    try:
        points = round(float(text), 2)
    except ValueError:
        raise ValueError(f"{row.place}: {text!r} is no number of points; write one such as 2.5") from None
    if 0 <= points <= exercise.points:
        return points
    raise ValueError(
        f"{row.place}: {text} points, but {exercise.key} has {exercise.points}; give 0 to {exercise.points}"
    )
