"""`nbgrader autograde` with our grader: no kernel is started, student code stays beyond the process line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import api
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Enum, Unicode

from autograder import grading, syllabus
from autograder.adjustments import overrides
from autograder.cli.holding import held
from autograder.gradebook import decided
from autograder.gradebook.assignments import check_id
from autograder.gradebook.database import opened
from autograder.gradebook.handed_in import submission
from autograder.gradebook.scores import record, said
from autograder.link.isolation import Isolation
from autograder.reports.text import clean, number
from autograder.results import CheckResult, ExerciseResult, Report, Status
from autograder.syllabus import Part, Syllabus

LONGEST = 10_000


class UngradedError(RuntimeError):
    """The grader could not do its work on a notebook; the gradebook keeps what it had."""


class GradeApart(NbGraderPreprocessor):  # type: ignore[misc]
    """Grades a notebook's solution cells in a sandbox, and writes scores and comments into the gradebook.

    It stands in the place of nbgrader's `Execute` and `SaveAutoGrades`.
    """

    secret = Unicode(
        "secret.key",
        help="The file with the class's secret, from the course's folder; made if it is not there.",
    ).tag(config=True)
    overrides = Unicode(
        overrides.FILE,
        help="The file with points and comments by hand, from the course's folder; it need not be there.",
    ).tag(config=True)
    isolation = Enum(
        [level.value for level in Isolation],
        Isolation.SANDBOX.value,
        help="How student code is held: sandbox, or process.",
    ).tag(config=True)
    i_trust_this_code = Bool(False, help="Allow the isolation `process`.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Grade a student's notebook; its check cells show what came out.

        Raises UngradedError where the grader itself could not work, ValueError where the notebook is none of
        the course's or the settings or the overrides cannot be, GradebookError where the gradebook cannot be
        written.  Then the gradebook's scores and comments are as they were.
        """
        place, table = resources["nbgrader"], syllabus.load()
        course, part = CourseDirectory(parent=self), _part(place, table)
        by_hand = decided.read(course, self.overrides, place["db_url"], table)
        report = by_hand.applied(self._report(nb, place["student"], part, course, table))
        results = [result for result in report.exercises if result.key.startswith(part.letter)]
        _refuse_ungraded(results, place["student"])
        with opened(place["db_url"], course.course_id) as session:
            record(_submitted(session, place), results, table)
        _show(nb, results, report, table)
        return nb, resources

    def _report(
        self, nb: NotebookNode, student: str, part: Part, course: CourseDirectory, table: Syllabus
    ) -> Report:
        isolation = held(Isolation(self.isolation), trusted=self.i_trust_this_code)
        secret = grading.class_secret(Path(course.root) / self.secret)
        folder = course.submitted_directory
        others = {
            other: Path(course.format_path(folder, student, other.folder)) / f"{other.folder}.ipynb"
            for other in table.parts
        }
        return grading.grade(submission(student, part, nb, others, table), secret, isolation=isolation)


def _refuse_ungraded(results: Sequence[ExerciseResult], student: str) -> None:
    for result in results:
        for check in () if result.graded else result.checks:
            if check.status is Status.UNGRADED:
                raise UngradedError(f"{student}'s {result.key} is not graded: {check.reason}; grade it again")


def _part(place: Any, table: Syllabus) -> Part:
    for part in table.parts:
        if place["notebook"] == place["assignment"] == part.folder:
            return part
    raise ValueError(
        f"the notebook {place['notebook']} of {place['assignment']} is no part of the course; leave "
        "GradeApart out of Autograde.autograde_preprocessors for it"
    )


def _submitted(session: Any, place: Any) -> Any:
    """Return the gradebook's record of a notebook that nbgrader is at work on."""
    return (
        session.query(api.SubmittedNotebook)
        .join(api.SubmittedNotebook.assignment)
        .join(api.SubmittedAssignment.assignment)
        .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
        .filter(
            api.SubmittedAssignment.student_id == place["student"],
            api.Assignment.name == place["assignment"],
            api.Notebook.name == place["notebook"],
        )
        .one()
    )


def _show(nb: NotebookNode, results: Sequence[ExerciseResult], report: Report, table: Syllabus) -> None:
    """Write below every check cell what came out, the points last; below the first, remarks too."""
    told = {check_id(table.exercise(result.key)): result for result in results}
    remarks = [clean(remark, LONGEST) for remark in report.remarks]
    for cell in nb.cells:
        result = told.get((cell.metadata.get("nbgrader") or {}).get("grade_id", ""))
        if result is not None and cell.cell_type == "code":
            points = {"text/plain": number(result.points)}
            by_hand = [f"by hand: {clean(said(result.override), LONGEST)}"] if result.override else []
            lines = [*remarks, *by_hand, *map(_line, result.checks)]
            remarks = []
            cell.outputs = [
                new_output("stream", name="stdout", text="\n".join(lines)),
                new_output("execute_result", data=points, execution_count=None),
            ]


def _line(check: CheckResult) -> str:
    reason = clean(check.reason, LONGEST).replace("\n", "\n    ")
    return f"{check.status}: {check.sentence}" + (f"\n    {reason}" if reason else "")
