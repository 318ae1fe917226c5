"""The reference with some of its functions replaced, and one run of the checks over it."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest

from autograder import syllabus
from autograder.checks.draws import PUBLIC
from autograder.checks.reference import AnswerKey, Live, Reference, drained, right_answer
from autograder.checks.remembering import Remembering
from autograder.checks.session import Terms, run
from autograder.link.implementation import NOTHING_LENT, Implementation, Lent, Value
from autograder.link.lending import Blocks
from autograder.link.local import Local
from autograder.results import CheckResult, ExerciseResult


class Replaced:
    """The reference, with other functions in the place of some exercises, wherever they are called."""

    isolation = "inprocess"

    def __init__(self, functions: dict[str, Callable[..., Any]]) -> None:
        exercises = {syllabus.load().exercise(key): function for key, function in functions.items()}
        self._others = {(e.module, e.name): lent(e, function) for e, function in exercises.items()}
        self._local = Local("solutions")

    def call(
        self,
        section: str,
        function: str,
        args: Any = (),
        kwargs: Any = MappingProxyType({}),
        *,
        lent: Lent = NOTHING_LENT,
        **options: Any,
    ) -> Value:
        return self._local.call(section, function, args, kwargs, lent={**self._others, **lent}, **options)

    def output(self) -> str:
        return self._local.output()

    def close(self) -> None:
        self._local.close()


def lent(exercise: syllabus.Exercise, function: Callable[..., Any]) -> Callable[..., Any] | Blocks:
    right = right_answer(exercise)
    return Blocks(function) if isinstance(right, type) else drained(function)


class Results:
    """What a run found, by exercise."""

    def __init__(self, exercises: tuple[ExerciseResult, ...]) -> None:
        self.exercises = {exercise.key: exercise for exercise in exercises}

    def __getitem__(self, key: str) -> ExerciseResult:
        return self.exercises[key]

    def checks(self, key: str = "") -> list[CheckResult]:
        return [c for e in self.exercises.values() if key in ("", e.key) for c in e.checks]

    def statuses(self, key: str = "") -> set[str]:
        return {str(check.status) for check in self.checks(key)}

    def reasons(self, key: str = "") -> set[str]:
        return {check.reason for check in self.checks(key)}

    def losing(self) -> set[str]:
        return {e.key for e in self.exercises.values() if e.points < e.possible}

    @property
    def points(self) -> float:
        return sum(exercise.points for exercise in self.exercises.values())


@pytest.fixture(scope="session")
def replaced() -> type[Replaced]:
    return Replaced


@pytest.fixture(scope="session")
def checked() -> Callable[..., Results]:
    """Return a function that checks an implementation on some sections, on all without any.

    With a secret the reference answers, and what it has answered in one test it need not in the next.
    """
    live = Remembering(Live())

    def run_checks(
        implementation: Implementation,
        *sections: str,
        reference: Reference | None = None,
        secret: bytes | None = None,
    ) -> Results:
        table = syllabus.load()
        if reference is None:
            reference = AnswerKey() if secret is None else live
        chosen = [table.section(name) for name in sections] or list(table.sections)
        return Results(run(implementation, Terms(reference, secret or PUBLIC), chosen))

    return run_checks
