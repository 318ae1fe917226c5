"""`check` for notebooks: the public checks of an exercise on a function defined in a cell."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from torch import Tensor

from autograder import syllabus
from autograder.checks.reference import AnswerKey, drained
from autograder.checks.session import Terms, run
from autograder.link.failures import Failure, Missing, NotWritten, Raised
from autograder.link.implementation import NOTHING_LENT, Lent
from autograder.link.local import Local
from autograder.link.networks import built, recorded
from autograder.link.trials import Experiment
from autograder.results import Status


class Cells:
    """The functions of a notebook: they live in one namespace, whatever their section."""

    isolation = "inprocess"

    def __init__(self, namespace: Mapping[str, Any], folder: str) -> None:
        """Call the functions in this namespace by their names, those of other parts in the student's files.

        folder: the notebook's own part, "part_a".
        """
        self._namespace = namespace
        self._folder = folder

    def call(
        self,
        section: str,
        function: str,
        args: Sequence[object] = (),
        kwargs: Mapping[str, object] = MappingProxyType({}),
        *,
        lent: Lent = NOTHING_LENT,
        echo: bool = False,
        trial: Experiment | None = None,
    ) -> object:
        """Call a function, as `Implementation` says; nothing is lent, only tensors are copied."""
        if section.partition(".")[0] != self._folder:
            return Local("course").call(section, function, args, kwargs, lent=lent, echo=echo, trial=trial)
        if function not in self._namespace:
            raise Missing(f"`{function}` is not defined; run its cell")
        given = [arg.clone() if isinstance(arg, Tensor) else built(arg) for arg in args]
        try:
            value = drained(self._namespace[function])(*given, trial=trial, **kwargs)
        except Failure:
            raise
        except NotImplementedError as error:
            raise NotWritten(str(error)) from error
        except Exception as error:
            raise Raised(f"{type(error).__name__}: {error}") from error
        return (value, [recorded(arg) for arg in given]) if echo else value

    def output(self) -> str:
        """Return nothing: what a cell prints is below the cell."""
        return ""

    def close(self) -> None:
        """Do nothing."""


def check(key: str, function: Callable[..., Any]) -> str:
    """Run the public checks of the exercise with this key, "a1.1.forward", on a notebook's function or class.

    Returns a sentence when all pass, raises AssertionError with what is wrong otherwise.  Other exercises
    that it uses come from the notebook too, those of other parts from the student's files.
    """
    table = syllabus.load()
    exercise = table.exercise(key)
    cells = Cells(_seen_by(function) | {exercise.name: function}, exercise.module.partition(".")[0])
    results = run(cells, Terms(AnswerKey()), [table.section(exercise.section)])
    own = next(result for result in results if result.key == exercise.key)
    problems = [check for check in own.checks if check.status is not Status.PASSED]
    if problems:
        raise AssertionError("\n".join(f"{p.sentence}\n    {p.reason}" for p in problems))
    return f"✓ {exercise.name} passes all of its {len(own.checks)} checks"


def _seen_by(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the global names that a function, or the methods of a class, can see."""
    if isinstance(function, type):
        methods = (each for each in vars(function).values() if inspect.isfunction(each))
        return next((dict(method.__globals__) for method in methods), {})
    return dict(inspect.unwrap(function).__globals__)
