"""Right answers that are worked out once, for as many submissions as ask about the same inputs.

One secret gives every submission of a class the same inputs, so the reference and the known mistakes would
answer the same hundreds of questions again for each.  A question is known by its content, never by its
number: which ones a check asks may depend on what the student answers.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, TypeVar

import torch
from torch import Tensor

from autograder.checks.comparison import Expected, Twin
from autograder.checks.outcome import Call
from autograder.checks.reference import Reference
from autograder.link.lending import Blocks
from autograder.link.networks import Pixelwise
from autograder.link.oracle import Oracle
from autograder.link.trials import Gradients, Trial
from autograder.syllabus import Exercise
from course.toolkit.stage import Stage

MOST_KEPT = 1_000
FORGOTTEN = "steps"
"""The field of an oracle that says what happened to it, not what it is."""

Answer = TypeVar("Answer")


class Remembering:
    """A reference that asks another, and never twice about the same."""

    def __init__(self, reference: Reference) -> None:
        """Ask this one; its answers may depend on the exercise, the call and `seen` alone."""
        self._reference = reference
        self._expected: dict[bytes, Expected] = {}
        self._twins: dict[bytes, list[Twin]] = {}

    def expected(
        self, check: str, number: int, exercise: Exercise, call: Call, seen: Tensor | None
    ) -> Expected:
        """Return the right outcome; its tensors are shared, so nobody may change them."""
        return _kept(
            self._expected,
            fingerprint(exercise.key, call, seen),
            lambda: self._reference.expected(check, number, exercise, call, seen),
        )

    def twins(
        self, check: str, number: int, exercise: Exercise, call: Call, seen: Tensor | None
    ) -> Iterator[Twin]:
        """Yield the known wrong outcomes; their tensors are shared, so nobody may change them."""
        yield from _kept(
            self._twins,
            fingerprint(exercise.key, call, seen),
            lambda: list(self._reference.twins(check, number, exercise, call, seen)),
        )

    def lendable(self, exercise: Exercise) -> Callable[..., Any] | Blocks | None:
        """Return what the other reference lends."""
        return self._reference.lendable(exercise)


def fingerprint(exercise: str, call: Call, seen: Tensor | None) -> bytes | None:
    """Return a digest of all that an answer depends on; None where an argument cannot be told by content."""
    try:
        parts = b"".join(_told((exercise, call.args, dict(call.kwargs), call.trial, seen)))
    except TypeError:
        return None
    return hashlib.sha256(parts).digest()


def _kept(kept: dict[bytes, Answer], key: bytes | None, work: Callable[[], Answer]) -> Answer:
    """Return what is kept under the key, worked out where it is not; without a key nothing is kept."""
    if key is None:
        return work()
    if key not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = work()
    return kept[key]


def _told(value: Any) -> Iterator[bytes]:
    """Yield bytes that tell the value from every other one; raises TypeError where nothing does."""
    kind = type(value)
    if kind is Tensor:
        yield _head("Tensor", (value.dtype, tuple(value.shape), value.stride(), value.requires_grad))
        yield value.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
    elif value is None or kind in (bool, int, float, str, torch.dtype, torch.Size):
        yield _head(kind.__name__, value)
    elif kind is dict:
        yield from _items("dict", list(value.items()))
    elif kind in (list, tuple):
        yield from _items(kind.__name__, value)
    elif kind is torch.Generator:
        yield from _told(value.get_state())
    elif kind in (Stage, Oracle, Pixelwise, Trial, Gradients):
        own = [(f.name, getattr(value, f.name)) for f in fields(value) if f.name != FORGOTTEN]
        yield from _items(kind.__name__, own)
    elif type(getattr(value, "__self__", None)) is Oracle:
        yield from _items(value.__name__, [value.__self__])
    else:
        raise TypeError(f"a {kind.__name__} cannot be told by its content")


def _items(name: str, items: Any) -> Iterator[bytes]:
    yield _head(name, len(items))
    for item in items:
        yield from _told(item)


def _head(name: str, value: object) -> bytes:
    """Return a line that says what follows: its kind, and its value or its size."""
    return f"{name} {value!r}\n".encode()
