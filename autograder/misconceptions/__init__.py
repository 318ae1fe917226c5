"""Wrong answers that students give, one file a section.

Each is a whole implementation of an exercise; its docstring is what to tell those who arrive at it. The same
functions prove that every check can fail.
"""

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def instead_of(exercise: str) -> Callable[[Function], Function]:
    """Return a decorator that marks a function as a wrong answer to the exercise of that name."""

    def marked(function: Function) -> Function:
        function.instead_of = exercise  # type: ignore[attr-defined]
        return function

    return marked
