"""What submissions split off from one zygote may do to each other, and to it: nothing."""

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.link.failures import Crashed, TimedOut
from autograder.link.isolation import Isolation
from autograder.link.limits import Limits
from autograder.link.nursery import Zygote
from autograder.link.remote import Remote
from autograder.link.staging import stage
from autograder.submissions import Submission

SIBLINGS, DIARY = "part_a.s1_1_siblings", "part_a.s1_1_diary"
ATTACKS = (
    "see_other_processes",
    "signal_each_number",
    "signal_everybody",
    "signal_the_group",
    "hold_other_processes",
    "find_diaries_on_disk",
    "find_diaries_in_memory",
    "find_leftover_files",
    "find_leftover_changes",
    "find_leftover_environment",
    "use_foreign_descriptors",
    "speak_to_the_zygote",
    "uncover_what_the_zygote_has",
    "make_it_writable",
    "regain_capabilities",
    "change_its_own_user",
    "join_its_keepers_processes",
    "split_off_from_the_zygotes_program",
)
ENDS = {
    "s1_1_resources": ("crash_the_interpreter", "ignore_all_signals"),
    "s1_1_channel": ("close_everything",),
}
SOURCE = b"""from .s1_1_siblings import *

ENTRY = "@ENTRY@"


def entry(*args):
    return ENTRY
"""


@pytest.fixture(scope="module")
def needed(zygote: Zygote | None) -> Zygote:
    if zygote is None:
        pytest.skip("there can be no zygote here, so there are no siblings")
    return zygote


@pytest.fixture(scope="module")
def secret() -> str:
    return f"diary-{secrets.token_hex(8)}"


@pytest.fixture(scope="module")
def patient(tight: Limits) -> Limits:
    """Return limits under which a process can be searched, however busy the machine."""
    return replace(tight, call_seconds=60)


@pytest.fixture(scope="module")
def diarist(needed: Zygote, staged: Path, secret: str, patient, tmp_path_factory: pytest.TempPathFactory):
    """Yield the worker of somebody with a secret, who also leaves traces wherever that is possible."""
    siblings = (staged / "course/part_a/s1_1_siblings.py").read_bytes()
    diary = SOURCE.replace(b"@ENTRY@", secret.encode())
    files = {"part_a/s1_1_siblings.py": siblings, "part_a/s1_1_diary.py": diary}
    folder = stage(Submission("anne", files), tmp_path_factory.mktemp("anne") / "in")
    with Remote.start(folder, limits=patient, isolation=Isolation.SANDBOX, zygote=needed) as remote:
        assert remote.call(DIARY, "entry") == secret
        assert remote.call(DIARY, "spoil_everything") == "spoilt"
        yield remote


@pytest.fixture(scope="module")
def neighbour(diarist: Remote, needed: Zygote, staged: Path, patient):
    """Yield the worker of somebody who came later, while the other still runs."""
    with Remote.start(staged, limits=patient, isolation=Isolation.SANDBOX, zygote=needed) as remote:
        yield remote


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_sibling_reaches_nobody(neighbour, diarist, needed, loot, responsive, secret, attack: str) -> None:
    assert not loot(neighbour, "s1_1_siblings", attack)
    assert responsive(neighbour)
    assert diarist.call(DIARY, "entry") == secret
    assert needed.alive


def test_the_searches_find_what_is_there(diarist, secret: str) -> None:
    """The control: the same searches, where the secret and the traces are."""
    assert secret in diarist.call(DIARY, "find_diaries_in_memory")
    assert diarist.call(DIARY, "find_diaries_on_disk")
    assert set(diarist.call(DIARY, "find_leftover_files")) == {"diary"}
    assert {"diary", "builtins", "os", "torch"} <= set(diarist.call(DIARY, "find_leftover_changes"))
    assert diarist.call(DIARY, "find_leftover_environment") == ["DIARY"]


def test_the_traces_of_the_dead_are_gone_too(needed, staged, secret, patient, loot, tmp_path: Path) -> None:
    files = {"part_a/s1_1_siblings.py": (staged / "course/part_a/s1_1_siblings.py").read_bytes()}
    files["part_a/s1_1_diary.py"] = SOURCE.replace(b"@ENTRY@", b"diary-fedcba9876543210")
    folder = stage(Submission("late", files), tmp_path / "in")
    with Remote.start(folder, limits=patient, isolation=Isolation.SANDBOX, zygote=needed) as remote:
        assert remote.call(DIARY, "spoil_everything") == "spoilt"
    with Remote.start(staged, limits=patient, isolation=Isolation.SANDBOX, zygote=needed) as remote:
        for search in [attack for attack in ATTACKS if attack.startswith("find")]:
            assert not loot(remote, "s1_1_siblings", search)


def test_each_has_namespaces_of_its_own(neighbour, diarist, needed) -> None:
    ours = {name: os.readlink(f"/proc/self/ns/{name}") for name in neighbour.call(SIBLINGS, "spaces")}
    zygotes = {name: os.readlink(f"/proc/{needed.number}/ns/{name}") for name in ours}
    worlds = [neighbour.call(SIBLINGS, "spaces"), diarist.call(DIARY, "spaces"), zygotes, ours]
    assert all(len({world[name] for world in worlds}) == 4 for name in ours)


def test_who_comes_after_a_spoiler_gets_full_points(needed, staged, patient, graded) -> None:
    with Remote.start(staged, limits=patient, isolation=Isolation.SANDBOX, zygote=needed) as remote:
        assert remote.call(SIBLINGS, "spoil_everything") == "spoilt"
        assert graded(remote, "s1_1_oddities", "forward").points == 0
    with Remote.start(staged, limits=patient, isolation=Isolation.SANDBOX, zygote=needed) as remote:
        assert graded(remote, "s1_1_oddities", "forward").points == 3


@pytest.mark.parametrize(("file", "attack"), [(file, name) for file, names in ENDS.items() for name in names])
def test_an_end_by_force_takes_the_keeper_along(
    needed, diarist, secret, limited, responsive, descendants, file: str, attack: str
) -> None:
    assert responsive(limited)
    before = set(descendants())
    with pytest.raises((Crashed, TimedOut)):
        limited.call(f"part_a.{file}", attack)
    assert settled(lambda: len(before - set(descendants())) == 2)
    assert diarist.call(DIARY, "entry") == secret
    assert responsive(limited)
    assert settled(lambda: len(descendants()) == len(before))


def settled(holds: Callable[[], bool]) -> bool:
    """Wait a little: a keeper ends a moment after it has reported the end of its worker."""
    ends = time.monotonic() + 5
    while not holds() and time.monotonic() < ends:
        time.sleep(0.02)
    return holds()
