"""Class-conditional samples to judge: of the reference's code here, of a submission's behind the wall."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from autograder.judge.handed_in import fitted
from autograder.judge.scores import DIGITS, SIZE, check_samples
from autograder.judge.weights import Weights
from autograder.link.failures import TimedOut
from autograder.link.implementation import Value
from autograder.link.isolation import Isolation
from autograder.link.limits import Limits
from autograder.link.remote import Remote
from autograder.link.staging import copy_to, stage
from autograder.submissions import Submission
from course.toolkit import seeds
from solutions.extension.s2_flow_class import class_fm_sample
from solutions.part_b.s2_2_time_training import BETA_1, BETA_2, NUM_TS, ddpm_schedule
from solutions.part_b.s2_4_class import ClassConditionalUNet
from solutions.part_b.s2_6_class_sampling import class_ddpm_sample

HELPER = "toolkit.handed_in"
AT_ONCE = 100


class Kind(StrEnum):
    """A model that can be told the class, by the name that its weights have."""

    DDPM = "class"
    FLOW = "flow_class"


SAMPLERS: dict[Kind, Callable[..., Iterator[Tensor]]] = {
    Kind.DDPM: class_ddpm_sample,
    Kind.FLOW: class_fm_sample,
}


@dataclass(frozen=True)
class Order:
    """What to sample: `each` images of every digit, in num_ts steps, with guidance γ, from a seed."""

    each: int = 4
    num_ts: int = NUM_TS
    guidance_scale: float = 5.0
    seed: int = 29
    kind: Kind = Kind.DDPM

    @property
    def sampler(self) -> Callable[..., Iterator[Tensor]]:
        """The reference's sampler of this kind; a submission's has the same name."""
        return SAMPLERS[self.kind]

    @property
    def labels(self) -> Tensor:
        """The digits asked for (10 · each,), all ten in turn."""
        return torch.arange(DIGITS).repeat(self.each)

    def arguments(self, labels: Tensor, generator: torch.Generator) -> list[Value]:
        """Return what the sampler is given after the network, on the device of the labels."""
        schedule = ddpm_schedule(BETA_1, BETA_2, self.num_ts)
        first = [{name: values.to(labels.device) for name, values in schedule.items()}]
        rest: list[Value] = [labels, (SIZE, SIZE), self.num_ts, generator, self.guidance_scale]
        return [*first, *rest] if self.kind is Kind.DDPM else rest

    def parts(self, at_once: int) -> Iterator[tuple[Tensor, torch.Generator]]:
        """Yield the labels in parts, each with a generator of its own."""
        for number, labels in enumerate(torch.split(self.labels, at_once)):
            yield labels, seeds.generator(self.seed + number)


def reference_network(weights: Weights, name: str) -> nn.Module:
    """Return the reference's network with the weights of a file; raises ValueError where they do not fit."""
    try:
        return fitted(ClassConditionalUNet(1, DIGITS, weights.num_hiddens), weights.tensors)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def sample_reference(network: nn.Module, order: Order) -> Iterator[Tensor]:
    """Yield the reference's samples, a part at a time, made on the network's device."""
    device = next(network.parameters()).device
    for labels, generator in order.parts(AT_ONCE):
        loop = order.sampler(network, *order.arguments(labels.to(device), generator))
        yield check_samples(deque(loop, maxlen=1).pop(), len(labels))


def sample_submission(
    submission: Submission, weights: Weights, order: Order, seconds: float, isolation: Isolation
) -> Iterator[Tensor]:
    """Yield the samples of a submission's own network and sampler, one of every digit at a time.

    seconds: in all; the time of a part counts when it is there.  Raises a Failure where their code gives
    no samples in time, ValueError where they are not images, LinkError where the link is broken.
    """
    limits = Limits(call_seconds=seconds, cpu_seconds=int(seconds) + 1, restarts=0, strikes=1)
    begun = time.monotonic()
    with TemporaryDirectory(prefix="judged-") as room:
        staged = stage(submission, Path(room))
        copy_to(staged / "course" / "toolkit" / "handed_in.py", _helper())
        with closing(Remote.start(staged, limits=limits, isolation=isolation)) as remote:
            for labels, generator in order.parts(DIGITS):
                if time.monotonic() - begun > seconds:
                    raise TimedOut(
                        f"sampling took longer than {seconds:g} s in all; allow more, or ask for less"
                    )
                arguments = [dict(weights.tensors), weights.num_hiddens, *order.arguments(labels, generator)]
                sampled = remote.call(HELPER, order.sampler.__name__, arguments)
                yield check_samples(sampled, len(labels))


def _helper() -> bytes:
    return Path(__file__).with_name("handed_in.py").read_bytes()
