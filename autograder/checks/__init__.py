"""The checks: ordinary pytest tests, one file a section, over a student's implementation.

A test's docstring is the sentence that the student reads. `exercise` says what it checks.
"""

from typing import Any

import pytest


def exercise(name: str, *, weight: int = 1) -> Any:
    """Return the mark of a check of the exercise `name` of the file's section.

    weight: the check's share of the exercise's points, beside the weights of its other checks.
    """
    return pytest.mark.exercise(name, weight=weight)
