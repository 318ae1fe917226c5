"""`autograder export nbgrader`: a folder of grades into nbgrader's gradebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader import api
from sqlalchemy.orm import Session

from autograder import soundness, syllabus
from autograder.exports import graded, rosters
from autograder.exports.rosters import Row
from autograder.gradebook import assignments, scores
from autograder.gradebook.database import COURSE, opened
from autograder.release.generated import sections_of, solutions
from autograder.release.notebooks import notebook
from autograder.results import ExerciseResult, Report
from autograder.syllabus import Part, Section, Syllabus

LOGIN = "id"
NAMES = ("first_name", "last_name", "email", "lms_user_id")
"""What a roster may say of a student beside the `id`; the columns of `nbgrader db student import`."""


@dataclass(frozen=True)
class Recorded:
    """What an export has written into a gradebook."""

    students: int
    changed: int
    """How many of them have another score or comment than before."""
    left_out: tuple[str, ...]
    """Who is not in it and why, a sentence each."""


def to_nbgrader(grades: Path, url: str, roster: Path | None = None, course: str = COURSE) -> Recorded:
    """Write a class's scores and comments into nbgrader's gradebook, all of them or, on an error, none.

    Each part is an assignment with one notebook, as `nbgrader generate_assignment` makes them.  What people
    have entered there stays.  Where a part has a deadline, the time it was handed in and what lateness costs
    are written too.  Written twice, it changes nothing the second time.
    roster: a CSV with the columns `submission` and `id`, and any of `NAMES`; without it, submissions are
    called by the students' ids.  Raises ValueError, OSError, naming file or database and the remedy.
    """
    table = syllabus.load()
    found = graded.read(grades, table)
    known = rosters.read(roster, [LOGIN]) if roster else rosters.by_name(found.reports, LOGIN)
    students, unknown = rosters.matched(found.reports, known, [LOGIN])
    _refuse_doubles(students)
    with opened(url, course) as session, session.no_autoflush:
        changed = _write(session, students, table, course)
    return Recorded(len(students), changed, (*found.left_out, *unknown))


def _refuse_doubles(students: Sequence[tuple[Report, Row]]) -> None:
    owners: dict[str, str] = {}
    for report, row in students:
        owner = owners.setdefault(row[LOGIN], report.student)
        if owner != report.student:
            raise ValueError(
                f"the id {row[LOGIN]} is both {owner}'s and {report.student}'s; tell them apart in the roster"
            )


def _write(session: Session, students: Sequence[tuple[Report, Row]], table: Syllabus, course: str) -> int:
    changed: set[str] = set()
    people = {student.id: student for student in session.query(api.Student)}
    rows = {report.student: _person(session, people, row) for report, row in students}
    for part in _spoken_of([report for report, _ in students], table):
        place = _assignment(session, part, table, course)
        earlier = {handed_in.student_id: handed_in for handed_in in place.assignment.submissions}
        for report, _ in students:
            if results := _of_part(report, part, table):
                student = rows[report.student]
                submitted = assignments.submission(session, place, student, earlier.get(student.id))
                if any([scores.record(submitted, results, table), *_delivered(submitted, report, part)]):
                    changed.add(report.student)
    return len(changed)


def _delivered(submitted: Any, report: Report, part: Part) -> list[bool]:
    return [scores.deliver(submitted, each) for each in report.deliveries if each.part == part.letter]


def _person(session: Session, people: Mapping[str, Any], row: Row) -> Any:
    student = people.get(row[LOGIN])
    if student is None:
        student = api.Student(id=row[LOGIN])
        session.add(student)
    for name in NAMES:
        if told := row.get(name):
            setattr(student, name, told)
    return student


def _assignment(session: Session, part: Part, table: Syllabus, course: str) -> Any:
    sections: list[Section] = sections_of(part, table)
    released = notebook(part, sections, solutions(soundness.ROOT, part, table))
    return assignments.assignment(session, part, sections, released, course)


def _spoken_of(reports: Sequence[Report], table: Syllabus) -> list[Part]:
    return [part for part in table.parts if any(_of_part(report, part, table) for report in reports)]


def _of_part(report: Report, part: Part, table: Syllabus) -> list[ExerciseResult]:
    keys = {exercise.key for section in sections_of(part, table) for exercise in section.exercises}
    return [result for result in report.exercises if result.key in keys]
