"""What people decided about a submission, in words: points by hand, lateness."""

from collections.abc import Iterator

from autograder.results import Delivery, ExerciseResult, Report

from .text import line, number


def handed_in(delivery: Delivery) -> str:
    """Return when a part was handed in and what that costs, in a sentence's second half."""
    if not delivery.submitted:
        return "nobody knows when it was handed in, which counts as on time."
    if not delivery.days_late:
        return f"handed in {delivery.submitted}, on time."
    free = f", {delivery.slip_days} of them free" if delivery.slip_days else ""
    cost = f"{number(delivery.percent)} % off what was earned, {number(delivery.points)} points"
    return f"handed in {delivery.submitted}, {_days(delivery.days_late)} late{free}: {cost}."


def decided(report: Report) -> Iterator[str]:
    """Yield in a few words each what makes the total differ from that of the checks."""
    by_hand = len(by_hands(report))
    if by_hand:
        yield f"{by_hand} by hand"
    if report.late():
        yield f"{number(report.late())} off, late"


def notes(report: Report) -> Iterator[str]:
    """Yield a sentence for everything that was decided: of the exercises, the deadlines, the whole."""
    for exercise in report.exercises:
        if (override := exercise.override) is None:
            continue
        given = "" if override.points is None else f"{number(override.points)} points by hand, "
        given += f"in place of {number(exercise.checked)}: {override.reason}" if given else ""
        yield line(f"{exercise.key}: {' '.join(filter(None, (given, override.comment)))}", 2_000)
    for delivery in report.deliveries:
        if delivery.days_late:
            yield f"Part {delivery.part.upper()}, due {delivery.due}: {handed_in(delivery)}"
    if report.comment:
        yield line(report.comment, 2_000)


def by_hands(report: Report) -> list[ExerciseResult]:
    """Return the exercises whose points a person gave."""
    return [e for e in report.exercises if e.override is not None and e.override.points is not None]


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
