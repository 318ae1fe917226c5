"""One run of the checks over one implementation: fixtures for the tests, outcomes for the report."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import hypothesis
import pytest
import torch
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from torch import Tensor

from autograder import syllabus
from autograder.checks.comparison import Wrong, difference, recognised
from autograder.checks.draws import PUBLIC, Draw
from autograder.checks.outcome import Call
from autograder.checks.reference import Reference
from autograder.checks.student import Student
from autograder.link.failures import Failure, LinkError
from autograder.link.implementation import Implementation
from autograder.link.trials import Experiment
from autograder.results import CheckResult, ExerciseResult, Status
from autograder.syllabus import Exercise, Section, Syllabus

FOLDER = Path(__file__).parent
PLUGINS = (
    "terminal",
    "cacheprovider",
    "capture",
    "faulthandler",
    "logging",
    "warnings",
    "junitxml",
    "doctest",
    "unraisableexception",
    "threadexception",
)

# On a CI server Hypothesis's own default is derandomize=True, which would ignore the secret seed.
hypothesis.settings.register_profile(
    "checks",
    parent=hypothesis.settings.get_profile("default"),
    derandomize=False,
    database=None,
    deadline=None,
    max_examples=15,
    report_multiple_bugs=False,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)


@dataclass(frozen=True)
class Terms:
    """On which inputs an implementation is checked, and against what."""

    reference: Reference
    secret: bytes = PUBLIC


class Session:
    """A pytest plugin that gives tests their student and keeps their outcomes."""

    def __init__(self, implementation: Implementation, table: Syllabus, terms: Terms) -> None:
        """Check this implementation on these terms."""
        self._implementation = implementation
        self._table = table
        self._terms = terms
        self._students: dict[str, Student] = {}
        self._items: dict[str, list[pytest.Item]] = {}
        self.outcomes: dict[str, CheckResult] = {}
        self.problems: list[str] = []

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        """The exercise under check."""
        return self._students[request.node.nodeid]

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        """Seeded inputs."""
        return Draw(self._terms.secret, request.node.nodeid)

    @pytest.fixture
    def agree(self, request: pytest.FixtureRequest, student: Student) -> Callable[..., None]:
        """A function that calls student and reference with the same arguments and compares all they do."""
        check, reference, exercise = request.node.nodeid, self._terms.reference, student.exercise
        calls = iter(range(1_000))

        def compared(
            *args: Any, seen: Tensor | None = None, trial: Experiment | None = None, **kwargs: Any
        ) -> None:
            number, call = next(calls), Call(args, kwargs, trial)
            expected = reference.expected(check, number, exercise, call, seen)
            if call.orders_matter and not difference(call.as_reference().run(student.raw, seen), expected):
                return
            actual = call.run(student.raw, seen)
            problem = difference(actual, expected)
            if not problem:
                return
            twin = recognised(actual, reference.twins(check, number, exercise, call, seen), expected)
            raise Wrong(f"{twin.message}\n({problem})", twin.name) if twin else Wrong(problem)

        return compared

    @pytest.fixture
    def unlike_known_mistakes(self, request: pytest.FixtureRequest, student: Student) -> Callable[..., None]:
        """A function that calls the student, and raises Wrong where all it does is a known wrong answer.

        What is right on these inputs is no mistake, even where a mistake happens to do the same.
        """
        check, reference, exercise = f"{request.node.nodeid}[known]", self._terms.reference, student.exercise
        calls = iter(range(1_000))

        def compared(*args: Any, **kwargs: Any) -> None:
            number, call = next(calls), Call(args, kwargs)
            expected = reference.expected(check, number, exercise, call, None)
            twins = reference.twins(check, number, exercise, call, None)
            actual = call.run(student.raw)
            twin = recognised(actual, twins, expected) if difference(actual, expected) else None
            if twin:
                raise Wrong(twin.message, twin.name)

        return compared

    @pytest.fixture
    def right(self, request: pytest.FixtureRequest) -> Callable[..., Tensor]:
        """A function that returns the first thing that the reference of another exercise returns."""
        check, calls = f"{request.node.nodeid}[right]", iter(range(1_000))

        def returned(key: str, *args: Any) -> Tensor:
            exercise, call = self._table.exercise(key), Call(args, {})
            expected = self._terms.reference.expected(check, next(calls), exercise, call, None)
            return next(leaf for label, leaf in expected.leaves.items() if label in ("", "[0]"))

        return returned

    def pytest_configure(self, config: pytest.Config) -> None:
        """Let failures be described in a word: nobody reads it, and Hypothesis asks for it."""
        config.option.tbstyle = "value"

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the checks into the order of the course and drop those of no exercise in the table."""
        for item in items:
            self._items.setdefault(self._key(item), []).append(item)
        ordered = [item for e in self._table.exercises() for item in self._items.get(e.key, [])]
        items[:] = ordered

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a check whose exercise needs one that fails, or lend the right function where there is one."""
        exercise = self._table.exercise(self._key(item))
        lent = {}
        for need in self._failing(exercise):
            function = self._terms.reference.lendable(need)
            if function is None:
                section = self._table.section(need.section)
                pytest.skip(
                    f"this needs your {need.name} (section {section.label}), which fails; mend it first"
                )
            lent[need.module, need.name] = function
        self._students[item.nodeid] = student = Student(self._implementation, exercise, lent)
        siblings = [self._students.get(other.nodeid) for other in self._items[exercise.key]]
        student.fatal = next((other.fatal for other in siblings if other and other.fatal), None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep the outcome of a check, and report to pytest no more than that; nobody reads its traceback."""
        if call.when == "call" or (call.excinfo is not None and item.nodeid not in self.outcomes):
            self.outcomes[item.nodeid] = self._outcome(item, call)
        when = "call" if call.when == "collect" else call.when
        return pytest.TestReport(item.nodeid, item.location, {}, _ended(call), None, when)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what broke while tests were collected."""
        if report.failed:
            self.problems.append(str(report.longrepr))

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep what broke between tests, and say nothing of it on the terminal."""
        self.problems.append(excinfo.exconly())
        return True

    def results(self, sections: Sequence[Section]) -> tuple[ExerciseResult, ...]:
        """Return the results of these sections; raises LinkError when the checks could not all be run."""
        if self.problems:
            raise LinkError(f"the checks cannot be run: {self.problems[0]}")
        exercises = [exercise for section in sections for exercise in section.exercises]
        return tuple(ExerciseResult(e.key, e.name, e.section, tuple(self._checks(e))) for e in exercises)

    def _checks(self, exercise: Exercise) -> list[CheckResult]:
        items = self._items.get(exercise.key, [])
        return [self.outcomes[item.nodeid] for item in items if item.nodeid in self.outcomes]

    def _key(self, item: pytest.Item) -> str:
        mark = item.get_closest_marker("exercise")
        if mark is None:
            raise LinkError(f"{item.nodeid} says no exercise; mark it with @exercise(…)")
        module = f"{item.path.parent.name}.{item.path.stem.removeprefix('test_')}"
        return f"{self._table.section(module).key}.{mark.args[0]}"

    def _failing(self, exercise: Exercise) -> list[Exercise]:
        """Return the exercises that this one builds on, directly or not, and that did not pass."""
        found: dict[str, Exercise] = {}
        for key in exercise.needs:
            need = self._table.exercise(key)
            if not all(check.status is Status.PASSED for check in self._checks(need)):
                found[key] = need
            found |= {other.key: other for other in self._failing(need)}
        return list(found.values())

    def _outcome(self, item: pytest.Item, call: pytest.CallInfo[None]) -> CheckResult:
        exercise = self._table.exercise(self._key(item))
        possible = exercise.points * _weight(item) / sum(map(_weight, self._items[exercise.key]))
        error = call.excinfo.value if call.excinfo else None
        status, reason = _verdict(error)
        return CheckResult(
            name=item.nodeid,
            sentence=_sentence(item),
            status=status,
            points=possible if status is Status.PASSED else 0.0,
            possible=possible,
            reason=reason,
            misconception=getattr(error, "misconception", ""),
            seconds=round(call.duration, 3),
        )


def run(
    implementation: Implementation, terms: Terms, sections: Sequence[Section]
) -> tuple[ExerciseResult, ...]:
    """Check an implementation on these sections and on what they need, and return the results of these alone.

    Raises LinkError when the checks themselves cannot run.
    """
    table = syllabus.load()
    session = Session(implementation, table, terms)
    files = [str(_file(section)) for section in _with_needs(table, sections) if _file(section).exists()]
    with _undisturbed():
        ended = pytest.main([*_options(terms), *files], plugins=[session]) if files else pytest.ExitCode.OK
    if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not session.problems:
        if ended == pytest.ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        raise LinkError(f"the checks cannot be run: pytest ended with {ended!r}")
    return session.results(sections)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the user's pytest settings from the checks, and give everything back as it was.

    Hypothesis likes to try constants that it finds in the modules that happen to be imported; without those
    the same seed gives the same examples in every process.  The checks' images are so small that a second
    thread costs more than it computes.
    """
    threads = torch.get_num_threads()
    previous, seed = hypothesis.settings.get_current_profile_name(), hypothesis.core.global_force_seed
    hypothesis.settings.load_profile("checks")
    torch.set_num_threads(1)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            patch.setattr(providers, "_get_local_constants", Constants, raising=False)
            patch.setattr(providers, "CONSTANTS_CACHE", {}, raising=False)
            for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
                patch.delenv(name, raising=False)
            yield
    finally:
        hypothesis.settings.load_profile(previous)
        hypothesis.core.global_force_seed = seed
        torch.set_num_threads(threads)


def _options(terms: Terms) -> list[str]:
    seed = Draw(terms.secret, "hypothesis").integer(0, 2**31)
    options = ["-c", os.devnull, f"--rootdir={FOLDER}", f"--confcutdir={FOLDER}"]
    options += ["--import-mode=importlib", "--assert=plain"]
    options += [f"--hypothesis-seed={seed}", "-p", "_hypothesis_pytestplugin"]
    options += [word for plugin in PLUGINS for word in ("-p", f"no:{plugin}")]
    return [*options, "-o", "markers=exercise(name, weight): the exercise that a check belongs to"]


def _with_needs(table: Syllabus, sections: Sequence[Section]) -> list[Section]:
    wanted = {section.key for section in sections}
    waiting = [need for section in sections for e in section.exercises for need in e.needs]
    while waiting:
        need = table.exercise(waiting.pop())
        wanted.add(need.section)
        waiting.extend(need.needs)
    return [section for section in table.sections if section.key in wanted]


def _file(section: Section) -> Path:
    folder, name = section.module.split(".")
    return FOLDER / folder / f"test_{name}.py"


def _weight(item: pytest.Item) -> int:
    mark = item.get_closest_marker("exercise")
    return mark.kwargs.get("weight", 1) if mark else 1


def _sentence(item: pytest.Item) -> str:
    text = getattr(item, "obj", item).__doc__ or ""
    return " ".join(text.split("\n\n")[0].split())


def _ended(call: pytest.CallInfo[None]) -> Literal["passed", "failed", "skipped"]:
    if call.excinfo is None:
        return "passed"
    return "skipped" if isinstance(call.excinfo.value, pytest.skip.Exception) else "failed"


def _verdict(error: BaseException | None) -> tuple[Status, str]:
    """Return the status that an exception means, and the reason for the student."""
    if error is None:
        return Status.PASSED, ""
    if isinstance(error, pytest.skip.Exception):
        return Status.SKIPPED, str(error.msg)
    if isinstance(error, Failure | AssertionError):
        return Status.FAILED, str(error) or type(error).__name__
    if isinstance(error, hypothesis.errors.Flaky):
        return Status.FAILED, "it gave different answers when it was asked the same thing twice"
    return Status.UNGRADED, f"the check itself broke: {type(error).__name__}: {error}"
