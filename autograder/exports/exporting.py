"""`autograder export`: a folder of grades in, the files of another gradebook out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import syllabus
from autograder.exports import canvas, graded, gradescope, junit, moodle, rosters, tables
from autograder.reports import files


@dataclass(frozen=True)
class Exported:
    """What an export has written."""

    students: int
    left_out: tuple[str, ...]
    """Who is not in it and why, a sentence each: nobody gets a zero for it."""


def to_canvas(grades: Path, out: Path, roster: Path | None, assignments: Sequence[str]) -> Exported:
    """Write a class's grades as the CSV of Canvas's gradebook to the file `out`.

    roster: a CSV with a column `submission` and Canvas's own; without it, submissions are called by the
    students' logins.  assignments: names of the parts' columns, such as "a=Project 5A (1234)".
    Raises ValueError, OSError, naming the file and the remedy; then nothing is written.
    """
    table = syllabus.load()
    found = graded.read(grades, table)
    known = rosters.read(roster, canvas.KEYS) if roster else rosters.by_name(found.reports, canvas.LOGIN)
    students, unknown = rosters.matched(found.reports, known, canvas.KEYS)
    columns = tables.columns(found.reports, table, tables.names(assignments, table))
    files.replace(out, canvas.text(students, columns, table))
    return Exported(len(students), (*found.left_out, *unknown))


def to_moodle(grades: Path, out: Path, roster: Path | None, assignments: Sequence[str]) -> Exported:
    """Write a class's grades and feedback as a CSV that Moodle imports to the file `out`.

    roster: a CSV with a column `submission` and at least one of `moodle.KEYS`; without it, submissions are
    called by the users' names.  Otherwise as `to_canvas`.
    """
    table = syllabus.load()
    found = graded.read(grades, table)
    known = rosters.read(roster, moodle.KEYS) if roster else rosters.by_name(found.reports, moodle.LOGIN)
    students, unknown = rosters.matched(found.reports, known, moodle.KEYS)
    columns = tables.columns(found.reports, table, tables.names(assignments, table))
    files.replace(out, moodle.text(students, columns, table, known))
    return Exported(len(students), (*found.left_out, *unknown))


def to_gradescope(grades: Path, out: Path, visibility: str = "visible") -> Exported:
    """Write Gradescope's results.json for every student into a folder each below `out`.

    Raises ValueError when `out` holds a class's own results, which have the same names; else as `to_canvas`.
    """
    table = syllabus.load()
    found = graded.read(grades, table)
    if out.resolve() == grades.resolve() or (out / "grades.csv").exists():
        raise ValueError(f"{out} holds a class's grades, which would be overwritten; choose another --out")
    texts = {report.student: gradescope.text(report, table, visibility) for report in found.reports}
    for student, text in texts.items():
        files.replace(out / student / graded.FILE, text)
    return Exported(len(texts), found.left_out)


def to_junit(grades: Path, out: Path) -> Exported:
    """Write a class's results as JUnit XML to the file `out`; raises as `to_canvas` does."""
    found = graded.read(grades, syllabus.load())
    files.replace(out, junit.text(found.reports))
    return Exported(len(found.reports), found.left_out)
