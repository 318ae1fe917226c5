"""Work spread over processes of this machine; a process that dies costs nobody else's work."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

Begin = Callable[[], None]


def spread(
    work: Callable[[Item], Outcome], items: Iterable[Item], jobs: int, begin: Begin
) -> Iterator[tuple[Item, Outcome | Exception]]:
    """Yield each item with what `work` makes of it, or raises, as they are ready; `jobs` at a time.

    When a process dies, all that were at work are tried again, one by one: what kills its process then too
    is yielded with BrokenProcessPool, the others as if nothing had happened.  begin: called in every process.
    When the caller stops listening, nothing more is begun.
    """
    waiting, suspects = iter(items), list[Item]()
    while True:
        yield from _until_one_dies(work, waiting, jobs, begin, suspects)
        if not suspects:
            return
        while suspects:
            yield suspects[0], _alone(work, suspects[0], begin)
            del suspects[0]


def _until_one_dies(
    work: Callable[[Item], Outcome], waiting: Iterator[Item], jobs: int, begin: Begin, suspects: list[Item]
) -> Iterator[tuple[Item, Outcome | Exception]]:
    """Yield outcomes until there are no more, or a process dies; then `suspects` are those at work."""
    with ProcessPoolExecutor(jobs, get_context("spawn"), begin) as pool:
        at_work: dict[Future[Outcome], Item] = {}
        while not suspects:
            for item in islice(waiting, jobs - len(at_work)):
                at_work[_submitted(pool, work, item)] = item
            if not at_work:
                return
            for future in wait(at_work, return_when=FIRST_COMPLETED).done:
                item, outcome = at_work.pop(future), _outcome(future)
                if isinstance(outcome, BrokenProcessPool):
                    suspects.append(item)
                else:
                    yield item, outcome
        suspects.extend(at_work.values())


def _alone(work: Callable[[Item], Outcome], item: Item, begin: Begin) -> Outcome | Exception:
    with ProcessPoolExecutor(1, get_context("spawn"), begin) as pool:
        return _outcome(_submitted(pool, work, item))


def _submitted(pool: ProcessPoolExecutor, work: Callable[[Item], Outcome], item: Item) -> Future[Outcome]:
    """Return the future of an item, broken from the beginning where the pool is."""
    try:
        return pool.submit(work, item)
    except BrokenProcessPool as error:
        broken: Future[Outcome] = Future()
        broken.set_exception(error)
        return broken


def _outcome(future: Future[Outcome]) -> Outcome | Exception:
    try:
        return future.result()
    except Exception as error:
        return error
