"""The results that `autograder grade` wrote, read back and tried before anybody builds on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from autograder.reports.text import line
from autograder.results import ExerciseResult, Report, from_json
from autograder.syllabus import Part, Syllabus

FILE = "results.json"
MOST = 1e9


@dataclass(frozen=True)
class Graded:
    """A class's results."""

    reports: tuple[Report, ...]
    """Those that can be exported: graded in full, with the course as it is now, by the students' names."""
    left_out: tuple[str, ...]
    """Who is not among them and why, a sentence each."""


def read(folder: Path, table: Syllabus) -> Graded:
    """Return the results in a folder that `autograder grade --out` wrote.

    Raises ValueError when there are none, when nobody is left, or naming the file that is damaged.  Raises
    OSError when one cannot be read.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder; give the one that `autograder grade --out` wrote")
    reports = [_report(entry / FILE) for entry in sorted(folder.iterdir()) if (entry / FILE).is_file()]
    if not reports:
        raise ValueError(
            f"{folder} holds no student's {FILE}; give the one that `autograder grade --out` wrote"
        )
    objections = {report.student: _objection(report, table) for report in reports}
    left_out = tuple(f"{line(name)} is left out: {why}" for name, why in objections.items() if why)
    if len(left_out) == len(reports):
        raise ValueError(f"nobody in {folder} can be exported; {left_out[0]}")
    return Graded(tuple(report for report in reports if not objections[report.student]), left_out)


def points(report: Report, part: Part, table: Syllabus) -> float | None:
    """Return the points of one part, to the hundredth, less what lateness takes off.

    None when the report says nothing about it.
    """
    exercises = _of_part(report, part, table)
    earned = sum(exercise.points for exercise in exercises)
    return round(earned - report.late(part.letter), 2) if exercises else None


def missed(report: Report, part: Part, table: Syllabus) -> list[ExerciseResult]:
    """Return the exercises of one part that did not pass."""
    return [exercise for exercise in _of_part(report, part, table) if not exercise.passed]


def _of_part(report: Report, part: Part, table: Syllabus) -> list[ExerciseResult]:
    keys = set(_worth(part, table))
    return [exercise for exercise in report.exercises if exercise.key in keys]


def _worth(part: Part, table: Syllabus) -> dict[str, int]:
    return {e.key: e.points for s in table.sections if s.part == part.letter for e in s.exercises}


def _report(path: Path) -> Report:
    try:
        report = from_json(path.read_text(encoding="utf-8"))
        faults = [fault for fault in _faults(report, path) if fault]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        faults = [str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"]
    if faults:
        raise ValueError(f"{path} is damaged: {faults[0]}; grade this submission again")
    return report


def _faults(report: Report, path: Path) -> Iterator[str]:
    """Yield what JSON allows and no report has."""
    checks = [check for exercise in report.exercises for check in exercise.checks]
    numbers = [report.total, report.possible, report.seconds]
    numbers += [number for check in checks for number in (check.points, check.possible, check.seconds)]
    texts = [report.student, report.output, report.isolation, report.seeds, *report.remarks]
    texts += [text for e in report.exercises for text in (e.key, e.name, e.section)]
    texts += [text for check in checks for text in (check.name, check.sentence, check.reason)]
    yield from (f"{n!r} is no number of points or seconds" for n in numbers if not _is_amount(n))
    yield from (f"{text!r} is no text" for text in texts if not isinstance(text, str))
    if not isinstance(report.versions, dict):
        yield f"{report.versions!r} is no table of versions"
    if normalize("NFC", report.student) != normalize("NFC", path.parent.name):
        yield f"it is {report.student!r}'s, but lies in the folder {path.parent.name}"


def _is_amount(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number < MOST


def _objection(report: Report, table: Syllabus) -> str:
    """Return why a report cannot be exported, or ""."""
    for exercise in report.exercises:
        if not exercise.graded:
            return f"the grader could not work on {exercise.key}; grade it again"
    found = {exercise.key: exercise.possible for exercise in report.exercises}
    worths = [_worth(part, table) for part in table.parts]
    expected = {
        key: worth for of_part in worths if of_part.keys() & found.keys() for key, worth in of_part.items()
    }
    differing = [key for key in {**expected, **found} if not _agree(expected.get(key), found.get(key))]
    if differing or not found:
        return f"{', '.join(differing) or 'it'} was graded with another course/syllabus.toml; grade it again"
    return ""


def _agree(expected: float | None, found: float | None) -> bool:
    return expected is not None and found is not None and abs(expected - found) < 0.01
