"""JUnit XML: a test suite for each exercise, a test case for each student and check."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from autograder.reports.text import clean, line
from autograder.results import CheckResult, ExerciseResult, Report, Status

LONGEST = 20_000


def text(reports: Sequence[Report], name: str = "course") -> str:
    """Return the class as XML; a test case is in the class "STUDENT.EXERCISE"."""
    suites = ET.Element("testsuites", name=name)
    for key in dict.fromkeys(exercise.key for report in reports for exercise in report.exercises):
        found = [(r.student, e) for r in reports for e in r.exercises if e.key == key]
        _suite(suites, key, found)
    _count(suites, [check for report in reports for e in report.exercises for check in e.checks])
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _suite(suites: ET.Element, key: str, found: Sequence[tuple[str, ExerciseResult]]) -> None:
    suite = ET.SubElement(suites, "testsuite", name=key)
    _count(suite, [check for _, exercise in found for check in exercise.checks])
    for student, exercise in found:
        for check in exercise.checks:
            _case(suite, f"{line(student)}.{key}", check)


def _case(suite: ET.Element, place: str, check: CheckResult) -> None:
    name = line(check.sentence, LONGEST)
    case = ET.SubElement(suite, "testcase", classname=place, name=name, time=f"{check.seconds:.3f}")
    message = line(check.reason, 200)
    if check.status is Status.FAILED:
        ET.SubElement(case, "failure", message=message, type="check").text = clean(check.reason, LONGEST)
    elif check.status is Status.SKIPPED:
        ET.SubElement(case, "skipped", message=message)


def _count(element: ET.Element, checks: Sequence[CheckResult]) -> None:
    statuses = [check.status for check in checks]
    element.set("tests", str(len(checks)))
    element.set("failures", str(statuses.count(Status.FAILED)))
    element.set("errors", "0")
    element.set("skipped", str(statuses.count(Status.SKIPPED)))
    element.set("time", f"{sum(check.seconds for check in checks):.3f}")
