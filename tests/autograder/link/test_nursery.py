"""A zygote: what it gives, what becomes of its workers when it dies, and what is done where there is none."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from autograder.link import nursery, sandbox, seccomp, warm
from autograder.link.failures import LinkError
from autograder.link.isolation import Isolation
from autograder.link.limits import Limits
from autograder.link.nursery import Zygote
from autograder.link.remote import Remote
from autograder.link.selftest import unfit

FORWARD = "part_a.s1_1_forward"
WEAKER = {
    "APART = NEW_MOUNTS | NEW_NAME | NEW_IPC | NEW_PROCESSES | NEW_NETWORK": (
        "APART = NEW_MOUNTS | NEW_NAME | NEW_IPC | NEW_PROCESSES",
        "shares net",
    ),
    "    unshare(NEW_USER)\n": ("    return\n", "shares user"),
    "REMOUNT | BIND | READ_ONLY | PLAIN | NO_PROGRAMS": (
        "REMOUNT | BIND | PLAIN | NO_PROGRAMS",
        "/proc/self/comm is writable",
    ),
    '    call("capset"': ('    0 and call("capset"', "capabilities"),
}


@pytest.fixture
def own(zygote: Zygote):
    """Yield a zygote that a test may kill; there is one only where the shared one could be started."""
    found = Zygote(Limits())
    yield found
    found.close()


def started(staged: Path, zygote: Zygote | None) -> Remote:
    return Remote.start(staged, isolation=Isolation.SANDBOX, zygote=zygote)


def test_a_worker_comes_at_once_and_answers(zygote: Zygote, staged: Path) -> None:
    began = time.monotonic()
    with started(staged, zygote) as remote:
        assert time.monotonic() - began < 1.5, "importing torch takes longer"
        assert remote.call(FORWARD, "same", [29]) == 29
        assert remote.isolation == "sandbox"


def test_no_descriptor_is_left_behind(zygote: Zygote, staged: Path) -> None:
    started(staged, zygote).close()
    before = sorted(os.listdir("/proc/self/fd"))
    started(staged, zygote).close()
    assert sorted(os.listdir("/proc/self/fd")) == before


def test_the_death_of_a_zygote_is_nobodys_fault(own: Zygote, staged: Path) -> None:
    with started(staged, own) as remote:
        os.kill(own.number, signal.SIGKILL)
        wait_for_the_end(own)
        with pytest.raises(LinkError, match="the process that held the worker has ended"):
            remote.call(FORWARD, "same", [29])
        assert remote.call(FORWARD, "same", [29]) == 29, "in a sandbox of its own"


def wait_for_the_end(zygote: Zygote) -> None:
    ends = time.monotonic() + 5
    while zygote.alive and time.monotonic() < ends:
        time.sleep(0.02)
    assert not zygote.alive


def test_closing_ends_it_and_its_workers(own: Zygote, staged: Path) -> None:
    with started(staged, own) as remote:
        inside = Path(f"/proc/{own.number}")
        assert inside.exists()
        own.close()
        own.close()
        assert not own.alive
        assert not inside.exists()
        with pytest.raises(LinkError):
            remote.call(FORWARD, "same", [29])


def test_a_fork_of_this_process_does_not_use_it(zygote: Zygote) -> None:
    child = os.fork()
    if child == 0:
        os._exit(zygote.alive)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert zygote.alive


def test_one_that_died_is_replaced(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "_ours", warm.Nursery())
    first = warm.zygote()
    assert first is warm.zygote()
    first.close()
    second = warm.zygote()
    assert second is not first
    assert second.alive
    second.close()


def test_where_namespaces_cannot_be_nested_each_worker_is_a_sandbox_of_its_own(
    zygote: Zygote, staged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "_ours", warm.Nursery())
    monkeypatch.setattr(sandbox, "BREEDING", "--dir /submission")
    assert warm.zygote() is None
    assert "unshare: Operation not permitted" in warm.why_not()
    assert warm.zygote() is None
    with started(staged, warm.zygote()) as remote:
        assert remote.call(FORWARD, "same", [29]) == 29
        assert remote.isolation == "sandbox"


def test_without_bubblewrap_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "_ours", warm.Nursery())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert warm.zygote() is None
    assert "apt-get install bubblewrap" in warm.why_not()


def test_outside_the_sandbox_there_is_none() -> None:
    assert warm.zygote(Isolation.PROCESS) is None


def test_one_that_cannot_start_says_why(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(nursery, "command_line", lambda *args: [sandbox.python(), "-c", "0 / 0"])
    with pytest.raises(OSError, match=r"did not become ready; it says: (?s:.*)ZeroDivisionError"):
        Zygote(Limits())
    assert sorted(os.listdir("/proc/self/fd")) == before


def test_a_filter_that_allows_everything_is_noticed(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    allow = seccomp.INSTRUCTION.pack(seccomp.RETURN, 0, 0, seccomp.ALLOW)
    assert unfit(zygote) == ""
    monkeypatch.setattr(seccomp, "program", lambda: allow)
    assert "it can start processes" in unfit(zygote)


@pytest.mark.parametrize("wall", WEAKER)
def test_a_weaker_wall_is_noticed(zygote: Zygote, monkeypatch: pytest.MonkeyPatch, wall: str) -> None:
    install = nursery.install_runtime
    hole, noticed = WEAKER[wall]

    def weaken(folder: Path) -> None:
        install(folder)
        text = (folder / "walls.py").read_text()
        assert text.count(wall) == 1
        (folder / "walls.py").write_text(text.replace(wall, hole))

    monkeypatch.setattr(warm, "_ours", warm.Nursery())
    monkeypatch.setattr(nursery, "install_runtime", weaken)
    assert warm.zygote() is None
    assert noticed in warm.why_not()
