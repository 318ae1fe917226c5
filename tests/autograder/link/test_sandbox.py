"""What the sandbox shows of the libraries: all of them but this project's."""

import os
import subprocess
from pathlib import Path

import pytest

from autograder.link.failures import LinkError
from autograder.link.isolation import Isolation
from autograder.link.launch import site_packages
from autograder.link.limits import Limits
from autograder.link.remote import Remote
from autograder.link.sandbox import Walled, python
from autograder.link.selftest import available


@pytest.fixture(autouse=True, scope="module")
def usable() -> None:
    if reason := available():
        pytest.skip(f"the sandbox cannot be used: {reason}")


def run(code: str, libraries: list[str], rooms: dict[Path, Path] | None = None) -> str:
    with Walled([python(), "-I", "-S", "-c", code], rooms or {}, libraries, Limits()) as walls:
        return subprocess.run(
            walls.command, pass_fds=walls.descriptors, capture_output=True, text=True, check=True, timeout=60
        ).stdout


def test_a_wheel_among_the_libraries_shows_nothing_of_ours(tmp_path: Path) -> None:
    for name in ("solutions", "autograder", "course", "torchlike"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("secret = 1\n")
    code = f"import os; os.chdir({str(tmp_path)!r}); print([n for n in os.listdir() if os.listdir(n)])"
    assert run(code, [*site_packages(), str(tmp_path)]).strip() == "['torchlike']"


def test_a_room_is_seen_under_its_new_name_and_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("hello")
    code = (
        "import os; print(open('/room/note').read(), os.access('/room/note', os.W_OK), os.path.exists("
        f"{str(tmp_path)!r}))"
    )
    assert run(code, [], {tmp_path: Path("/room")}).strip() == "hello False False"


def test_a_program_that_bubblewrap_cannot_start_is_our_error(
    staged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.link.sandbox.HOME", Path("/proc/no/such/place"))
    with pytest.raises(LinkError, match=r"cannot start: .*\nbwrap: Can't chdir"):
        Remote.start(staged, isolation=Isolation.SANDBOX)


def test_no_descriptor_is_left_behind(staged: Path) -> None:
    before = channels()
    Remote.start(staged, isolation=Isolation.SANDBOX).close()
    assert channels() == before


def channels() -> list[str]:
    """Return this process's pipes and handles of processes; what libraries open meanwhile is neither."""
    links = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    ends = [os.readlink(link) for link in links if os.path.islink(link)]
    return sorted(end for end in ends if end.startswith("pipe:") or "pidfd" in end)
