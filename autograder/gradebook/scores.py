"""Scores and comments of exercises, in a gradebook beside those that people gave."""

from collections.abc import Sequence
from typing import Any

from nbgrader.utils import parse_utc

from autograder.gradebook.assignments import check_id
from autograder.release.notebooks import grade_id
from autograder.reports.text import clean, line, number
from autograder.results import CheckResult, Delivery, ExerciseResult, Override, Status
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


def deliver(submitted: Any, delivery: Delivery) -> bool:
    """Write when a part was handed in and what its lateness costs, and say whether anything changed."""
    handed_in, before = (
        submitted.assignment,
        (submitted.assignment.timestamp, submitted.late_submission_penalty),
    )
    if delivery.submitted:
        handed_in.timestamp = parse_utc(delivery.submitted)
    submitted.late_submission_penalty = delivery.points
    return before != (handed_in.timestamp, submitted.late_submission_penalty)


def remark(result: ExerciseResult) -> str | None:
    """Return in Markdown what a person decided and what did not pass; None where there is neither.

    nbgrader shows it as HTML: what a student could have worded stands in blocks of code.
    """
    missed = [check for check in result.checks if check.status is not Status.PASSED]
    decided = [_decided(result.override)] if result.override else []
    text = "\n\n".join([*decided, *map(_said, missed)])
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
    return f"{line(check.sentence)}\n\n{_block(check.reason)}".rstrip()


def said(override: Override) -> str:
    """Return a person's words, a line for the reason and those of the comment."""
    return "\n".join(words for words in (override.reason, override.comment) if words)


def _decided(override: Override) -> str:
    points = "" if override.points is None else f": {number(override.points)} points"
    return f"Decided by a person{points}.\n\n{_block(said(override))}".rstrip()


def _block(text: str) -> str:
    return "\n".join(f"    {said}" for said in clean(text, LONGEST).splitlines() if said.strip())
