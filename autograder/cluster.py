"""Work spread over a dask cluster; a worker that is lost costs nobody's work."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from threading import Lock
from time import monotonic, sleep
from typing import Any, TypeVar

from autograder.link.failures import LinkError
from autograder.link.isolation import Isolation
from autograder.link.limits import Limits
from autograder.results import Report
from autograder.submissions import Submission

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

PATIENCE_SECONDS = 20
WORKERLESS_SECONDS = 300
MOMENT_SECONDS = 0.02
ADDRESS = re.compile(r"(tcp|tls|ws|wss)://[^/\s]+:\d{1,5}")
IN_ADVANCE = 4
"""Items that are on their way to every thread of the cluster."""

_one_at_a_time = Lock()


@dataclass(frozen=True)
class Edition:
    """What must be the same on a worker as here, so that its results are ours."""

    versions: Mapping[str, str]
    code: str


def grade(
    submissions: Iterable[Submission], secret: bytes, scheduler: str, limits: Limits, isolation: Isolation
) -> Iterator[tuple[Submission, Report | Exception]]:
    """Yield each submission with its report, or what kept a worker from making one; raises as `spread`."""
    work = partial(_graded_there, secret=secret, limits=limits, isolation=isolation, ours=edition())
    return spread(work, submissions, scheduler)


def spread(
    work: Callable[[Item], Outcome], items: Iterable[Item], scheduler: str
) -> Iterator[tuple[Item, Outcome | Exception]]:
    """Yield each item once, with what `work` makes of it on the cluster, or raises, as they are ready.

    What a lost worker was at is done again by another; what loses one worker after the other is yielded with
    the error.  Raises ValueError where the scheduler cannot be used, RuntimeError when it is lost, or has had
    no workers for long.
    """
    with _connected(scheduler) as client:
        from distributed import as_completed

        waiting, at_work = iter(items), dict[str, Item]()
        ready = as_completed(loop=client.loop, with_results=True, raise_errors=False)
        _submit(client, work, waiting, at_work, ready)
        for batch in _batches(client, ready):
            for future, result in batch:
                yield at_work.pop(future.key), _outcome(future, result)
            _submit(client, work, waiting, at_work, ready)


@cache
def edition() -> Edition:
    """Return what this machine grades with."""
    from autograder import grading, identity

    return Edition(grading.versions(), identity.code())


def _submit(
    client: Any,
    work: Callable[[Item], Outcome],
    waiting: Iterator[Item],
    at_work: dict[str, Item],
    ready: Any,
) -> None:
    """Send as many more items as the cluster, as large as it is now, can soon work on."""
    room = max(IN_ADVANCE * sum(client.nthreads().values()) - len(at_work), 0 if at_work else 1)
    for item in islice(waiting, room):
        future = client.submit(work, item, pure=False)
        at_work[future.key] = item
        ready.add(future)


def _batches(client: Any, ready: Any) -> Iterator[list[Any]]:
    """Yield what is ready, until nothing is at work; raises RuntimeError when nobody has worked for long."""
    seen = looked = monotonic()
    while not ready.is_empty():
        if ready.has_ready():
            yield ready.next_batch()
            continue
        sleep(MOMENT_SECONDS)
        if (now := monotonic()) - looked >= 1:
            looked, seen = now, now if client.nthreads() else seen
        if now - seen > WORKERLESS_SECONDS:
            raise RuntimeError(
                f"the scheduler has had no workers for {WORKERLESS_SECONDS} s; start some and grade again, "
                "what was graded is kept"
            )


@contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    """Return a client of a scheduler that has workers."""
    try:
        from distributed import Client
    except ImportError:
        raise ValueError('--scheduler needs dask; install it: pip install -e ".[cluster]"') from None
    if not ADDRESS.fullmatch(scheduler):
        raise ValueError(f"--scheduler {scheduler} is no address; write one such as tcp://host:8786")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(scheduler, timeout=PATIENCE_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        start = "start it with `dask scheduler`, or leave --scheduler out"
        raise ValueError(f"no scheduler answers at {scheduler} ({error}); {start}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
        except TimeoutError:
            start = f"`dask worker {scheduler} --nthreads 1`"
            raise ValueError(
                f"the scheduler at {scheduler} has no workers; start some with {start}"
            ) from None
        try:
            yield client
        except (CancelledError, OSError):  # among them distributed's CommClosedError
            gone = f"the scheduler at {scheduler} is gone; start it and grade again"
            raise RuntimeError(f"{gone}, what was graded is kept") from None


def _outcome(future: Any, result: Any) -> Any:
    """Return what became of an item; raises CancelledError when nobody knows any more."""
    if isinstance(result, CancelledError):
        raise result
    return result[1] if future.status == "error" else result


def _graded_there(
    submission: Submission, *, secret: bytes, limits: Limits, isolation: Isolation, ours: Edition
) -> Report:
    """Grade on a worker, one submission at a time; raises LinkError where the worker must not."""
    from autograder import grading

    with _one_at_a_time:
        if reason := _objection(isolation, edition(), ours):
            raise LinkError(reason)
        return grading.grade(submission, secret, limits, isolation)


def _objection(isolation: Isolation, theirs: Edition, ours: Edition) -> str:
    """Return why a worker must not grade, or ""."""
    for name, version in ours.versions.items():
        if theirs.versions.get(name) != version:
            return f"a worker has {name} {theirs.versions.get(name)}, not {version}; install the same there"
    if theirs.code != ours.code:
        return "a worker has another edition of the course; install there what is installed here"
    if isolation is Isolation.SANDBOX and (reason := _sandbox()):
        return f"the sandbox cannot be used on a worker: {reason}"
    return ""


@cache
def _sandbox() -> str:
    from autograder.link.selftest import available

    return available()
