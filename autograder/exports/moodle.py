"""Moodle: the CSV that its grade import maps, a grade and a feedback column for each assignment.

Both columns are to be mapped: Moodle takes feedback without a grade for a grade that is gone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograder.exports.graded import missed
from autograder.exports.rosters import Roster, Row
from autograder.exports.tables import Column, csv_text, grade
from autograder.reports.decided import notes
from autograder.reports.text import number
from autograder.results import ExerciseResult, Report, Status
from autograder.syllabus import Part, Syllabus

KEYS = ("Identifier", "Username", "ID number", "Email address")
"""By one of these, Moodle finds a student."""
LOGIN = "Username"
IDENTITY = (*KEYS, "First name", "Last name", "Full name")


def text(
    students: Sequence[tuple[Report, Row]], columns: Sequence[Column], table: Syllabus, roster: Roster
) -> str:
    """Return the CSV: heading, and a row for each student with the row of the roster.

    The columns of identity are those of `IDENTITY` that the roster has.
    """
    identity = [column for column in IDENTITY if column.lower() in roster.columns]
    return csv_text(_rows(students, columns, table, identity))


def feedback(report: Report, part: Part, table: Syllabus) -> str:
    """Return in a line what did not pass in one part, in the checks' words, none of the student's."""
    if not grade(report, part, table):
        return ""
    checked = " · ".join(map(_said, missed(report, part, table))) or "Every check passed."
    return " · ".join([*_decided(report, part, table), checked])


def _rows(
    students: Sequence[tuple[Report, Row]],
    columns: Sequence[Column],
    table: Syllabus,
    identity: Sequence[str],
) -> Iterator[list[str]]:
    yield [*identity, *(name for column in columns for name in (column.name, f"{column.name} (feedback)"))]
    for report, row in students:
        cells = [row.get(column.lower(), "") for column in identity]
        for column in columns:
            cells += [grade(report, column.part, table), feedback(report, column.part, table)]
        yield cells


def _decided(report: Report, part: Part, table: Syllabus) -> list[str]:
    """Return what people decided about this part alone."""
    own = tuple(e for e in report.exercises if table.section(e.section).part == part.letter)
    deliveries = tuple(each for each in report.deliveries if each.part == part.letter)
    return list(notes(replace(report, exercises=own, deliveries=deliveries)))


def _said(exercise: ExerciseResult) -> str:
    worth = f"{number(exercise.points)} of {number(exercise.possible)}"
    failed = [check.sentence for check in exercise.checks if check.status is Status.FAILED]
    said = f"fails: {' '.join(failed)}" if failed else "not run, as it needs an exercise that fails."
    return f"{exercise.key} ({worth}) {said}"
