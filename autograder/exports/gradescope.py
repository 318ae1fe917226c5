"""Gradescope: the `results.json` of its autograders, one for each student."""

import json
from collections.abc import Mapping
from typing import Any

from autograder.reports.decided import notes
from autograder.reports.text import clean, line
from autograder.results import CheckResult, ExerciseResult, Report, Status
from autograder.syllabus import Syllabus

VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")
LONGEST = 20_000


def text(report: Report, table: Syllabus, visibility: str = "visible") -> str:
    """Return the report as Gradescope's JSON: a test for each check; a skipped check is a failed test.

    Raises ValueError when Gradescope knows no such visibility.
    """
    if visibility not in VISIBILITIES:
        raise ValueError(f"visibility {visibility!r}: Gradescope has {', '.join(VISIBILITIES)}; choose one")
    data = {
        "score": round(report.total, 2),
        "execution_time": round(report.seconds),
        "output": _output(report),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "extra_data": {
            "isolation": report.isolation,
            "seeds": report.seeds,
            "versions": dict(report.versions),
        },
        "tests": [
            _test(exercise, f"{exercise.key} · {number}", check, table, visibility)
            for exercise in report.exercises
            for number, check in enumerate(exercise.checks, start=1)
        ],
    }
    return json.dumps(data, indent=2) + "\n"


def _test(
    exercise: ExerciseResult, number: str, check: CheckResult, table: Syllabus, visibility: str
) -> Mapping[str, Any]:
    passed = check.status is Status.PASSED
    reason = f"Skipped: {check.reason}" if check.status is Status.SKIPPED else check.reason
    return {
        "number": number,
        "name": line(f"{table.section(exercise.section).label} {exercise.name}: {check.sentence}", LONGEST),
        "name_format": "text",
        "score": round(check.points, 4),
        "max_score": round(check.possible, 4),
        "status": "passed" if passed else "failed",
        "output": clean(reason, LONGEST),
        "output_format": "text",
        "visibility": visibility,
        "tags": [exercise.key],
    }


def _output(report: Report) -> str:
    """Return what there is to say of the whole submission: decisions, remarks, and what the code printed."""
    remarks = [*notes(report), *(line(remark, LONGEST) for remark in report.remarks)]
    printed = clean(report.output, LONGEST).strip()
    return "\n".join([*remarks, *(["What your code printed:", printed] if printed else [])])
