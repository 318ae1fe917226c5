"""What grading again would change: whose grade moves, and by which checks."""

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.results import CheckResult, ExerciseResult, Override, Report


@dataclass(frozen=True)
class Move:
    """One student's results, before and after."""

    student: str
    before: float | None
    """The total; None: there was none."""
    after: float | None
    causes: tuple[str, ...]
    """What is different, a line each."""


def moved(before: Report | None, after: Report) -> Move | None:
    """Return what is different after; None where nothing is that has to do with points."""
    causes = ("not graded before",) if before is None else tuple(_causes(before, after))
    if not causes:
        return None
    return Move(after.student, _total(before), _total(after), causes)


def _total(report: Report | None) -> float | None:
    return report.total if report is not None and report.graded else None


def _causes(before: Report, after: Report) -> Iterator[str]:
    earlier = {exercise.key: exercise for exercise in before.exercises}
    later = {exercise.key: exercise for exercise in after.exercises}
    for key in {**earlier, **later}:
        if key not in later or key not in earlier:
            yield f"{key}: {'gone' if key in earlier else 'new'}"
        else:
            yield from _in_exercise(earlier[key], later[key])
    if before.late() != after.late():
        yield f"late: −{before.late():g} → −{after.late():g}"


def _in_exercise(before: ExerciseResult, after: ExerciseResult) -> Iterator[str]:
    earlier = {check.name: check for check in before.checks}
    later = {check.name: check for check in after.checks}
    for name in {**earlier, **later}:
        old, new = _outcome(earlier.get(name)), _outcome(later.get(name))
        if old != new:
            sentence = (later.get(name) or earlier[name]).sentence
            yield f"{after.key}: {old} → {new}: {sentence}"
    if _by_hand(before.override) != _by_hand(after.override):
        yield f"{after.key}: {_by_hand(before.override)} → {_by_hand(after.override)}"


def _outcome(check: CheckResult | None) -> str:
    return (
        "no check" if check is None else f"{check.status.value} ({check.points:.3g} of {check.possible:.3g})"
    )


def _by_hand(override: Override | None) -> str:
    return "as checked" if override is None or override.points is None else f"{override.points:g} by hand"
