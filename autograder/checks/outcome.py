"""What a call came to, spread out as labelled tensors that can be compared one by one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias, runtime_checkable

import torch
from torch import Tensor

from autograder.link.networks import Network
from autograder.link.oracle import Oracle, Step
from autograder.link.trials import Experiment, Trial
from autograder.link.values import Foreign
from course.toolkit.stage import Stage

Leaf: TypeAlias = Tensor | Foreign | str | None
Outcome: TypeAlias = dict[str, tuple[Leaf, ...]]
"""By label, in the order of events; several candidates where what a label names happened more than once."""


@runtime_checkable
class Witness(Protocol):
    """What answers for a `Network` and remembers how it was asked."""

    def forget(self) -> None:
        """Begin anew."""
        ...

    def events(self) -> Iterator[tuple[str, tuple[Tensor, ...]]]:
        """Yield what was asked, as labelled leaves of an outcome."""
        ...


@dataclass(frozen=True)
class Call:
    """The arguments of a call."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    trial: Experiment | None = None
    """What is done with the value, instead of comparing the value itself."""

    def oracles(self) -> list[Oracle]:
        """Return the oracles behind the stages and UNets among the arguments."""
        holders = [value.unet if isinstance(value, Stage) else value for value in self._values()]
        owners = [getattr(holder, "__self__", None) for holder in holders]
        return [owner for owner in owners if isinstance(owner, Oracle)]

    def witnesses(self) -> list[Witness]:
        """Return the witnesses behind the networks among the arguments."""
        networks = [value for value in self._values() if isinstance(value, Network)]
        owners = [getattr(network.forward, "__self__", None) for network in networks]
        return [owner for owner in owners if isinstance(owner, Witness)]

    def double(self) -> "Call":
        """Return the same call in float64."""
        args = tuple(_double(value) for value in self.args)
        trial = self.trial and self.trial.double()
        return Call(args, {name: _double(value) for name, value in self.kwargs.items()}, trial)

    @property
    def orders_matter(self) -> bool:
        """Whether a network is tried in every order of its concatenations."""
        return isinstance(self.trial, Trial) and self.trial.either_order

    def as_reference(self) -> "Call":
        """Return the same call for one whose concatenations have the order that is taken for right."""
        return replace(self, trial=self.trial.in_one_order()) if isinstance(self.trial, Trial) else self

    def copy(self) -> "Call":
        """Return the same call with generators of its own, in the state that these have now."""
        args = tuple(_copied(value) for value in self.args)
        return Call(args, {name: _copied(value) for name, value in self.kwargs.items()}, self.trial)

    def run(self, function: Callable[..., Any], seen: Tensor | None = None) -> Outcome:
        """Return the outcome of calling `function`: its value, and what it asked the oracles.

        With a trial, function takes it as a keyword and returns what came of it.
        seen: (B, 1, H, W), 1 where images are looked at; elsewhere they count as 0.
        """
        call = self.copy()
        oracles, witnesses = call.oracles(), call.witnesses()
        for oracle in oracles:
            oracle.forget()
        for witness in witnesses:
            witness.forget()
        trial = {} if self.trial is None else {"trial": self.trial}
        value = function(*call.args, **call.kwargs, **trial)
        outcome: Outcome = {}
        for oracle in oracles:
            outcome |= dict(_events(oracle.steps))
        for witness in witnesses:
            outcome |= dict(witness.events())
        if self.trial is not None:
            return outcome | dict(self.trial.leaves(value))
        outcome |= dict(_leaves(value, ""))
        return outcome if seen is None else _masked(outcome, seen)

    def _values(self) -> list[Any]:
        return [*self.args, *self.kwargs.values()]


def _masked(outcome: Outcome, seen: Tensor) -> Outcome:
    def part(leaf: Leaf) -> Leaf:
        if not isinstance(leaf, Tensor) or leaf.ndim < 3 or leaf.shape[-2:] != seen.shape[-2:]:
            return leaf
        return leaf * (seen if leaf.ndim == 4 else seen[0]).to(leaf)

    return {label: tuple(map(part, candidates)) for label, candidates in outcome.items()}


def _double(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.double() if value.is_floating_point() else value
    if isinstance(value, dict):
        return {key: _double(item) for key, item in value.items()}
    if isinstance(value, Stage):
        return Call((value,), {}).oracles()[0].double().stage()
    owner = getattr(value, "__self__", None)
    if isinstance(owner, Oracle):
        return getattr(owner.double(), value.__name__)
    return value.double() if hasattr(value, "double") else value


def _copied(value: Any) -> Any:
    return value.clone_state() if isinstance(value, torch.Generator) else value


def _leaves(value: Any, label: str) -> Iterator[tuple[str, tuple[Leaf, ...]]]:
    """Yield the labelled leaves of a returned value, in a dict if it holds tensors only.

    Numbers, and lists of them, become tensors.
    """
    if isinstance(value, list | tuple) and value and not _numbers(value):
        for i, item in enumerate(value):
            yield from _leaves(item, f"{label}[{i}]")
    elif isinstance(value, dict) and value and all(isinstance(item, Tensor) for item in value.values()):
        for key, item in value.items():
            yield f"{label}[{key!r}]", (item,)
    elif isinstance(value, list | tuple | int | float):
        yield label, (torch.as_tensor(value),)
    elif isinstance(value, Tensor | Foreign) or value is None:
        yield label, (value,)
    else:
        yield label, (Foreign(type(value).__name__),)


def _numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _events(steps: Sequence[Step]) -> Iterator[tuple[str, tuple[Leaf, ...]]]:
    """Yield what happened at each step, as labels that name the step."""
    for number, step in enumerate(steps, start=1):
        at = f"step {number} (t = {step.t})"
        for name, asked in sorted(step.asked.items()):
            images = _distinct(asked)
            for i in range(len(images)):
                label = f"{at}: the image that the UNet is asked about with {name}{_ordinal(i)}"
                yield label, (*images[i:], *images[:i])
        if step.mean is not None:
            yield f"{at}: the timestep t′ that add_variance is given", (torch.tensor(step.t_prime),)
            yield f"{at}: the predicted variance that add_variance is given", (step.variance,)
            yield f"{at}: the mean that add_variance is given", (step.mean,)


def _distinct(images: Sequence[Tensor]) -> list[Tensor]:
    """Return the images, each once: who asks twice about the same could have asked once."""
    found: list[Tensor] = []
    for image in images:
        if not any(torch.equal(image, other) for other in found):
            found.append(image)
    return found


def _ordinal(i: int) -> str:
    return "" if i == 0 else f" ({i + 1})"
