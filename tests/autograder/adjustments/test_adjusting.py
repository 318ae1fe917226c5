"""Reports with decisions: they change the points, and can be taken away again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder import syllabus
from autograder.adjustments import adjusting
from autograder.adjustments.adjusting import Adjustments, plain
from autograder.adjustments.deadlines import Calendar
from autograder.adjustments.lateness import LatePolicy
from autograder.adjustments.overrides import Decisions
from autograder.results import (
    CheckResult,
    Delivery,
    ExerciseResult,
    Override,
    Report,
    Status,
    from_json,
    to_json,
)

TABLE = syllabus.load()
DUE = datetime(2026, 6, 1, 23, 59, tzinfo=UTC)


def exercise(name: str, points: float, status: Status = Status.PASSED) -> ExerciseResult:
    known = TABLE.exercise(name)
    earned = points if status is Status.PASSED else 0.0
    check = CheckResult(f"test_{name}", "It holds.", status, earned, points)
    return ExerciseResult(known.key, known.name, known.section, (check,))


REPORT = Report("ada", (exercise("forward", 3.0), exercise("guide", 2.0)), 5.0, 50.0, "sandbox", "secret")
BY_HAND = {"ada": Decisions({"a1.1.forward": Override(1.0, "not their own")}, "Come and see me.")}
LATE = Calendar(UTC, {"a": DUE}, {}, LatePolicy(percent_per_day=10))


def test_nothing_decided_changes_nothing() -> None:
    assert Adjustments(TABLE).applied(REPORT) == REPORT


def test_points_by_hand_count_in_place_of_the_checks() -> None:
    report = Adjustments(TABLE, BY_HAND).applied(REPORT)
    assert (report.total, report.comment) == (3.0, "Come and see me.")
    assert [(e.points, e.checked) for e in report.exercises] == [(1.0, 3.0), (2.0, 2.0)]
    assert Adjustments(TABLE, BY_HAND).applied(replace(REPORT, student="kim")).total == 5.0


def test_lateness_is_taken_off_what_counts() -> None:
    times = {"ada": {"a": DUE + timedelta(days=2)}}
    report = Adjustments(TABLE, BY_HAND, LATE, times).applied(REPORT)
    due, submitted = "2026-06-01 23:59:00+00:00", "2026-06-03 23:59:00+00:00"
    assert report.deliveries == (Delivery("a", due, submitted, 2, 0, 20.0, 0.6),)
    assert report.total == 2.4
    assert report.late() == report.late("a") == 0.6
    assert report.late("b") == 0


def test_without_a_time_nothing_is_taken_off() -> None:
    report = Adjustments(TABLE, {}, LATE).applied(REPORT)
    assert (report.total, report.deliveries[0].submitted) == (5.0, "")


def test_decisions_come_and_go() -> None:
    adjusted = Adjustments(TABLE, BY_HAND, LATE, {"ada": {"a": DUE + timedelta(days=1)}}).applied(REPORT)
    assert plain(adjusted) == REPORT
    assert Adjustments(TABLE).applied(adjusted) == REPORT
    assert from_json(to_json(adjusted)) == adjusted


def test_points_by_hand_grade_what_the_grader_could_not() -> None:
    broken = replace(REPORT, exercises=(exercise("forward", 3.0, Status.UNGRADED),), total=0.0)
    adjusted = Adjustments(TABLE, BY_HAND).applied(broken)
    assert not broken.graded
    assert adjusted.graded
    assert not plain(adjusted).graded


def test_a_comment_alone_leaves_the_points() -> None:
    said = {"ada": Decisions({"a1.1.forward": Override(None, "", "Neat.")})}
    report = Adjustments(TABLE, said).applied(REPORT)
    assert (report.total, report.exercises[0].points) == (5.0, 3.0)


def test_slips_in_the_files_are_told() -> None:
    calendar = replace(LATE, extensions={"adda": {"a": DUE}})
    told = list(Adjustments(TABLE, {}, calendar, {"kim": {"a": DUE}}).oddities({"ada", "kim"}))
    assert told == [
        "class.toml gives an extension to adda, who handed nothing in",
        "submitted.csv has no time for ada, who count as on time",
    ]
    assert list(Adjustments(TABLE).oddities({"ada"})) == []


def test_deadlines_without_times_are_refused(tmp_path: Path) -> None:
    (tmp_path / "class.toml").write_text("[deadlines]\na = 2026-06-01T23:59:00Z\n")
    with pytest.raises(ValueError, match=r"class\.toml has deadlines, but .*submitted\.csv is not there"):
        adjusting.read(tmp_path, TABLE, {"ada"})
    (tmp_path / "submitted.csv").write_text("student,submitted\nada,2026-06-01 23:59:01 UTC\n")
    assert adjusting.read(tmp_path, TABLE, {"ada"}).applied(REPORT).deliveries[0].days_late == 1
