"""Whatever a function returns is right or wrong: no value makes a check break, as if we were to blame."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from torch import Tensor

from autograder import syllabus
from autograder.checks.comparison import Twin
from autograder.checks.reference import Live, drained
from autograder.checks.remembering import Remembering

EXERCISES = list(syllabus.load().exercises())
DAMAGES: dict[str, Callable[[Tensor], Any]] = {
    "whole numbers": lambda tensor: tensor.long(),
    "other dimensions": lambda tensor: tensor.double().mean() if tensor.ndim else tensor[None],
    "a corner": lambda tensor: tensor[..., :1, :1],
}


class Twinless(Live):
    """The reference without known wrong answers, which take most of the time."""

    def twins(self, *args: Any) -> Iterator[Twin]:
        return iter(())


REFERENCE = Remembering(Twinless())


def damaged(value: Any, damage: Callable[[Tensor], Any]) -> Any:
    """Return the value with its tensors damaged and its whole numbers replaced by None."""
    if isinstance(value, list | tuple):
        return type(value)(damaged(item, damage) for item in value)
    return damage(value) if isinstance(value, Tensor) else None


def damaging(function: Callable[..., Any], damage: Callable[[Tensor], Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: damaged(drained(function)(*args, **kwargs), damage)


@pytest.mark.filterwarnings(r"ignore:(std|var)\(\):UserWarning")
@pytest.mark.parametrize("name", DAMAGES)
def test_the_right_answer_damaged_is_wrong(checked, replaced, name: str) -> None:
    functions = {
        e.key: damaging(getattr(import_module(f"solutions.{e.module}"), e.name), DAMAGES[name])
        for e in EXERCISES
    }
    found = checked(replaced(functions), reference=REFERENCE, secret=b"secret")
    assert {(check.name, check.reason) for check in found.checks() if check.status == "ungraded"} == set()
    assert found.losing() == {exercise.key for exercise in EXERCISES}


@pytest.mark.parametrize("value", [None, [None] * 4], ids=repr)
def test_the_same_for_everything_is_wrong(checked, replaced, value: Any) -> None:
    functions = {e.key: lambda *args, **kwargs: value for e in EXERCISES}
    assert checked(replaced(functions), reference=REFERENCE, secret=b"secret").statuses() == {"failed"}


def test_infinite_numbers_are_wrong(checked, replaced) -> None:
    found = checked(replaced({"a1.1.forward": lambda x_0, *rest: x_0 / 0}), "1.1", secret=b"secret")
    assert "the result holds NaN or infinite numbers" in found.reasons()
    assert found.points == pytest.approx(0, abs=0.5)
