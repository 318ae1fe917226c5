"""Whose samples are to be judged: the reference's with somebody's weights, or those of submissions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from autograder.judge.sampling import Order, reference_network, sample_reference, sample_submission
from autograder.judge.submitted import submissions_in, weights_in
from autograder.judge.weights import read_weights
from autograder.link.isolation import Isolation
from autograder.submissions import Submission, read, told_apart


@dataclass(frozen=True)
class Candidate:
    """Somebody whose samples can be had: `samples` gives them in parts, and raises what kept it from it.

    remarks: what is to be said of them whatever the samples are like.
    """

    name: str
    samples: Callable[[], Iterator[Tensor]]
    remarks: tuple[str, ...] = ()


def reference_with(path: Path, order: Order, device: torch.device) -> Candidate:
    """Return the reference's code with the weights in a file.

    Raises ValueError where they are no weights of its network, OSError where the file cannot be read.
    """
    network = reference_network(read_weights(path.read_bytes(), path.name), path.name)
    return Candidate(path.stem, lambda: sample_reference(network.to(device), order))


def submitted(place: Path, order: Order, seconds: float, isolation: Isolation) -> list[Candidate]:
    """Return the submissions at a place; what is wrong with one shows when its samples are wanted.

    Raises SubmissionsError where there is none.
    """
    entries = submissions_in(place)
    read_in = told_apart([read(entry.resolve() if entry == place else entry) for entry in entries])
    pairs = zip(entries, read_in, strict=True)
    return [_candidate(entry, submission, order, seconds, isolation) for entry, submission in pairs]


def _candidate(
    entry: Path, submission: Submission, order: Order, seconds: float, isolation: Isolation
) -> Candidate:
    def samples() -> Iterator[Tensor]:
        weights = weights_in(entry, order.kind)
        yield from sample_submission(submission, weights, order, seconds, isolation)

    return Candidate(submission.student, samples, submission.remarks)
