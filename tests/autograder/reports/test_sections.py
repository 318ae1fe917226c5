"""A report in the order of the course."""

from dataclasses import replace

import pytest

from autograder.reports.sections import by_section, first_failed, graded_sections, hints, share
from autograder.results import Report
from autograder.syllabus import Syllabus


def test_sections_come_in_the_order_of_the_course(classroom: list[Report], table: Syllabus) -> None:
    shuffled = replace(classroom[0], exercises=classroom[0].exercises[::-1])
    assert [s.key for s in by_section(shuffled, table)] == [s.key for s in table.sections if s.exercises]


def test_points_add_up_to_the_total(classroom: list[Report], table: Syllabus) -> None:
    for report in classroom:
        assert sum(s.points for s in by_section(report, table)) == pytest.approx(report.total)
        assert sum(s.possible for s in by_section(report, table) if not s.extra) == report.possible


def test_an_unknown_section_comes_last(classroom: list[Report], table: Syllabus) -> None:
    odd = replace(classroom[0].exercises[0], section="z9")
    found = by_section(replace(classroom[0], exercises=(odd, *classroom[0].exercises)), table)
    assert found[-1].key == "z9"


def test_only_sections_that_were_graded_are_shown(classroom: list[Report], table: Syllabus) -> None:
    assert graded_sections(classroom, table) == [s for s in table.sections if s.exercises]
    one = replace(classroom[0], exercises=classroom[0].exercises[:1])
    assert [s.key for s in graded_sections([one], table)] == ["a0"]


def test_hints_are_those_of_what_did_not_pass(classroom: list[Report], table: Syllabus) -> None:
    by_name = {report.student: report for report in classroom}
    assert hints(by_name["olga"], table) == {}
    assert list(hints(by_name["nobody"], table)) == [e.key for e in table.exercises()]
    assert "a1.7.sdedit" not in hints(by_name["liu wei"], table)


def test_first_failed(classroom: list[Report]) -> None:
    by_name = {report.student: report for report in classroom}
    found = first_failed(by_name["ada"])
    assert found is not None
    assert found.key == "a1.1.forward"
    assert first_failed(by_name["olga"]) is None


@pytest.mark.parametrize(
    ("points", "possible", "expected"), [(1, 4, 0.25), (6, 4, 1), (0, 0, 0), (-1, 4, 0), (4, 4, 1)]
)
def test_share_stays_within_0_and_1(points: float, possible: float, expected: float) -> None:
    assert share(points, possible) == expected
