"""Reports with what people decided: points by hand, comments, and what lateness costs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from autograder.results import Delivery, ExerciseResult, Report
from autograder.syllabus import Syllabus

from . import deadlines, overrides, submitted
from .deadlines import Calendar
from .lateness import Charge, charges
from .overrides import Decisions
from .submitted import Times

FILES = (deadlines.FILE, overrides.FILE, submitted.FILE)


@dataclass(frozen=True)
class Adjustments:
    """Everything that people decided about a class."""

    table: Syllabus
    decisions: Mapping[str, Decisions] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)
    times: Times = field(default_factory=dict)

    def applied(self, report: Report) -> Report:
        """Return the report with what was decided, in the place of anything decided earlier."""
        decisions = self.decisions.get(report.student, Decisions())
        exercises = tuple(replace(e, override=decisions.exercises.get(e.key)) for e in report.exercises)
        deliveries = tuple(self._deliveries(report.student, exercises))
        late = sum(delivery.points for delivery in deliveries)
        total = round(sum(exercise.points for exercise in exercises) - late, 2)
        return replace(
            report, exercises=exercises, total=total, comment=decisions.comment, deliveries=deliveries
        )

    def oddities(self, students: Collection[str]) -> Iterator[str]:
        """Yield, a sentence each, what does not stop grading but may be a slip in one of the files."""
        strangers = sorted(set(self.calendar.extensions) - set(students))
        if strangers:
            yield f"{deadlines.FILE} gives an extension to {', '.join(strangers)}, who handed nothing in"
        known = {student: self.times.get(student, {}).keys() for student in sorted(students)}
        unknown = [student for student in known if self.calendar.due_for(student).keys() - known[student]]
        if unknown:
            yield f"{submitted.FILE} has no time for {', '.join(unknown)}, who count as on time"

    def _deliveries(self, student: str, exercises: Sequence[ExerciseResult]) -> Iterator[Delivery]:
        due, times = self.calendar.due_for(student), self.times.get(student, {})
        charged = charges(times, due, self.calendar.policy)
        for part in self.table.parts:
            if part.letter in due:
                own = [e for e in exercises if self.table.section(e.section).part == part.letter]
                earned = sum(exercise.points for exercise in own)
                letter = part.letter
                yield _delivery(letter, due[letter], times.get(letter), charged[letter], earned)


def plain(report: Report) -> Report:
    """Return the report as the checks left it, without what people decided."""
    exercises = tuple(replace(exercise, override=None) for exercise in report.exercises)
    total = round(sum(exercise.points for exercise in exercises), 2)
    return replace(report, exercises=exercises, total=total, comment="", deliveries=())


def read(folder: Path, table: Syllabus, students: Collection[str]) -> Adjustments:
    """Return what people wrote into the files of a class's folder; nothing where there are none.

    students: everybody who can be meant.  Raises ValueError that names the file, the line, the value, the
    rule and the remedy.  Raises OSError.
    """
    decisions = overrides.read(folder / overrides.FILE, table, students)
    calendar = deadlines.read(folder / deadlines.FILE, table)
    path = folder / submitted.FILE
    if path.exists():
        return Adjustments(table, decisions, calendar, submitted.read(path, table, calendar.zone))
    if calendar.due or calendar.extensions:
        raise ValueError(
            f"{deadlines.FILE} has deadlines, but {path} is not there; "
            f"write it with the columns {','.join(submitted.NEEDED)}"
        )
    return Adjustments(table, decisions, calendar)


def _delivery(part: str, due: datetime, time: datetime | None, charge: Charge, earned: float) -> Delivery:
    return Delivery(
        part=part,
        due=due.isoformat(" ", "seconds"),
        submitted=time.isoformat(" ", "seconds") if time else "",
        days_late=charge.days_late,
        slip_days=charge.slip_days,
        percent=charge.percent,
        points=round(earned * charge.percent / 100, 2),
    )
