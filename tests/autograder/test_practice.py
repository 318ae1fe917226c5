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


@pytest.mark.parametrize(("points", "total"), [((1.0, 0.0), 1), ((0.0, 0.0), 0), ((1.0, 2.0), 3)])
def test_worth_adds_up(points: tuple[float, float], total: float) -> None:
    results = [
        ExerciseResult(str(i), "x", "a1", (CheckResult("c", "", Status.PASSED, earned, 2.0),))
        for i, earned in enumerate(points)
    ]
    assert practice.worth(results) == {"points": total, "possible": 4}


def test_nothing_is_worth_nothing() -> None:
    assert practice.worth([]) == {"points": 0, "possible": 0}
