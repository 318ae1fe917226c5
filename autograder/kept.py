"""Reports that a comparison made, kept for the next grading by the digests of all that they depend on."""

from dataclasses import replace
from pathlib import Path

from autograder.reports import files
from autograder.results import Report, from_json, to_json

FOLDER = ".compared"
"""In the class's folder; nobody reads it but the grader."""


def keep(report: Report, out: Path) -> None:
    """Keep a report without adjustments under its key; raises OSError."""
    files.replace(_place(out, report.key), to_json(report))


def find(out: Path, key: str, student: str) -> Report | None:
    """Return the report kept under a key, as the student's; None where there is none, or half of one."""
    try:
        report = from_json(_place(out, key).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return replace(report, student=student) if report.key == key and report.graded else None


def forget(out: Path) -> None:
    """Remove all that was kept; what cannot be removed stays."""
    try:
        for path in (out / FOLDER).glob("*.json"):
            path.unlink(missing_ok=True)
        (out / FOLDER).rmdir()
    except OSError:
        pass


def _place(out: Path, key: str) -> Path:
    return out / FOLDER / f"{key}.json"
