"""What would move: by which checks, hands and clocks."""

from dataclasses import replace

from autograder.moves import Move, moved
from autograder.results import CheckResult, Delivery, ExerciseResult, Override, Report, Status

PASSED = CheckResult("test_a", "It holds.", Status.PASSED, 2.0, 2.0)
FAILED = replace(PASSED, status=Status.FAILED, points=0.0, reason="it does not")


def report(*checks: CheckResult, total: float, **more: object) -> Report:
    exercise = ExerciseResult("a1.1.forward", "forward", "a1.1", checks, more.pop("override", None))  # type: ignore[arg-type]
    return Report("ada", (exercise,), total, 50.0, "sandbox", "secret", **more)  # type: ignore[arg-type]


GOOD, BAD = report(PASSED, total=2.0), report(FAILED, total=0.0)


def test_nothing_new() -> None:
    assert moved(GOOD, GOOD) is None
    assert moved(BAD, replace(BAD, seconds=3.0, output="hello", key="another")) is None
    assert moved(BAD, report(replace(FAILED, reason="in other words"), total=0.0)) is None


def test_a_check_turns() -> None:
    cause = "a1.1.forward: failed (0 of 2) → passed (2 of 2): It holds."
    assert moved(BAD, GOOD) == Move("ada", 0.0, 2.0, (cause,))


def test_checks_come_go_and_change_their_worth() -> None:
    more = report(PASSED, replace(FAILED, name="test_b", sentence="That too."), total=2.0)
    assert moved(GOOD, more) == Move(
        "ada", 2.0, 2.0, ("a1.1.forward: no check → failed (0 of 2): That too.",)
    )
    worth_less = report(replace(PASSED, points=1.0, possible=1.0), total=1.0)
    assert moved(GOOD, worth_less) == Move(
        "ada", 2.0, 1.0, ("a1.1.forward: passed (2 of 2) → passed (1 of 1): It holds.",)
    )
    assert moved(replace(GOOD, exercises=()), GOOD) == Move("ada", 2.0, 2.0, ("a1.1.forward: new",))
    assert moved(GOOD, replace(GOOD, exercises=())) == Move("ada", 2.0, 2.0, ("a1.1.forward: gone",))


def test_hands_and_clocks() -> None:
    by_hand = report(FAILED, total=1.5, override=Override(1.5, "read by a person"))
    assert moved(BAD, by_hand) == Move("ada", 0.0, 1.5, ("a1.1.forward: as checked → 1.5 by hand",))
    late = replace(GOOD, total=1.8, deliveries=(Delivery("a", "x", "y", 1, 0, 10.0, 0.2),))
    assert moved(GOOD, late) == Move("ada", 2.0, 1.8, ("late: −0 → −0.2",))


def test_who_has_no_grade() -> None:
    assert moved(None, GOOD) == Move("ada", None, 2.0, ("not graded before",))
    broken = report(replace(PASSED, status=Status.UNGRADED, points=0.0), total=0.0)
    move = moved(broken, GOOD)
    assert move is not None
    assert (move.before, move.after) == (None, 2.0)
