"""Finding the known wrong answers of an exercise in `autograder/misconceptions`."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from autograder.syllabus import Exercise


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that students give: a whole implementation of one exercise."""

    name: str
    exercise: str
    message: str
    """What to tell them."""
    function: Callable[..., Any]


def of(exercise: Exercise) -> list[Misconception]:
    """Return the exercise's misconceptions, in the order of their file, [] where there are none."""
    try:
        module = import_module(f"autograder.misconceptions.{exercise.module}")
    except ModuleNotFoundError:
        return []
    found = [value for value in vars(module).values() if marked(value) == exercise.name]
    return [Misconception(f.__name__, exercise.key, " ".join((f.__doc__ or "").split()), f) for f in found]


def marked(value: object) -> str | None:
    """Return which exercise a function or class is a wrong answer to; a class does not inherit that."""
    return getattr(value, "__dict__", {}).get("instead_of")
