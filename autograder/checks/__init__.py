"""The checks: ordinary pytest tests, one file a section, over a student's implementation.

A test's docstring is the sentence that the student reads. `exercise` says what it checks.
"""

from collections.abc import Callable
from typing import TypeAlias, TypeVar, cast

import pytest
from torch import Tensor

Test = TypeVar("Test", bound=Callable[..., None])
Agree: TypeAlias = Callable[..., None]
"""The fixture `agree`: calls student and reference alike and compares all they do."""
Right: TypeAlias = Callable[..., Tensor]
"""The fixture `right`: what the reference of another exercise returns, right("a1.1.forward", …)."""
Unlike: TypeAlias = Callable[..., None]
"""The fixture `unlike_known_mistakes`: fails where all that the student does is a known wrong answer."""


def exercise(name: str, *, weight: int = 1) -> Callable[[Test], Test]:
    """Return the mark of a check of the exercise `name` of the file's section.

    weight: the check's share of the exercise's points, beside the weights of its other checks.
    """
    return cast(Callable[[Test], Test], pytest.mark.exercise(name, weight=weight))
