"""A report seen section by section, in the order of the course."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.results import ExerciseResult, Report, Status
from autograder.syllabus import Section, Syllabus


@dataclass(frozen=True)
class SectionResult:
    """What a report says of one section."""

    key: str
    label: str
    title: str
    extra: bool
    """Whether its points count on top."""
    exercises: tuple[ExerciseResult, ...]

    @property
    def points(self) -> float:
        """The points earned."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def possible(self) -> float:
        """The points that were to be had."""
        return sum(exercise.possible for exercise in self.exercises)

    @property
    def graded(self) -> bool:
        """Whether there are points for every exercise."""
        return all(exercise.graded for exercise in self.exercises)

    @property
    def share(self) -> float:
        """The share of the points that was earned, in [0, 1]."""
        return share(self.points, self.possible)


def share(points: float, possible: float) -> float:
    """Return points / possible, kept within [0, 1]; 0 where nothing was to be had."""
    return min(max(points / possible, 0.0), 1.0) if possible > 0 else 0.0


def by_section(report: Report, syllabus: Syllabus) -> list[SectionResult]:
    """Return the sections that the report speaks of: the syllabus's in its order, then any it lacks."""
    known = [section.key for section in syllabus.sections]
    keys = list(dict.fromkeys(exercise.section for exercise in report.exercises))
    ordered = [key for key in known if key in keys] + [key for key in keys if key not in known]
    return [_section(key, report, syllabus) for key in ordered]


def graded_sections(reports: Sequence[Report], syllabus: Syllabus) -> list[Section]:
    """Return the sections of the syllabus that at least one report speaks of."""
    spoken = {exercise.section for report in reports for exercise in report.exercises}
    return [section for section in syllabus.sections if section.key in spoken]


def hints(report: Report, syllabus: Syllabus) -> dict[str, tuple[str, ...]]:
    """Return the hints of the exercises in the report that were graded and did not pass, by key."""
    wanted = {exercise.key for exercise in _missed(report)}
    return {exercise.key: exercise.hints for exercise in syllabus.exercises() if exercise.key in wanted}


def first_failed(report: Report) -> ExerciseResult | None:
    """Return the first exercise with a failed check; None when there is none."""
    statuses = ((e, {check.status for check in e.checks}) for e in report.exercises)
    return next((exercise for exercise, found in statuses if Status.FAILED in found), None)


def _missed(report: Report) -> Iterator[ExerciseResult]:
    for exercise in report.exercises:
        if any(check.status in (Status.FAILED, Status.SKIPPED) for check in exercise.checks):
            yield exercise


def _section(key: str, report: Report, syllabus: Syllabus) -> SectionResult:
    exercises = tuple(exercise for exercise in report.exercises if exercise.section == key)
    for section in syllabus.sections:
        if section.key == key:
            extra = syllabus.part(section.part).extra
            return SectionResult(key, section.label, section.title, extra, exercises)
    return SectionResult(key, key, "Not in the syllabus", False, exercises)
