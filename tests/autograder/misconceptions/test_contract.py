"""Every wrong answer is caught, is called by its name, and costs points in its own exercise only."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import autograder.misconceptions
from autograder import syllabus
from autograder.checks import misconceptions
from autograder.checks.comparison import Expected, Twin
from autograder.checks.misconceptions import Misconception
from autograder.checks.reference import Live, drained
from autograder.checks.session import Terms, run
from autograder.link.implementation import NOTHING_LENT, Lent, Value
from autograder.link.local import Local
from autograder.results import ExerciseResult, Status
from autograder.syllabus import Exercise, Section

FOLDER = Path(autograder.misconceptions.__file__).parent
TABLE = syllabus.load()
SECTIONS = [s for s in TABLE.sections if (FOLDER / f"{s.module.replace('.', '/')}.py").exists()]
EXERCISES = [exercise for section in SECTIONS for exercise in section.exercises]
SECRET = b"not the published one"
EVERY = [
    pytest.param(exercise, mistake, id=f"{exercise.key}-{mistake.name}")
    for exercise in EXERCISES
    for mistake in misconceptions.of(exercise)
]


class Mistaken:
    """The reference, with a wrong answer in the place of one exercise."""

    isolation = "inprocess"

    def __init__(self, exercise: Exercise, mistake: Misconception) -> None:
        self._wrong = {(exercise.module, exercise.name): drained(mistake.function)}
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
        """Call the wrong answer where it is asked for and nothing is lent for it, else the reference."""
        key = section, function
        wrong = {} if key in lent else {k: v for k, v in self._wrong.items() if k == key}
        if wrong and options.get("trial") is not None:  # neither a network nor a graph crosses as an answer
            return wrong[key](*args, trial=options["trial"], **kwargs)
        return self._local.call(section, function, args, kwargs, lent=wrong, **options)

    def output(self) -> str:
        return self._local.output()

    def close(self) -> None:
        self._local.close()


class Remembering(Live):
    """The reference, asked only once about every check: the secret is always the same."""

    def __init__(self) -> None:
        super().__init__()
        self._expected: dict[tuple[str, int], Expected] = {}
        self._twins: dict[tuple[str, int], list[Twin]] = {}

    def expected(self, check: str, number: int, *rest: Any) -> Expected:
        key = check, number
        if key not in self._expected:
            self._expected[key] = super().expected(check, number, *rest)
        return self._expected[key]

    def twins(self, check: str, number: int, *rest: Any) -> Iterator[Twin]:
        key = check, number
        if key not in self._twins:
            self._twins[key] = list(super().twins(check, number, *rest))
        return iter(self._twins[key])


@pytest.fixture(scope="module")
def terms() -> Terms:
    return Terms(Remembering(), SECRET)


def graded(
    terms: Terms, exercise: Exercise, mistake: Misconception, sections: list[Section]
) -> dict[str, ExerciseResult]:
    results = run(Mistaken(exercise, mistake), terms, sections)
    statuses = {check.status for result in results for check in result.checks}
    assert statuses <= {Status.PASSED, Status.FAILED}, "a check was skipped or broke"
    return {result.key: result for result in results}


@pytest.mark.parametrize(("exercise", "mistake"), EVERY)
def test_it_is_caught_by_its_name(terms: Terms, exercise: Exercise, mistake: Misconception) -> None:
    results = graded(terms, exercise, mistake, [TABLE.section(exercise.section)])
    own = results.pop(exercise.key)
    assert own.points < own.possible
    assert {check.misconception for check in own.checks} - {""} == {mistake.name}
    named = [check for check in own.checks if check.misconception]
    assert all(mistake.message in check.reason for check in named)
    assert [result.key for result in results.values() if not result.passed] == []


@pytest.mark.slow
@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_no_other_section_suffers(terms: Terms, section: Section) -> None:
    exercise = section.exercises[0]
    mistake = misconceptions.of(exercise)[0]
    results = graded(terms, exercise, mistake, SECTIONS)
    assert [result.key for result in results.values() if not result.passed] == [exercise.key]


def test_every_section_of_part_a_has_a_file() -> None:
    assert [
        section.key for section in TABLE.sections if section.part == "a" and section not in SECTIONS
    ] == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.key)
def test_every_exercise_has_three(exercise: Exercise) -> None:
    assert len(misconceptions.of(exercise)) >= 3


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_every_wrong_answer_belongs_to_an_exercise_of_its_section(section: Section) -> None:
    module = import_module(f"autograder.misconceptions.{section.module}")
    named = {value.instead_of for value in vars(module).values() if hasattr(value, "instead_of")}
    assert named <= {exercise.name for exercise in section.exercises}


@pytest.mark.parametrize(("exercise", "mistake"), EVERY)
def test_it_is_called_like_the_exercise(exercise: Exercise, mistake: Misconception) -> None:
    right = getattr(import_module(f"solutions.{exercise.module}"), exercise.name)
    assert parameters(mistake.function) == parameters(right)


def parameters(function: Any) -> list[tuple[str, Any]]:
    return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize(("exercise", "mistake"), EVERY)
def test_it_says_what_to_tell_the_student(exercise: Exercise, mistake: Misconception) -> None:
    message = " ".join(mistake.message.split())
    assert 40 <= len(message) <= 300
    assert message.endswith((".", "!", ")"))
