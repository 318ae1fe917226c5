"""An invented class, graded into a folder, and the gradebook it goes into."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder import syllabus
from autograder.reports.grades import write_results
from autograder.results import CheckResult, ExerciseResult, Report, Status

Graded = Callable[..., Path]
FORWARD = "a1.1.forward"


def result(key: str, share: float, reason: str = "The values differ.") -> ExerciseResult:
    exercise = syllabus.load().exercise(key)
    status = Status.PASSED if share == 1 else Status.FAILED
    said = "" if share == 1 else reason
    check = CheckResult("test", "Agrees.", status, exercise.points * share, exercise.points, said)
    return ExerciseResult(exercise.key, exercise.name, exercise.section, (check,))


def report(student: str, shares: Mapping[str, float] | None = None, reason: str = "Differs.") -> Report:
    keys = [exercise.key for exercise in syllabus.load().exercises()]
    results = tuple(result(key, (shares or {}).get(key, 1.0), reason) for key in keys)
    return Report(student, results, sum(each.points for each in results), 100.0, "process", "secret")


def dump(url: str) -> str:
    """Return all of an SQLite database as text."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        return "\n".join(database.iterdump())


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'gradebook.db'}"


@pytest.fixture
def graded(tmp_path: Path) -> Graded:
    """A function that writes reports as `autograder grade` does, and returns the folder."""

    def write(*reports: Report) -> Path:
        for each in reports:
            write_results(each, tmp_path / "grades" / each.student / "results.json")
        return tmp_path / "grades"

    return write


@pytest.fixture
def entries(url: str) -> Callable[[str], dict[str, tuple[float | None, float | None, bool]]]:
    """A function that returns a student's scores by cell: the auto and manual one, and "look again"."""

    def read(student: str) -> dict[str, tuple[float | None, float | None, bool]]:
        with Gradebook(url, "diffusion-course") as gradebook:
            grades = [
                grade
                for handed_in in gradebook.student_submissions(student)
                for notebook in handed_in.notebooks
                for grade in notebook.grades
            ]
            return {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in grades}

    return read
