"""Reports: their JSON, and points that add up."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.results import CheckResult, ExerciseResult, Report, Status, from_json, to_json


def a_check(points: float = 1.0, possible: float = 1.0, status: Status = Status.PASSED) -> CheckResult:
    return CheckResult("test_equation", "The equation is right.", status, points, possible)


def an_exercise(*checks: CheckResult) -> ExerciseResult:
    return ExerciseResult("a1.1.forward", "forward", "a1.1", checks)


def a_report(*exercises: ExerciseResult) -> Report:
    return Report(
        student="Ada “x” Lovelace",
        exercises=exercises,
        total=1.5,
        possible=2.0,
        isolation="process",
        seeds="secret",
        versions={"torch": "2.15.0"},
        limits={"call_seconds": 60.0},
        remarks=("part_a/notes.txt is no section file", "two names differ by case"),
        output="printed\n\x00\x1b[31m — ✓",
        seconds=12.25,
    )


FAILED = CheckResult(
    "test_value",
    "Sentence.",
    Status.FAILED,
    0.0,
    0.5,
    "t = 5: 0.1 is not 0.2\nsecond line",
    "mixed_weights",
    0.5,
)
MIXED = a_report(
    an_exercise(a_check(), FAILED),
    an_exercise(a_check(status=Status.SKIPPED, points=0)),
    an_exercise(),
)


@pytest.mark.parametrize("report", [MIXED, a_report(), replace(MIXED, versions={}, limits={}, remarks=())])
def test_json_and_back(report: Report) -> None:
    assert from_json(to_json(report)) == report


@given(st.builds(a_check, st.floats(0, 10), st.floats(0, 10), st.sampled_from(Status)), st.text())
def test_any_check_comes_back(check: CheckResult, reason: str) -> None:
    report = a_report(an_exercise(replace(check, reason=reason)))
    assert from_json(to_json(report)) == report


def test_what_others_read_in_the_json() -> None:
    data = json.loads(to_json(MIXED))
    assert data["version"] == 1
    assert (data["student"], data["total"], data["isolation"]) == ("Ada “x” Lovelace", 1.5, "process")
    first = data["exercises"][0]
    assert (first["key"], first["points"], first["possible"]) == ("a1.1.forward", 1.0, 1.5)
    statuses = [check["status"] for exercise in data["exercises"] for check in exercise["checks"]]
    assert statuses == ["passed", "failed", "skipped"]
    assert to_json(MIXED).endswith("}\n")
    assert "“x”" in to_json(MIXED)


@pytest.mark.parametrize(
    "text",
    ["{}", "[]", "3", "null", '{"version": 0}', '{"version": 2, "exercises": []}', '{"version": "1"}'],
)
def test_another_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a report of version 1; grade the submission again$"):
        from_json(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"version": 1}',
        '{"version": 1, "exercises": [], "remarks": [], "colour": "red"}',
        '{"version": 1, "exercises": [{}], "remarks": []}',
        '{"version": 1, "exercises": 5, "remarks": []}',
        to_json(MIXED).replace('"status": "passed"', '"status": "perfect"'),
        to_json(MIXED).replace('"sentence"', '"phrase"'),
    ],
)
def test_a_damaged_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a report of version 1; grade the submission again$"):
        from_json(text)


@given(points=st.integers(1, 20), weights=st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_shares_of_whole_points_add_up(points: int, weights: list[int]) -> None:
    shares = [points * weight / sum(weights) for weight in weights]
    result = an_exercise(*(a_check(share, share) for share in shares))
    assert result.points == result.possible == points


@pytest.mark.parametrize(
    ("earned", "expected"), [([1 / 3], 0.33), ([2 / 3], 0.67), ([0.1] * 3, 0.3), ([1e-9] * 3, 0.0), ([], 0.0)]
)
def test_points_are_rounded_once_and_to_the_hundredth(earned: list[float], expected: float) -> None:
    result = an_exercise(*(a_check(points) for points in earned))
    assert result.points == expected
    assert str(result.points) == str(expected)


@given(st.permutations([0.1, 0.2, 1 / 3, 0.7, 2 / 3, 1e-3]))
def test_the_order_of_the_checks_does_not_matter(earned: list[float]) -> None:
    assert an_exercise(*map(a_check, earned)).points == 2.0


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PASSED])
def test_one_check_that_did_not_pass(status: Status) -> None:
    result = an_exercise(a_check(), a_check(status=status))
    assert not result.passed
    assert an_exercise(a_check(), a_check()).passed
    assert a_report(result).graded is (status is not Status.UNGRADED)


def test_results_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        a_check().points = 5  # type: ignore[misc]
