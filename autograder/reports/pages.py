"""Feedback pages: one for each student, and one for the class that links to them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from autograder.results import Report, Status
from autograder.syllabus import Syllabus

from . import sections, tallies
from .rendering import render
from .sections import SectionResult, by_section

NO_TEXTS: Mapping[str, str] = MappingProxyType({})


def write_student_page(
    report: Report, syllabus: Syllabus, path: Path, *, misconceptions: Mapping[str, str] = NO_TEXTS
) -> None:
    """Write the feedback page of one student.

    misconceptions: what to tell students, by the names in the report; where a text lacks, or the reason
    already says it, the name stands alone.
    """
    render(
        "student.html",
        path,
        report=report,
        sections=by_section(report, syllabus),
        hints=sections.hints(report, syllabus),
        first=sections.first_failed(report),
        counts=_counts(report),
        share=sections.share(report.total, report.possible),
        misconceptions=misconceptions,
    )


def write_class_page(
    reports: Sequence[Report], syllabus: Syllabus, path: Path, *, misconceptions: Mapping[str, str] = NO_TEXTS
) -> None:
    """Write the page of a class, which expects each student's page in `<student>/index.html` beside it.

    misconceptions: what to tell students, by the names in the reports.
    """
    shown = sections.graded_sections(reports, syllabus)
    bins = tallies.distribution(reports)
    render(
        "class.html",
        path,
        rows=[(report, _results(report, syllabus)) for report in reports],
        sections=shown,
        parts=[(part, sum(s.part == part.letter for s in shown)) for part in syllabus.parts],
        summary=tallies.summary(reports),
        bins=bins,
        fullest=max((each.count for each in bins), default=0),
        hardest=tallies.hardest(reports),
        slips=tallies.commonest(reports),
        misconceptions=misconceptions,
        settings=Counter((report.isolation, report.seeds) for report in reports),
    )


def _counts(report: Report) -> dict[Status, int]:
    counts = Counter(check.status for exercise in report.exercises for check in exercise.checks)
    return {status: counts[status] for status in Status}


def _results(report: Report, syllabus: Syllabus) -> dict[str, SectionResult]:
    return {section.key: section for section in by_section(report, syllabus)}
