"""A class graded into a folder: grades.csv, index.html, and a folder of results for every student."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import grading, syllabus
from autograder.link.isolation import Isolation
from autograder.reports.grades import write_csv, write_results
from autograder.reports.pages import write_class_page, write_student_page
from autograder.results import Report, from_json
from autograder.submissions import Submission, told_apart

if TYPE_CHECKING:
    from rich.progress import Progress

OWN_FILES = ("grades.csv", "index.html", "secret.key")
KEPT = "This time the grader could not work; these are the results of an earlier run."


def grade(
    submissions: Sequence[Submission],
    out: Path,
    *,
    jobs: int = 1,
    secret: Path | None = None,
    isolation: Isolation = Isolation.SANDBOX,
    bars: "Progress | None" = None,
) -> list[Report]:
    """Grade submissions into the folder `out` and return their reports, by the students' names.

    secret: the file with the class's secret; without it, one is made in `out`.  A submission that the
    grader could not grade keeps the results of an earlier run.  Raises ValueError, OSError.
    """
    out.mkdir(parents=True, exist_ok=True)
    key = grading.class_secret(secret or out / "secret.key")
    students = told_apart([_beside_own_files(submission) for submission in submissions])
    task = bars.add_task("grading", total=len(students)) if bars else None
    reports = []
    for report in grading.grade_class(students, key, jobs=jobs, isolation=isolation):
        reports.append(_written(report, out))
        if bars and task is not None:
            bars.advance(task)
    reports.sort(key=lambda report: report.student)
    write_csv(reports, syllabus.load(), out / "grades.csv")
    write_class_page(reports, syllabus.load(), out / "index.html")
    return reports


def _beside_own_files(submission: Submission) -> Submission:
    """Return the submission under a name that is not one of the class's own files."""
    if submission.student.casefold() not in OWN_FILES:
        return submission
    return replace(submission, student=f"student-{submission.student}")


def _written(report: Report, out: Path) -> Report:
    """Write one student's results and page, and return the report that now counts."""
    folder = out / report.student
    earlier = _earlier(folder / "results.json")
    if not report.graded and earlier is not None:
        return replace(
            earlier, remarks=(*earlier.remarks, KEPT) if KEPT not in earlier.remarks else earlier.remarks
        )
    write_results(report, folder / "results.json")
    write_student_page(report, syllabus.load(), folder / "index.html")
    return report


def _earlier(path: Path) -> Report | None:
    try:
        report = from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return report if report.graded else None
