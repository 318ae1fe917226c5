"""Comparing what a student's function did with what the reference did, rung by rung.

Missing, type, dtype, shape, finite, value: the first rung that breaks is what the student reads. The
tolerance is measured: how far the reference in float32 is from the reference in float64 on the same inputs,
times MARGIN, plus a few roundings at the scale of an image.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.checks.outcome import Call, Leaf, Outcome
from autograder.link.failures import Failure
from autograder.link.values import Foreign

MARGIN = 16
ROUNDINGS = 32


class Wrong(Failure):
    """The student's function gave a value, and it is wrong."""

    kind = "wrong"

    def __init__(self, message: str, misconception: str = "") -> None:
        """Keep the message, and the name of the known wrong answer that it is, if any."""
        super().__init__(message)
        self.misconception = misconception


@dataclass(frozen=True)
class Expected:
    """A right outcome: by label the tensor and its tolerance."""

    leaves: dict[str, Tensor]
    tolerances: dict[str, float]


@dataclass(frozen=True)
class Twin:
    """A known wrong outcome, and what to tell those who arrive at it."""

    name: str
    message: str
    leaves: dict[str, Tensor]


def measure(function: Callable[..., object], call: Call, seen: Tensor | None = None) -> Expected:
    """Return what the reference `function` does, with tolerances measured against float64."""
    single, double = call.run(function, seen), call.double().run(function, seen)
    leaves = {label: _tensor(candidates[0]) for label, candidates in single.items()}
    exact = {label: _tensor(candidates[0]) for label, candidates in double.items()}
    tolerances = {label: _tolerance(leaf, exact[label]) for label, leaf in leaves.items()}
    return Expected(leaves, tolerances)


def difference(actual: Outcome, expected: Expected) -> str:
    """Return in words where `actual` first departs from `expected`, "" where it does not."""
    for label, leaf in expected.leaves.items():
        candidates = actual.get(label, ())
        problem = _missing(label, actual) if not candidates else ""
        if candidates and not any(_same(c, leaf, expected.tolerances[label]) for c in candidates):
            problem = _rung(_name(label), candidates[0], leaf, expected.tolerances[label])
        if problem:
            return problem
    extra = [label for label in actual if label.startswith("[") and label not in expected.leaves]
    return f"there is more than asked for: {_name(extra[0])}" if extra else ""


def recognised(actual: Outcome, twins: Iterable[Twin], expected: Expected) -> Twin | None:
    """Return the one known wrong outcome that `actual` is, None where it is none of them or several."""
    same = [twin for twin in twins if equals(actual, twin, expected)]
    return same[0] if len(same) == 1 else None


def equals(actual: Outcome, twin: Twin, expected: Expected) -> bool:
    """Tell whether `actual` is that known wrong outcome, within the tolerances of the right one."""
    if set(twin.leaves) != {
        label for label, candidates in actual.items() if isinstance(candidates[0], Tensor)
    }:
        return False
    widest = max(expected.tolerances.values())
    pairs = [
        (actual[label], leaf, expected.tolerances.get(label, widest)) for label, leaf in twin.leaves.items()
    ]
    return all(any(_same(c, leaf, tolerance) for c in candidates) for candidates, leaf, tolerance in pairs)


def _tensor(leaf: Leaf) -> Tensor:
    if not isinstance(leaf, Tensor):
        raise TypeError(f"the reference returned {leaf!r}, not a tensor")
    return leaf


def _tolerance(single: Tensor, double: Tensor) -> float:
    if not single.is_floating_point() or single.numel() == 0:
        return 0.0
    measured = (single.double() - double.double()).abs().max().item()
    scale = max(1.0, double.abs().max().item())
    return MARGIN * measured + ROUNDINGS * torch.finfo(torch.float32).eps * scale


def _same(candidate: Leaf, leaf: Tensor, tolerance: float) -> bool:
    if not isinstance(candidate, Tensor) or candidate.shape != leaf.shape:
        return False
    if leaf.is_floating_point() != candidate.is_floating_point():
        return False
    return bool(((candidate.double() - leaf.double()).abs() <= tolerance).all())


def _missing(label: str, actual: Outcome) -> str:
    if not label.startswith("["):
        return f"{_name(label)}: this never happened" if label else "nothing was returned"
    count = sum(1 for other in actual if other.startswith("["))
    return f"{_name(label)} is missing; there are only {count} of them"


def _rung(name: str, candidate: Leaf, leaf: Tensor, tolerance: float) -> str:
    """Return on which rung of the ladder the candidate fails."""
    if not isinstance(candidate, Tensor):
        found = candidate.type_name if isinstance(candidate, Foreign) else type(candidate).__name__
        return f"{name} is of type {found}; it must be a torch.Tensor"
    if candidate.is_floating_point() != leaf.is_floating_point():
        return f"{name} has dtype {_dtype(candidate)}; it must be {_dtype(leaf)}"
    if candidate.shape != leaf.shape:
        return f"{name} has the shape {tuple(candidate.shape)}; it must be {tuple(leaf.shape)}"
    if not candidate.isfinite().all():
        return (
            f"{name} holds NaN or infinite numbers: look for a division by 0 or the root of a negative number"
        )
    return _value(name, candidate, leaf, tolerance)


def _value(name: str, candidate: Tensor, leaf: Tensor, tolerance: float) -> str:
    errors = (candidate.double() - leaf.double()).abs()
    if not errors.ndim:
        return f"{name} is wrong: {_number(candidate)} instead of {_number(leaf)}"
    where = tuple(int(i) for i in torch.unravel_index(errors.argmax(), errors.shape))
    share = (errors > tolerance).double().mean().item()
    found, wanted = _number(candidate[where]), _number(leaf[where])
    return f"{name} is wrong in {share:.0%} of its numbers: {found} instead of {wanted} at {list(where)}"


def _number(tensor: Tensor) -> str:
    return f"{tensor.item():.6g}" if tensor.is_floating_point() else f"{tensor.item():,}"


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _name(label: str) -> str:
    if not label:
        return "the result"
    return f"entry {label} of the result" if label.startswith("[") else label
