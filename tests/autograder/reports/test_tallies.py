"""A class in numbers, against classes small enough to count by hand."""

from dataclasses import replace

from autograder.reports.tallies import commonest, distribution, hardest, summary
from autograder.results import CheckResult, ExerciseResult, Report, Status

P, F, S, U = Status.PASSED, Status.FAILED, Status.SKIPPED, Status.UNGRADED


def report(student: str, *statuses: Status, slip: str = "") -> Report:
    checks = tuple(
        CheckResult(f"c{i}", f"Check {i}.", status, float(status is P), 1.0, misconception=slip)
        for i, status in enumerate(statuses)
    )
    points = sum(check.points for check in checks)
    return Report(student, (ExerciseResult("a1.1.f", "f", "a1.1", checks),), points, 4.0, "process", "public")


CLASS = [report("a", P, P, P, P), report("b", P, F, F, S), report("c", P, F, P, U), report("d", F, F, S, S)]


def test_summary_leaves_the_ungraded_out() -> None:
    found = summary(CLASS)
    assert (found.students, found.graded, found.passed) == (4, 3, 1)
    assert (found.mean, found.median, found.lowest, found.highest) == (5 / 3, 1.0, 0.0, 4.0)


def test_distribution_counts_the_graded() -> None:
    counts = {each.label: each.count for each in distribution(CLASS) if each.count}
    assert counts == {"0–9": 1, "20–29": 1, "90–100": 1}


def test_extra_points_count_in_the_last_range() -> None:
    assert distribution([replace(CLASS[0], total=6.0)])[-1].count == 1


def test_hardest_counts_those_for_whom_the_check_ran() -> None:
    assert [(each.sentence, each.failed, each.of) for each in hardest(CLASS)] == [
        ("Check 1.", 3, 4),
        ("Check 2.", 1, 3),
        ("Check 0.", 1, 4),
    ]
    assert len(hardest(CLASS, most=1)) == 1


def test_commonest_counts_students_not_checks() -> None:
    slips = [report("a", F, F, slip="x"), report("b", F, slip="y"), report("c", F, slip="y")]
    assert [(each.name, each.students) for each in commonest(slips)] == [("y", 2), ("x", 1)]


def test_nobody_is_no_error() -> None:
    assert summary([]).students == 0
    assert sum(each.count for each in distribution([])) == 0
    assert hardest([]) == commonest([]) == []
