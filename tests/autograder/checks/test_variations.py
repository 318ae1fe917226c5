"""Legitimate variations lose no point: whole submissions that do everything another way."""

import warnings
from pathlib import Path

import pytest

from autograder.link.local import Local

STUDENTS = Path(__file__).with_name("students")


@pytest.mark.parametrize("secret", [None, b"one secret"], ids=["published inputs", "secret inputs"])
@pytest.mark.parametrize("student", ["frugal", "roundabout"])
def test_a_variation_gets_full_marks(checked, student: str, secret: bytes | None) -> None:
    with warnings.catch_warnings(record=True) as heard:
        found = checked(Local.of_folder(STUDENTS / student), secret=secret)
    assert {(check.name, check.reason) for check in found.checks() if check.reason} == set()
    assert found.points == 120
    assert {str(warning.message) for warning in heard} == WARNINGS[student]


WARNINGS = {"frugal": set(), "roundabout": {"an old function", "this takes a while"}}


def test_prints_do_not_disturb(checked) -> None:
    student = Local.of_folder(STUDENTS / "roundabout")
    with warnings.catch_warnings(record=True):
        assert checked(student, "1.1").points == 3
    printed = student.output()
    assert "forward at" in printed
    assert "to the other stream" in printed


def test_one_thousandth_is_no_variation(checked, replaced) -> None:
    def forward(x_0, t, alpha_bar, eps):
        return alpha_bar[t].sqrt() * x_0 + (1 - alpha_bar[t]).sqrt() * eps + 1e-3

    found = checked(replaced({"a1.1.forward": forward}), "1.1")
    reasons = {check.name.partition("::")[2]: check.reason for check in found.checks()}
    assert "the result is wrong in 100% of its numbers" in reasons["test_equation"]
    assert {name for name, reason in reasons.items() if reason} == {
        "test_equation",
        "test_linear",
        "test_ends",
    }
