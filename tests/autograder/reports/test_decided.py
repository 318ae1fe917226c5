"""What people decided, in words."""

from dataclasses import replace

from autograder import syllabus
from autograder.exports import gradescope, moodle
from autograder.exports.graded import points
from autograder.reports.decided import decided, handed_in, notes
from autograder.results import CheckResult, Delivery, ExerciseResult, Override, Report, Status

DUE = "2026-06-01 23:59:00+00:00"
LATE = Delivery("a", DUE, "2026-06-03 00:00:00+00:00", 2, 1, 10.0, 0.15)
CHECK = CheckResult("test_it", "It holds.", Status.PASSED, 3.0, 3.0)
BY_HAND = ExerciseResult("a1.1.forward", "forward", "a1.1", (CHECK,), Override(1.5, "copied", "See\nme."))
REPORT = Report(
    "ada", (BY_HAND,), 1.35, 50.0, "sandbox", "secret", comment="Good\u202e work.", deliveries=(LATE,)
)


def test_when_it_was_handed_in() -> None:
    assert handed_in(LATE) == (
        "handed in 2026-06-03 00:00:00+00:00, 2 days late, 1 of them free: "
        "10 % off what was earned, 0.15 points."
    )
    one = replace(LATE, days_late=1, slip_days=0)
    assert "1 day late: 10 %" in handed_in(one)
    assert handed_in(replace(LATE, days_late=0)) == "handed in 2026-06-03 00:00:00+00:00, on time."
    assert handed_in(replace(LATE, submitted="", days_late=0)).startswith("nobody knows when")


def test_in_a_few_words() -> None:
    assert list(decided(REPORT)) == ["1 by hand", "0.15 off, late"]
    assert list(decided(replace(REPORT, exercises=(replace(BY_HAND, override=None),), deliveries=()))) == []
    commented = replace(BY_HAND, override=Override(None, "", "Neat."))
    assert list(decided(replace(REPORT, exercises=(commented,), deliveries=()))) == []


def test_in_sentences() -> None:
    assert list(notes(REPORT)) == [
        "a1.1.forward: 1.5 points by hand, in place of 3: copied See me.",
        f"Part A, due {DUE}: {handed_in(LATE)}",
        "Good work.",
    ]


def test_other_gradebooks_are_told() -> None:
    table = syllabus.load()
    assert points(REPORT, table.part("a"), table) == 1.35
    said = moodle.feedback(REPORT, table.part("a"), table)
    assert said.startswith("a1.1.forward: 1.5 points by hand, in place of 3: copied See me. · Part A, due")
    assert "1.5 points by hand, in place of 3" in gradescope.text(REPORT, table)
    assert '"score": 1.35' in gradescope.text(REPORT, table)
