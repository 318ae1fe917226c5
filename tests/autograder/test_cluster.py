"""A cluster of dask: every submission is graded once, whatever becomes of the workers."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder import classroom, cluster, grading
from autograder.classroom import Grader
from autograder.cluster import Edition
from autograder.link.isolation import Isolation
from autograder.submissions import Submission

Client = pytest.importorskip("distributed", reason="dask is not installed").Client

ROOT = Path(__file__).parents[2]
HOST = """
import subprocess, sys, time
from distributed import LocalCluster

def worker(address):
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1"]
    return subprocess.Popen([*command, "--no-dashboard"])

if __name__ == "__main__":
    with LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        workers = [worker(cluster.scheduler_address) for _ in range(int(sys.argv[1]))]
        while True:
            time.sleep(0.1)
            workers = [w if w.poll() is None else worker(cluster.scheduler_address) for w in workers]
"""
WORK = """
import os, signal
from pathlib import Path

FOLDER = Path(__file__).parent

def work(item):
    '''Double a number; end the worker at some numbers, at each once, and at 13 always.'''
    mark = FOLDER / f"ended-{item}"
    if item == 13 or (item % 200 == 99 and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if item == 5:
        raise ValueError("five")
    return 2 * item
"""

Started = Callable[[int], tuple[str, subprocess.Popen[str]]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Started]:
    """A function that starts a cluster with so many workers; returns its address and its process."""
    processes: list[subprocess.Popen[str]] = []
    (tmp_path / "host.py").write_text(HOST)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}

    def started(workers: int) -> tuple[str, subprocess.Popen[str]]:
        process = subprocess.Popen(
            [sys.executable, "host.py", str(workers)],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        assert process.stdout is not None
        return process.stdout.readline().strip(), process

    yield started
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], int]:
    """Work that the workers can import too."""
    (tmp_path / "work_on_a_cluster.py").write_text(WORK)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "work_on_a_cluster", raising=False)
    from work_on_a_cluster import work  # type: ignore[import-not-found]

    return work  # type: ignore[no-any-return]


def arriving(count: int, seed: int) -> Iterator[int]:
    """Yield numbers at random moments, as submissions come in."""
    moments = random.Random(seed)
    for number in range(count):
        time.sleep(moments.expovariate(1_000))
        yield number


@pytest.mark.slow
def test_a_thousand_arrive_while_workers_are_killed(start: Started, work: Callable[[int], int]) -> None:
    address, _ = start(2)
    outcomes = list(cluster.spread(work, arriving(1_000, seed=29), address))
    assert sorted(item for item, _ in outcomes) == list(range(1_000))
    found = dict(outcomes)
    assert {item: value for item, value in found.items() if item not in (5, 13)} == {
        item: 2 * item for item in range(1_000) if item not in (5, 13)
    }
    assert str(found[5]) == "five"
    assert type(found[13]).__name__ == "KilledWorker"


@pytest.mark.slow
def test_a_lost_scheduler_is_told(start: Started, work: Callable[[int], int]) -> None:
    address, process = start(1)
    outcomes = cluster.spread(work, arriving(13, seed=1), address)
    next(outcomes)
    os.killpg(process.pid, signal.SIGKILL)
    with pytest.raises(RuntimeError, match=rf"the scheduler at {address} is gone; start it and grade again"):
        list(outcomes)


@pytest.mark.slow
def test_a_cluster_whose_workers_are_gone_is_told(start: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "WORKERLESS_SECONDS", 2)
    address, _ = start(1)
    monkeypatch.setattr(Client, "nthreads", lambda client: {})
    with pytest.raises(RuntimeError, match=r"has had no workers for 2 s; start some and grade again"):
        list(cluster.spread(time.sleep, [30], address))


@pytest.mark.slow
def test_a_class_is_graded_there_and_not_again(start: Started, tmp_path: Path) -> None:
    address, _ = start(1)
    grader = Grader(scheduler=address, isolation=Isolation.PROCESS)
    (report,) = classroom.grade([Submission("nobody")], tmp_path / "out", grader)
    gone = Grader(scheduler="tcp://127.0.0.1:9", isolation=Isolation.PROCESS)
    assert classroom.grade([Submission("nobody")], tmp_path / "out", gone) == [report]
    assert (report.total, report.graded, report.isolation) == (0, True, "process")
    here = Grader(isolation=Isolation.PROCESS)
    assert classroom.grade([Submission("nobody")], tmp_path / "out", here) == [report]


@pytest.mark.slow
def test_a_scheduler_without_workers(start: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 2)
    address, _ = start(0)
    with pytest.raises(
        ValueError, match=rf"the scheduler at {address} has no workers; start some with `dask"
    ):
        list(cluster.spread(str, [1], address))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "tcp://nowhere.invalid:8786"])
def test_a_scheduler_that_is_not_there(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 1)
    with pytest.raises(
        ValueError, match=rf"no scheduler answers at {address} .*; start it with `dask scheduler`"
    ):
        list(cluster.spread(str, [1], address))


@pytest.mark.parametrize("address", ["nonsense", "http://x", "tcp://host", "tcp://:8786/", "host:8786", ""])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(
        ValueError, match=rf"--scheduler {address} is no address; write one such as tcp://host"
    ):
        list(cluster.spread(str, [1], address))


def test_without_dask_it_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"--scheduler needs dask; install it: pip install"):
        list(cluster.spread(str, [1], "tcp://127.0.0.1:9"))


OURS = Edition({"python": "3.11.2", "torch": "2.9.1"}, "a digest")


@pytest.mark.parametrize(
    ("theirs", "reason"),
    [
        (OURS, ""),
        (
            Edition({**OURS.versions, "torch": "2.5"}, "a digest"),
            "a worker has torch 2.5, not 2.9.1; install",
        ),
        (Edition({"torch": "2.9.1"}, "a digest"), "a worker has python None, not 3.11.2; install"),
        (Edition(OURS.versions, "another"), "a worker has another edition of the course; install there"),
    ],
)
def test_a_worker_that_is_not_like_us_must_not_grade(theirs: Edition, reason: str) -> None:
    said = cluster._objection(Isolation.PROCESS, theirs, OURS)
    assert said.startswith(reason)
    assert bool(said) is bool(reason)


def test_a_worker_without_a_sandbox_must_not_grade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_sandbox", lambda: "bubblewrap is not there")
    said = cluster._objection(Isolation.SANDBOX, OURS, OURS)
    assert said == "the sandbox cannot be used on a worker: bubblewrap is not there"


def test_what_a_worker_refuses_is_ungraded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(work, items, scheduler):
        return ((item, cluster.LinkError("a worker has torch 2.5")) for item in items)

    monkeypatch.setattr(cluster, "spread", refuse)
    (report,) = grading.grade_class([Submission("ada")], b"a secret of this test", scheduler="tcp://x:1")
    assert not report.graded
    assert "a worker has torch 2.5" in report.exercises[0].checks[0].reason
