"""An invented class in a folder, as grading leaves it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from autograder import syllabus
from autograder.reports.grades import write_results
from autograder.results import CheckResult, ExerciseResult, Report, Status
from autograder.syllabus import Exercise, Syllabus

SENTENCES = ("Keeps the shape.", "Agrees with the closed form.")
Make = Callable[..., Report]


def exercise(entry: Exercise, statuses: tuple[Status, ...], reason: str) -> ExerciseResult:
    each = entry.points / len(statuses)
    checks = tuple(
        CheckResult(
            name=f"test_{entry.name}_{number}",
            sentence=SENTENCES[number % 2],
            status=status,
            points=each if status is Status.PASSED else 0.0,
            possible=each,
            reason="" if status is Status.PASSED else reason,
            seconds=0.25,
        )
        for number, status in enumerate(statuses)
    )
    return ExerciseResult(entry.key, entry.name, entry.section, checks)


def report(
    student: str,
    statuses: Mapping[str, tuple[Status, ...]] | None = None,
    reason: str = "The values differ.",
    **more: object,
) -> Report:
    """A report in which every exercise passes its two checks but those named in `statuses`."""
    fine = (Status.PASSED, Status.PASSED)
    results = tuple(
        exercise(entry, (statuses or {}).get(entry.key, fine), reason)
        for entry in syllabus.load().exercises()
    )
    total = sum(each.points for each in results)
    known: dict[str, object] = {"isolation": "process", "seeds": "secret", "seconds": 12.4}
    return Report(student, results, total, 50.0, **{**known, **more})  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def part_a_alone(monkeypatch: pytest.MonkeyPatch) -> Syllabus:
    """Make the course one part; return the whole one."""
    whole = syllabus.load()
    of_a = tuple(section for section in whole.sections if section.part == "a")
    monkeypatch.setattr(syllabus, "load", lambda: Syllabus((whole.part("a"),), of_a))
    return whole


@pytest.fixture
def make() -> Make:
    return report


@pytest.fixture
def table() -> Syllabus:
    return syllabus.load()


@pytest.fixture
def grades(tmp_path: Path) -> Path:
    """The perfect ada, bob with a failed and a skipped check, and zoë, on whom the grader broke."""
    half = {
        "a1.1.forward": (Status.PASSED, Status.FAILED),
        "a1.9.low_pass": (Status.SKIPPED, Status.SKIPPED),
    }
    broken = {"a1.7.sdedit": (Status.PASSED, Status.UNGRADED)}
    folder = tmp_path / "grades"
    for each in (report("ada"), report("bob", half), report("zoë", broken)):
        write_results(each, folder / each.student / "results.json")
    (folder / "grades.csv").write_text("student,total\n")
    (folder / "gallery").mkdir()
    return folder
