"""Grades for machines: `grades.csv`, a row a student, and `results.json`, everything about one."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder import results
from autograder.results import ExerciseResult, Report
from autograder.syllabus import Syllabus

from . import files
from .decided import by_hands
from .text import line, number

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
UNGRADED = "ungraded"


def write_csv(reports: Sequence[Report], syllabus: Syllabus, path: Path) -> None:
    """Write a table with a row for each report, in their order.

    Columns: `student`, `total`, `possible`, the points of each section of the syllabus under its key, `note`;
    where there are deadlines, before the note `late`, the points that are taken off the sum of the sections.
    Where the grader broke, `total` and the sections it broke in are empty and `note` says "ungraded"; it also
    says which points were given by hand.  A section that was not graded is empty.  No cell starts a formula.
    """
    keys = [section.key for section in syllabus.sections if section.exercises]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    late = ["late"] if any(report.deliveries for report in reports) else []
    writer.writerow(["student", "total", "possible", *keys, *late, "note"])
    writer.writerows([cell(text) for text in _row(report, keys, bool(late))] for report in reports)
    files.replace(path, table.getvalue())


def write_results(report: Report, path: Path) -> None:
    """Write the report as JSON; a reader sees the old file or the new one, never half of it."""
    files.replace(path, results.to_json(report))


def cell(text: str) -> str:
    """Return `text` as a cell that a spreadsheet takes for text: a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _row(report: Report, keys: Sequence[str], late: bool) -> Iterator[str]:
    yield line(report.student)
    yield number(report.total) if report.graded else ""
    yield number(report.possible)
    for key in keys:
        yield _points([exercise for exercise in report.exercises if exercise.section == key])
    if late:
        yield number(report.late())
    by_hand = [f"{e.key}: {number(e.points)} by hand" for e in by_hands(report)]
    yield "; ".join([*([] if report.graded else [UNGRADED]), *by_hand])


def _points(exercises: Sequence[ExerciseResult]) -> str:
    graded = exercises and all(exercise.graded for exercise in exercises)
    return number(sum(exercise.points for exercise in exercises)) if graded else ""
