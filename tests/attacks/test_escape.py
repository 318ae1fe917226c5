"""What hostile code may do to the machine: nothing. The same code without the sandbox shows what it adds."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.link import warm
from autograder.link.isolation import Isolation
from autograder.link.remote import Remote

ESCAPE = "s1_1_escape"
AS_ROOT = os.getuid() == 0
HARMLESS_OUTSIDE = (
    "connect_by_ipv4",
    "send_a_datagram",
    "connect_to_a_unix_socket",
    "connect_to_an_abstract_socket",
    "survive_the_grader",
    "try_rare_system_calls",
    "signal_others",
    "find_programs",
    "start_a_program",
    "start_a_process",
    "leave_a_daemon",
    "write_outside",
    "write_over_own_package",
    "write_over_the_worker",
)
ROOTS_WITHOUT_IT = (
    "make_a_user_namespace",
    "change_the_root",
    "become_root",
    "join_a_namespace",
    "write_to_the_kernel",
    "write_where_files_are_run",
)
ONLY_TRIED_INSIDE = (
    "connect_by_ipv6",
    "see_network_interfaces",
    "mount_a_file_system",
    "make_a_device",
    "write_over_libraries",
)


@pytest.mark.parametrize("attack", [*HARMLESS_OUTSIDE, *ROOTS_WITHOUT_IT, *ONLY_TRIED_INSIDE])
def test_nothing_is_achieved_and_nothing_gained(
    walled, loot, graded, responsive, private: Path, attack: str
) -> None:
    for trace in (private / "written", private / "daemon"):
        trace.unlink(missing_ok=True)
    assert not loot(walled, ESCAPE, attack)
    assert graded(walled, ESCAPE, attack).points == 0
    assert responsive(walled)
    assert {path.name for path in private.iterdir()} == {"secret.key", "socket"}


@pytest.mark.parametrize("attack", [*HARMLESS_OUTSIDE, *ROOTS_WITHOUT_IT, *ONLY_TRIED_INSIDE])
def test_a_sandbox_without_a_zygote_holds_too(cold, loot, attack: str) -> None:
    assert not loot(cold, ESCAPE, attack)


@pytest.mark.parametrize("attack", [*HARMLESS_OUTSIDE, *(ROOTS_WITHOUT_IT if AS_ROOT else ())])
def test_without_the_sandbox_it_is_achieved(bare, loot, private: Path, attack: str) -> None:
    assert loot(bare, ESCAPE, attack)
    if attack == "leave_a_daemon":
        wait_until((private / "daemon").exists, 20)


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not holds() and time.monotonic() < ends:
        time.sleep(0.02)
    assert holds()


@pytest.mark.parametrize("split_off", [True, False])
def test_a_closed_sandbox_leaves_no_process_and_no_file(
    zygote, staged, descendants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, split_off: bool
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(descendants())
    remote = Remote.start(staged, isolation=Isolation.SANDBOX, zygote=zygote if split_off else None)
    started = set(descendants()) - before
    assert len(started) == 2, "the worker, and its keeper or bubblewrap"
    remote.close()
    wait_until(lambda: set(descendants()) == before)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("split_off", "processes"), [(True, 4), (False, 2)])
def test_the_sandbox_dies_with_the_grader(
    zygote, staged, descendants, split_off: bool, processes: int
) -> None:
    """A grader that is killed leaves no worker behind, although it could not clean up."""
    reading, writing = os.pipe()
    grader = os.fork()
    if grader == 0:
        Remote.start(staged, isolation=Isolation.SANDBOX, zygote=warm.zygote() if split_off else None)
        os.write(writing, " ".join(map(str, descendants())).encode())
        time.sleep(60)
        os._exit(0)
    orphans = [int(pid) for pid in os.read(reading, 1_000).split()]
    assert len(orphans) == processes
    os.kill(grader, 9)
    os.waitpid(grader, 0)
    wait_until(lambda: not any(map(alive, orphans)))
    for descriptor in (reading, writing):
        os.close(descriptor)


def alive(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
