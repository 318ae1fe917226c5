"""What hostile code may change about the verdict: nothing, because it is not reached where that is."""

import pytest

TAMPERING = "s1_1_tampering"
FOOLS_THE_NAIVE = (
    "patch_torch",
    "patch_builtins",
    "patch_every_module",
    "patch_the_toolkit",
    "always_equal_object",
    "always_equal_tensor",
    "exit_well",
    "exit_at_once",
    "exit_with_a_word",
)
OTHERS = (
    "skip_with_pytest",
    "skip_with_unittest",
    "reject_with_hypothesis",
    "print_a_report",
    "plant_files",
    "change_the_arguments",
    "not_a_number",
    "a_scalar_that_broadcasts",
    "nothing_at_all",
    "everything_at_once",
    "change_what_is_in_memory",
)


@pytest.mark.parametrize("attack", [*FOOLS_THE_NAIVE, *OTHERS])
def test_nothing_is_gained(walled, graded, attack: str) -> None:
    result = graded(walled, TAMPERING, attack)
    assert result.points == 0, [check for check in result.checks if check.points]
    assert all(check.reason for check in result.checks)


@pytest.mark.parametrize("attack", FOOLS_THE_NAIVE)
def test_a_grader_in_the_same_process_would_have_been_fooled(bare, attack: str) -> None:
    assert bare.call(f"part_a.{TAMPERING}", "naive", [attack]) is True


def test_the_right_answer_is_worth_something(walled, graded) -> None:
    """The control of all attacks: the same grading gives a right answer its points."""
    assert graded(walled, "s1_1_oddities", "forward").points == 3
