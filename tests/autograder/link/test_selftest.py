"""Why the sandbox cannot be used: each of its walls, taken down, is noticed."""

import os
import re
import shutil
import struct
import sysconfig
import tempfile
from pathlib import Path

import pytest

from autograder.link import sandbox, seccomp, selftest, warm
from autograder.link.selftest import available


@pytest.fixture(scope="module")
def usable() -> None:
    if reason := available():
        pytest.skip(f"the sandbox cannot be used: {reason}")


def required() -> bool:
    """Tell whether tests of the sandbox must not be skipped: where `.ci/run` says so, and in any other CI."""
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false", "no")
    return os.environ.get("COURSE_SANDBOX") == "required" or (in_ci and shutil.which("bwrap") is not None)


@pytest.mark.skipif(not required(), reason="only for CI: there the tests of the sandbox must not be skipped")
def test_the_sandbox_can_be_used_where_it_is_required() -> None:
    assert available() == ""
    assert warm.zygote() is not None, warm.why_not()


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
    monkeypatch.setattr(sandbox, "_hidden", lambda libraries, shelved: [])
    assert f"it can see {place}" in available()


def test_answers_among_the_libraries_are_noticed(
    usable: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "site-packages"
    (library / "solutions" / "part_a").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(library))
    assert available() == ""
    monkeypatch.setattr(sandbox, "_hidden", lambda libraries, shelved: [])
    assert re.search(r"it can see /libraries/\d+/solutions", available())


def test_libraries_seen_where_they_lie_are_noticed(
    usable: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "site-packages"
    (library / "torchlike").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(library))
    monkeypatch.setattr(sandbox, "FILES", (*sandbox.FILES, str(library)))
    assert f"it can see {library}" in available()


@pytest.mark.parametrize("place", ["/tmp", "/dev/shm"])
def test_python_where_student_code_writes_is_refused_in_words(
    usable: None, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with tempfile.TemporaryDirectory(dir=place) as folder:
        monkeypatch.setattr(sysconfig, "get_path", lambda name, **more: folder)
        reason = available()
    assert reason.startswith(
        f"Python itself lies in {folder}, and inside the sandbox {place} is another folder"
    )
    assert "install Python somewhere else" in reason
