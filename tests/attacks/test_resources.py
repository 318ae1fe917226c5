"""What hostile code may use up: its own share. The grader goes on, and says what was too much."""

import resource
import time
from dataclasses import replace

import pytest

from autograder.link.failures import Crashed
from autograder.link.isolation import Isolation
from autograder.link.remote import Remote

RESOURCES = "s1_1_resources"
ENDS = {
    "start_many_processes": "PermissionError",
    "start_many_threads": "threads at once; the limit is 256",
    "take_memory": "MemoryError",
    "fill_the_disk": "No space left on device",
    "fill_the_shared_memory": "No space left on device",
    "make_many_files": "files; the limit is 5,000",
    "make_a_huge_file": "File too large",
    "open_many_files": "Too many open files",
    "loop_in_threads": "longer than 1 s",
    "ignore_all_signals": "longer than 1 s",
    "hold_the_interpreter": "longer than 1 s",
    "flood_the_output": "longer than 1 s",
    "crash_the_interpreter": "SIGSEGV",
    "recurse_in_c": "",
}


@pytest.fixture(scope="module")
def crowd(limited, responsive, descendants) -> int:
    """Return how many processes there are below this one while all is well."""
    assert responsive(limited)
    return len(descendants())


@pytest.mark.parametrize("attack", ENDS)
def test_it_ends_within_its_limits(limited, graded, descendants, crowd: int, attack: str) -> None:
    began = time.monotonic()
    result = graded(limited, RESOURCES, attack)
    assert result.points == 0
    assert ENDS[attack] in result.checks[0].reason
    assert time.monotonic() - began < 30
    assert len(descendants()) <= crowd
    assert len(limited.output()) < 70_000


def test_memory_is_measured_from_outside(walled, graded) -> None:
    """Shared memory escapes the limit that the worker sets for itself."""
    result = graded(walled, RESOURCES, "take_shared_memory")
    assert result.points == 0
    assert "GiB of memory; the limit is 1.5" in result.checks[0].reason


def test_after_all_of_this_the_grader_answers(limited, responsive) -> None:
    assert responsive(limited)


@pytest.mark.slow
def test_processor_time_is_counted_over_all_calls(zygote, staged, tight) -> None:
    used = 6
    limits = replace(tight, cpu_seconds=used, call_seconds=used + 20)
    with (
        Remote.start(staged, limits=limits, isolation=Isolation.SANDBOX, zygote=zygote) as remote,
        pytest.raises(Crashed, match=f"{used} seconds of processor time"),
    ):
        remote.call(f"part_a.{RESOURCES}", "loop")


def test_the_grader_stays_small() -> None:
    """All of these attacks in one process, and it has never held more than torch and a few messages."""
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 2**20
