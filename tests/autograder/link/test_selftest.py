"""Why the sandbox cannot be used: each of its walls, taken down, is noticed."""

import shutil
import struct
import tempfile
from pathlib import Path

import pytest

from autograder.link import sandbox, seccomp, selftest
from autograder.link.selftest import available


@pytest.fixture(scope="module")
def usable() -> None:
    if reason := available():
        pytest.skip(f"the sandbox cannot be used: {reason}")


def test_without_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "apt-get install bubblewrap" in available()


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("bwrap: Unknown option --size", "install a newer one"),
        ("bwrap: No permissions to create new namespace", "user.max_user_namespaces"),
        ("bwrap: setting up uid map: Permission denied", "apparmor_restrict_unprivileged_userns"),
        ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", "--privileged"),
        ("bwrap: prctl(PR_SET_SECCOMP): Invalid argument", "CONFIG_SECCOMP_FILTER"),
    ],
)
def test_what_bubblewrap_says_comes_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, remedy: str
) -> None:
    script = tmp_path / "bwrap"
    script.write_text(f'#!/bin/sh\necho "{said}" >&2\nexit 1\n')
    script.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(script))
    reason = available()
    assert said in reason
    assert remedy in reason


@pytest.mark.parametrize(
    ("name", "weaker", "noticed"),
    [
        ("APART", sandbox.APART.replace("--unshare-net ", ""), "shares net"),
        ("APART", sandbox.APART.replace("--unshare-ipc ", ""), "shares ipc"),
        ("ALONE", f"{sandbox.ALONE} --cap-add CAP_KILL", "capabilities"),
        ("ALONE", f"{sandbox.ALONE} --setenv SECRET sesame", "SECRET"),
        ("FILES", (*sandbox.FILES, "/etc/passwd"), "/etc/passwd"),
        ("FILES", (*sandbox.FILES, tempfile.gettempdir()), "canary"),
    ],
)
def test_a_weaker_sandbox_is_noticed(
    usable: None, monkeypatch: pytest.MonkeyPatch, name: str, weaker: object, noticed: str
) -> None:
    monkeypatch.setattr(sandbox, name, weaker)
    assert noticed in available()


def test_a_filter_that_allows_everything_is_noticed(usable: None, monkeypatch: pytest.MonkeyPatch) -> None:
    allow = struct.pack("=HBBI", seccomp.RETURN, 0, 0, seccomp.ALLOW)
    monkeypatch.setattr(seccomp, "program", lambda: allow)
    assert "it can start processes" in available()


def test_a_readable_repository_is_noticed(usable: None, monkeypatch: pytest.MonkeyPatch) -> None:
    place = str(Path(selftest.__file__).resolve().parents[1])
    monkeypatch.setattr(sandbox, "FILES", (*sandbox.FILES, place))
    monkeypatch.setattr(sandbox, "_our_packages", lambda libraries: [])
    monkeypatch.setattr(sandbox, "_hidden", lambda paths, seen: [])
    assert f"it can see {place}" in available()
