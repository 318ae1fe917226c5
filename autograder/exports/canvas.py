"""Canvas: the CSV that its gradebook imports, with its five columns of identity and one an assignment."""

from collections.abc import Iterator, Sequence

from autograder.exports.rosters import Row
from autograder.exports.tables import Column, csv_text, grade
from autograder.results import Report
from autograder.syllabus import Syllabus

IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
KEYS = IDENTITY[1:4]
"""By these, in this order, Canvas finds a student."""
LOGIN = "SIS Login ID"
POSSIBLE = "Points Possible"


def text(students: Sequence[tuple[Report, Row]], columns: Sequence[Column], table: Syllabus) -> str:
    """Return the CSV: heading, points possible, and a row for each student with the row of the roster."""
    return csv_text(_rows(students, columns, table))


def _rows(
    students: Sequence[tuple[Report, Row]], columns: Sequence[Column], table: Syllabus
) -> Iterator[list[str]]:
    yield [*IDENTITY, *(column.name for column in columns)]
    yield [POSSIBLE, "", "", "", "", *(column.possible for column in columns)]
    for report, row in students:
        name, *rest = (row.get(column.lower(), "") for column in IDENTITY)
        yield [name or report.student, *rest, *(grade(report, column.part, table) for column in columns)]
