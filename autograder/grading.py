"""From submissions to reports: every student's code in a worker of its own, every check on this side."""

import os
import platform
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from multiprocessing import parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import torch

from autograder import identity, pool, syllabus
from autograder.checks.reference import Live
from autograder.checks.remembering import Remembering
from autograder.checks.session import Terms, run
from autograder.link import warm
from autograder.link.failures import LinkError
from autograder.link.isolation import Isolation
from autograder.link.limits import Limits
from autograder.link.remote import Remote
from autograder.link.staging import stage
from autograder.reports import files
from autograder.results import CheckResult, ExerciseResult, Report, Status
from autograder.submissions import Submission
from autograder.syllabus import Exercise, Syllabus

LIMITS = Limits()
RIGHT = Remembering(Live())
"""One for all submissions that this process grades."""


def grade(
    submission: Submission,
    secret: bytes,
    limits: Limits = LIMITS,
    isolation: Isolation = Isolation.SANDBOX,
) -> Report:
    """Return the report on one submission, on inputs that `secret` decides; no submission makes it raise.

    What the grader itself cannot do is reported as ungraded, never as a zero.
    """
    begun, table = time.monotonic(), syllabus.load()
    output = ""
    try:
        with (
            TemporaryDirectory(prefix="submission-") as room,
            Remote.start(
                stage(submission, Path(room)),
                limits=limits,
                isolation=isolation,
                zygote=warm.zygote(isolation),
            ) as remote,
        ):
            results = run(remote, Terms(RIGHT, secret), table.sections)
            output = remote.output()
    except (LinkError, OSError) as error:
        results = _ungraded(table, f"the grader could not work: {error}")
    seconds = round(time.monotonic() - begun, 2)
    return _report(submission, results, limits, isolation, output, seconds)


def grade_class(
    submissions: Iterable[Submission],
    secret: bytes,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    limits: Limits = LIMITS,
    isolation: Isolation = Isolation.SANDBOX,
) -> Iterator[Report]:
    """Yield the reports of a class as they are ready, `jobs` submissions at a time.

    scheduler: the address of a dask cluster that grades in the place of this machine.  Raises ValueError
    where it cannot be used.
    """
    waiting = map(_sendable, submissions)
    if scheduler is None:
        work = partial(grade, secret=secret, limits=limits, isolation=isolation)
        outcomes = pool.spread(work, waiting, jobs, _begin)
    else:
        from autograder import cluster

        outcomes = cluster.grade(waiting, secret, scheduler, limits, isolation)
    for submission, outcome in outcomes:
        yield _taken(outcome, submission, limits, isolation)


def terms(secret: bytes, isolation: Isolation, limits: Limits = LIMITS) -> str:
    """Return a digest of all that the results of `grade` depend on beside the submission."""
    return identity.terms(secret, limits, isolation, versions())


def class_secret(path: Path) -> bytes:
    """Return the secret in a file, made now where there is none; only its owner may read the file.

    Raises ValueError when the file holds fewer than 16 bytes.
    """
    if not path.exists():
        files.replace(path, secrets.token_hex(32) + "\n", private=True)
    secret = path.read_bytes().strip()
    if len(secret) < 16:
        raise ValueError(
            f"{path} holds {len(secret)} bytes; a secret has at least 16. Delete it for a new one"
        )
    return secret


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    names = ("diffusion-course", "torch", "torchvision", "hypothesis", "pytest")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def _begin() -> None:
    """Prepare a grading process: one thread for torch, and an end when the command is killed."""
    torch.set_num_threads(1)
    Thread(target=_end_with_the_command, daemon=True).start()


def _end_with_the_command() -> None:
    if (command := parent_process()) is not None:
        command.join()
        os._exit(1)


def _sendable(submission: Submission) -> Submission:
    """Return the submission as it can be sent to another process: a read-only view of a dict cannot."""
    return replace(submission, files=dict(submission.files))


def _taken(
    outcome: Report | Exception, submission: Submission, limits: Limits, isolation: Isolation
) -> Report:
    if isinstance(outcome, Report):
        return outcome
    reason = f"the grader broke: {type(outcome).__name__}: {outcome}"
    return _report(submission, _ungraded(syllabus.load(), reason), limits, isolation, "", 0.0)


def _report(
    submission: Submission,
    results: tuple[ExerciseResult, ...],
    limits: Limits,
    isolation: Isolation,
    output: str,
    seconds: float,
) -> Report:
    possible = sum(part.points for part in syllabus.load().parts if not part.extra)
    return Report(
        student=submission.student,
        exercises=results,
        total=round(sum(result.points for result in results), 2),
        possible=float(possible),
        isolation=isolation.value,
        seeds="secret",
        versions=versions(),
        limits={name: float(limit) for name, limit in asdict(limits).items() if limit is not None},
        remarks=submission.remarks,
        output=output,
        seconds=seconds,
    )


def _ungraded(table: Syllabus, reason: str) -> tuple[ExerciseResult, ...]:
    return tuple(
        ExerciseResult(e.key, e.name, e.section, (_unchecked(e, reason),)) for e in table.exercises()
    )


def _unchecked(exercise: Exercise, reason: str) -> CheckResult:
    return CheckResult(
        exercise.key, "It could not be checked.", Status.UNGRADED, 0.0, exercise.points, reason
    )
