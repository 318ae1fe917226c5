"""The ladder, rung by rung, and what is near enough."""

import math

import pytest
import torch

from autograder.checks.comparison import Expected, Twin, difference, equals, measure
from autograder.checks.outcome import Call
from autograder.link.values import Foreign

RIGHT = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
TOLERANCE = 1e-4
EXPECTED = Expected({"": RIGHT}, {"": TOLERANCE})


def said(value: object) -> str:
    return difference({"": (value,)}, EXPECTED)  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "the result is of type NoneType; it must be a torch.Tensor"),
        (Foreign("ndarray"), "the result is of type ndarray; it must be a torch.Tensor"),
        (RIGHT.int(), "the result has dtype int32; it must be float32"),
        (RIGHT[:1], "the result has the shape (1, 3); it must be (2, 3)"),
        (torch.tensor(1.0), "the result has the shape (); it must be (2, 3)"),
        (RIGHT / 0, "the result holds NaN or infinite numbers"),
        (RIGHT * math.nan, "the result holds NaN or infinite numbers"),
        (RIGHT + torch.eye(2, 3), "the result is wrong in 33% of its numbers: 2 instead of 1 at [0, 0]"),
    ],
)
def test_every_rung_has_its_sentence(value, sentence: str) -> None:
    assert said(value).startswith(sentence)


def test_the_first_broken_rung_is_the_one_that_is_told() -> None:
    assert "dtype" in said(RIGHT[:1].int())
    assert "shape" in said(RIGHT[:1] * math.nan)


def test_nothing_returned() -> None:
    assert difference({}, EXPECTED) == "nothing was returned"


def test_a_missing_entry_and_one_too_many() -> None:
    pair = Expected({"[0]": RIGHT, "[1]": RIGHT}, {"[0]": TOLERANCE, "[1]": TOLERANCE})
    assert (
        difference({"[0]": (RIGHT,)}, pair) == "entry [1] of the result is missing; there are only 1 of them"
    )
    three = {f"[{i}]": (RIGHT,) for i in range(3)}
    assert difference(three, pair) == "there is more than asked for: entry [2] of the result"


def test_an_event_that_never_happened() -> None:
    expected = Expected({"step 1: the mean": RIGHT}, {"step 1: the mean": TOLERANCE})
    assert difference({}, expected) == "step 1: the mean: this never happened"


def test_an_event_more_is_no_mistake() -> None:
    assert difference({"": (RIGHT,), "step 9: the mean": (RIGHT,)}, EXPECTED) == ""


def test_any_of_several_candidates_may_be_the_right_one() -> None:
    assert difference({"": (RIGHT + 1, RIGHT)}, EXPECTED) == ""


@pytest.mark.parametrize(
    "value",
    [RIGHT.double(), RIGHT.double() + 9e-5, RIGHT + 9e-5, RIGHT.t().contiguous().t(), RIGHT.bfloat16()],
    ids=["float64", "float64 within", "within", "another layout", "bfloat16, exact here"],
)
def test_what_is_near_enough(value) -> None:
    assert said(value) == ""


@pytest.mark.parametrize("error", [1e-3, -1e-3, 2e-4])
def test_what_is_not(error: float) -> None:
    assert "is wrong in 17% of its numbers" in said(RIGHT + error * one())


def one() -> torch.Tensor:
    place = torch.zeros(2, 3)
    place[1, 2] = 1
    return place


def test_the_worst_number_is_named_with_its_place() -> None:
    assert said(RIGHT + one()) == "the result is wrong in 17% of its numbers: 7 instead of 6 at [1, 2]"


def test_a_zero_dimensional_result_has_no_place() -> None:
    expected = Expected({"": torch.tensor(2.0)}, {"": TOLERANCE})
    assert difference({"": (torch.tensor(3.0),)}, expected).endswith("3 instead of 2")


def test_a_count_is_written_out() -> None:
    expected = Expected(
        {"the number of parameters": torch.tensor(1_968_385)}, {"the number of parameters": 0.0}
    )
    found = difference({"the number of parameters": (torch.tensor(1_968_386),)}, expected)
    assert found == "the number of parameters is wrong: 1,968,386 instead of 1,968,385"


def test_whole_numbers_must_be_equal() -> None:
    expected = Expected({"": torch.tensor([3, 2, 1])}, {"": 0.0})
    assert difference({"": (torch.tensor([3, 2, 1], dtype=torch.int32),)}, expected) == ""
    assert "2 instead of 1" in difference({"": (torch.tensor([3, 2, 2]),)}, expected)


def test_the_tolerance_is_what_float32_costs_and_a_margin() -> None:
    exact = measure(lambda x: x, Call((torch.ones(4),), {}))
    assert 1e-6 < exact.tolerances[""] < 1e-5
    third = torch.full((4,), 1 / 3)
    cancelling = measure(lambda x: (x + 1000) - 1000, Call((third,), {}))
    error = float(((third + 1000 - 1000).double() - third.double()).abs().max())
    assert cancelling.tolerances[""] == pytest.approx(16 * error, rel=0.2)


def test_the_tolerance_grows_with_the_numbers() -> None:
    small, large = (
        measure(lambda x: x, Call((torch.full((2,), size),), {})).tolerances[""] for size in (1.0, 64.0)
    )
    assert large == pytest.approx(64 * small)


def test_whole_numbers_have_no_tolerance() -> None:
    assert measure(lambda: [3, 2, 1], Call((), {})).tolerances == {"": 0.0}


def test_a_reference_that_returns_no_tensor_is_a_mistake_of_the_course() -> None:
    with pytest.raises(TypeError, match="the reference returned None"):
        measure(lambda: None, Call((), {}))


def test_a_known_wrong_answer_is_recognised_within_the_tolerance() -> None:
    twin = Twin("doubled", "You took it twice.", {"": 2 * RIGHT})
    assert equals({"": (2 * RIGHT + 5e-5,)}, twin, EXPECTED)
    assert not equals({"": (2 * RIGHT + 5e-3,)}, twin, EXPECTED)
    assert not equals({"": (None,)}, twin, EXPECTED)
    assert not equals({}, twin, EXPECTED)
