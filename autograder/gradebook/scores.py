"""Scores and comments of exercises, in a gradebook beside those that people gave."""

from collections.abc import Sequence
from typing import Any

from autograder.gradebook.assignments import check_id
from autograder.release.notebooks import grade_id
from autograder.reports.text import clean, line
from autograder.results import CheckResult, ExerciseResult, Status
from autograder.syllabus import Syllabus

LONGEST = 4_000


def record(submitted: Any, results: Sequence[ExerciseResult], table: Syllabus) -> bool:
    """Write exercises' scores and comments into one submitted notebook, and say whether anything changed.

    Scores and comments that a person gave stay and go on counting; a score that changes below such a one
    is marked for another look, as nbgrader does.
    """
    grades = {grade.cell.name: grade for grade in submitted.grades}
    comments = {comment.cell.name: comment for comment in submitted.comments}
    changes = []
    for result in results:
        exercise = table.exercise(result.key)
        changes.append(_scored(grades[check_id(exercise)], result.points))
        if comment := comments.get(grade_id(exercise)):
            changes.append(_commented(comment, remark(result)))
    return any(changes)


def remark(result: ExerciseResult) -> str | None:
    """Return in Markdown what did not pass; None where all did.

    nbgrader shows it as HTML: what a student could have worded stands in blocks of code.
    """
    missed = [check for check in result.checks if check.status is not Status.PASSED]
    text = "\n\n".join(map(_said, missed))
    return (text if len(text) <= LONGEST else text[: LONGEST - 1] + "…") or None


def _scored(grade: Any, points: float) -> bool:
    if grade.auto_score == points:
        return False
    grade.auto_score = points
    grade.needs_manual_grade = grade.manual_score is not None
    return True


def _commented(comment: Any, text: str | None) -> bool:
    if comment.auto_comment == text:
        return False
    comment.auto_comment = text
    return True


def _said(check: CheckResult) -> str:
    reason = "\n".join(f"    {said}" for said in clean(check.reason, LONGEST).splitlines() if said.strip())
    return f"{line(check.sentence)}\n\n{reason}".rstrip()
