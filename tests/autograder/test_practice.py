"""`course check` without the command: the student's own files on the published inputs."""

import pytest

from autograder import practice, syllabus
from autograder.results import CheckResult, ExerciseResult, Status

FORWARD = syllabus.load().section("1.1")


def test_stubs_and_reference_on_published_inputs() -> None:
    (stub,), (right,) = practice.check([FORWARD]), practice.check([FORWARD], "solutions")
    assert (stub.key, stub.points, stub.possible) == ("a1.1.forward", 0, 3)
    assert right.passed
    assert {check.status for check in stub.checks} == {Status.FAILED}


def test_only_the_sections_asked_for_are_reported_in_the_order_asked() -> None:
    sections = [syllabus.load().section(name) for name in ("1.3", "1.1")]
    keys = [result.key for result in practice.check(sections)]
    assert keys == ["a1.3.estimate_noise", "a1.3.estimate_clean", "a1.1.forward"]


def result(section: str, earned: float, possible: float = 2.0) -> ExerciseResult:
    return ExerciseResult(section, "x", section, (CheckResult("c", "", Status.PASSED, earned, possible),))


@pytest.mark.parametrize(
    ("results", "words"),
    [
        ([("a1.1", 1.0), ("b1.1", 0.0)], "1 of 4 points"),
        ([("a1.1", 0.0), ("a1.2", 0.0)], "0 of 4 points"),
        ([("a1.1", 0.5), ("x1", 2.0), ("x2", 0.0)], "0.5 of 2 points, 2 of 4 extra points"),
        ([("x1", 1.0)], "1 of 2 extra points"),
        ([], "0 of 0 points"),
    ],
)
def test_worth_adds_up_with_extra_points_apart(results: list[tuple[str, float]], words: str) -> None:
    assert practice.worth([result(*each) for each in results]) == words
