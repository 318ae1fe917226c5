"""Where the right answers come from: the reference at work, or an answer key that it filled in."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from autograder.checks import misconceptions
from autograder.checks.comparison import Expected, Twin, measure
from autograder.checks.outcome import Call
from autograder.link.failures import LinkError
from autograder.link.lending import Blocks
from autograder.link.networks import built
from autograder.link.trials import Experiment
from autograder.syllabus import Exercise
from course.toolkit import seeds

ANSWER_KEY = Path(__file__).parent / "answer_key"
WITNESS_SEED = 29


class Reference(Protocol):
    """A source of right answers."""

    def expected(
        self, check: str, number: int, exercise: Exercise, call: Call, seen: Tensor | None
    ) -> Expected:
        """Return the right outcome of the check's call of that number; seen as in `Call.run`."""
        ...

    def twins(
        self, check: str, number: int, exercise: Exercise, call: Call, seen: Tensor | None
    ) -> Iterator[Twin]:
        """Yield the known wrong outcomes of that call."""
        ...

    def lendable(self, exercise: Exercise) -> Callable[..., Any] | Blocks | None:
        """Return what is right, to lend in the place of what is wrong, None where there is none."""
        ...


class Live:
    """The reference itself, from `solutions`: for any inputs, in the trusted process only."""

    def expected(
        self, check: str, number: int, exercise: Exercise, call: Call, seen: Tensor | None
    ) -> Expected:
        """Return what the reference does, measured in two precisions."""
        return measure(drained(right_answer(exercise)), call.as_reference(), seen)

    def twins(
        self, check: str, number: int, exercise: Exercise, call: Call, seen: Tensor | None
    ) -> Iterator[Twin]:
        """Yield what the misconceptions do; those that raise on these inputs yield nothing."""
        for misconception in misconceptions.of(exercise):
            try:
                outcome = call.as_reference().run(drained(misconception.function), seen)
            except Exception:
                continue
            leaves = {label: c[0] for label, c in outcome.items() if isinstance(c[0], Tensor)}
            yield Twin(misconception.name, misconception.message, leaves)

    def lendable(self, exercise: Exercise) -> Callable[..., Any] | Blocks | None:
        """Return the reference's function, or its class of networks; raises as `right_answer` does."""
        right = right_answer(exercise)
        return Blocks(right) if isinstance(right, type) else drained(right)


class Recorder(Live):
    """The reference, writing down every answer that it gives."""

    def __init__(self) -> None:
        """Start with an empty answer key."""
        self._answers: dict[str, dict[str, tuple[Expected, list[Twin]]]] = {}

    def expected(
        self, check: str, number: int, exercise: Exercise, call: Call, seen: Tensor | None
    ) -> Expected:
        """Return the answer, having written it down with the known wrong ones."""
        answer = super().expected(check, number, exercise, call, seen)
        twins = list(super().twins(check, number, exercise, call, seen))
        self._answers.setdefault(exercise.module, {})[f"{check}#{number}"] = (answer, twins)
        return answer

    def write(self, folder: Path = ANSWER_KEY) -> None:
        """Write one file a section."""
        folder.mkdir(parents=True, exist_ok=True)
        for module, answers in self._answers.items():
            tensors: dict[str, Tensor] = {"witness": _witness()}
            entries = {name: _entry(answer, twins, tensors) for name, (answer, twins) in answers.items()}
            metadata = {"answers": json.dumps(entries, ensure_ascii=False)}
            save_file(tensors, folder / f"{module}.safetensors", metadata)


class AnswerKey:
    """The answers that a `Recorder` wrote down for the published inputs."""

    def __init__(self, folder: Path = ANSWER_KEY) -> None:
        """Read sections from this folder when they are asked for."""
        self._folder = folder
        self._sections: dict[str, tuple[dict[str, Any], dict[str, Tensor]]] = {}

    def expected(
        self, check: str, number: int, exercise: Exercise, call: Call, seen: Tensor | None
    ) -> Expected:
        """Return the recorded answer; raises LinkError where there is none."""
        entry, tensors = self._answer(check, number, exercise)
        leaves = {label: tensors[name] for label, name in entry["leaves"].items()}
        return Expected(leaves, entry["tolerances"])

    def twins(
        self, check: str, number: int, exercise: Exercise, call: Call, seen: Tensor | None
    ) -> Iterator[Twin]:
        """Yield the recorded wrong answers."""
        entry, tensors = self._answer(check, number, exercise)
        for twin in entry["twins"]:
            leaves = {label: tensors[name] for label, name in twin["leaves"].items()}
            yield Twin(twin["name"], twin["message"], leaves)

    def lendable(self, exercise: Exercise) -> None:
        """Return None: an answer key cannot compute."""
        return

    def _answer(
        self, check: str, number: int, exercise: Exercise
    ) -> tuple[dict[str, Any], dict[str, Tensor]]:
        if exercise.module not in self._sections:
            self._sections[exercise.module] = self._read(exercise.module)
        entries, tensors = self._sections[exercise.module]
        name = f"{check}#{number}"
        if name not in entries:
            raise LinkError(f"the answer key has no answer for {name}; get the course's newest release")
        return entries[name], tensors

    def _read(self, module: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
        path = self._folder / f"{module}.safetensors"
        if not path.exists():
            raise LinkError(f"the answer key {path.name} is missing; get the course's newest release")
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            entries = json.loads(file.metadata()["answers"])
        if not torch.allclose(tensors["witness"], _witness(), atol=1e-4):
            raise LinkError(
                f"torch {torch.__version__} draws other random numbers than the answer key's torch"
            )
        return entries, tensors


def right_answer(exercise: Exercise) -> Callable[..., Any]:
    """Return the reference's function or class; raises LinkError where `solutions` is not there."""
    try:
        section = import_module(f"solutions.{exercise.module}")
    except ModuleNotFoundError as error:
        raise LinkError(f"the reference is not there: {error}") from error
    right: Callable[..., Any] = getattr(section, exercise.name)
    return right


def drained(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` as the link calls it.

    Networks among the arguments become modules, the iterators that it returns are run to their ends, and
    with `trial` that is done with its value.
    """

    def whole(*args: Any, trial: Experiment | None = None, **kwargs: Any) -> Any:
        given, named = [built(arg) for arg in args], {name: built(arg) for name, arg in kwargs.items()}
        value = function(*given, **named)
        if trial is not None:
            return trial.conduct(value, [*given, *named.values()])
        return list(value) if isinstance(value, Iterator | range) else value

    return whole


def _witness() -> Tensor:
    return seeds.noise((4,), seeds.generator(WITNESS_SEED))


def _entry(answer: Expected, twins: Sequence[Twin], tensors: dict[str, Tensor]) -> dict[str, Any]:
    """Return the record of an answer, having added its tensors to `tensors`, each once."""
    return {
        "leaves": _stored(answer.leaves, tensors),
        "tolerances": answer.tolerances,
        "twins": [
            {"name": twin.name, "message": twin.message, "leaves": _stored(twin.leaves, tensors)}
            for twin in twins
        ],
    }


def _stored(leaves: dict[str, Tensor], tensors: dict[str, Tensor]) -> dict[str, str]:
    """Return under which name each leaf is stored: its digest, so that equal tensors are stored once."""
    names = {}
    for label, leaf in leaves.items():
        plain = leaf.detach().contiguous().clone()
        content = f"{plain.dtype}{tuple(plain.shape)}".encode() + plain.numpy().tobytes()
        names[label] = hashlib.sha256(content).hexdigest()[:16]
        tensors.setdefault(names[label], plain)
    return names
