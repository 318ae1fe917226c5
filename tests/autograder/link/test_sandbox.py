"""What the sandbox shows of the libraries: all of them but this project's, at places of their own."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.link.failures import LinkError
from autograder.link.isolation import Isolation
from autograder.link.launch import site_packages
from autograder.link.limits import Limits
from autograder.link.nursery import Zygote
from autograder.link.remote import Remote
from autograder.link.sandbox import SYSTEM, Walled, python, search_path, shelves
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


def packages(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("secret = 1\n")


@pytest.fixture(params=["/tmp", "/dev/shm"])
def below(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Yield a folder below one of those that student code writes to, as they are called inside."""
    with tempfile.TemporaryDirectory(dir=request.param) as folder:
        yield Path(folder)


@pytest.fixture
def borrowed(below: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return such a folder with a library, torchlike, that is among the installed ones."""
    folder = below / "site-packages"
    packages(folder, "torchlike")
    monkeypatch.syspath_prepend(str(folder))
    return folder


BORROWING = b"""
import os

def forward(outside):
    known = os.path.exists(outside)
    import torchlike
    return [torchlike.__file__, torchlike.secret, known]
"""


@pytest.mark.parametrize("warm", [True, False])
def test_libraries_below_tmp_are_imported_when_they_are_wanted(
    borrowed: Path, request: pytest.FixtureRequest, stage_files: Callable[..., Path], warm: bool
) -> None:
    assert available() == ""
    staged = stage_files({"part_a/s1_1_forward.py": BORROWING})
    seen = f"{shelves(site_packages())[site_packages().index(str(borrowed))]}/torchlike/__init__.py"
    own = warm and request.getfixturevalue("zygote") and Zygote(Limits())
    with Remote.start(staged, isolation=Isolation.SANDBOX, zygote=own or None) as remote:
        assert remote.call("part_a.s1_1_forward", "forward", [str(borrowed)]) == [seen, 1, False]
    if own:
        assert own.alive, "it was used"
        own.close()


def test_modules_are_looked_for_where_the_libraries_are_inside() -> None:
    outside = ["/somewhere/site-packages", "/tmp/else"]
    assert search_path(outside) == ["/runtime", "/submission", "/libraries/0", "/libraries/1"]


def test_a_wheel_among_the_libraries_shows_nothing_of_ours(tmp_path: Path) -> None:
    packages(tmp_path, "solutions", "autograder", "course", "torchlike")
    libraries = [*site_packages(), str(tmp_path)]
    code = (
        f"import os; os.chdir({shelves(libraries)[-1]!r}); print([n for n in os.listdir() if os.listdir(n)])"
    )
    assert run(code, libraries).strip() == "['torchlike']"


def test_a_repository_among_the_libraries_is_not_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages(tmp_path, "torchlike", "src/repository/notes", "src/repository/solutions")
    monkeypatch.setattr("autograder.link.sandbox._repository", lambda: tmp_path / "src" / "repository")
    code = "import os; print(os.listdir('/libraries/0/torchlike'), os.listdir('/libraries/0/src/repository'))"
    assert run(code, [str(tmp_path)]).strip() == "['__init__.py'] []"


def test_an_editable_install_beside_the_systems_libraries_is_not_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages(tmp_path, "lib/repository/solutions", "lib/python3/dist-packages/installed", "lib/other")
    monkeypatch.setattr("autograder.link.sandbox.SYSTEM", (*SYSTEM, str(tmp_path / "lib")))
    monkeypatch.setattr("autograder.link.sandbox.HOME", Path("/home"))
    monkeypatch.setattr("autograder.link.sandbox._repository", lambda: tmp_path / "lib" / "repository")
    library = tmp_path / "lib" / "python3" / "dist-packages"
    tops = [library.parents[1] / "repository", library, library.parents[1] / "other", "/libraries/0"]
    code = f"import os; print([os.listdir(top) for top in {list(map(str, tops))}])"
    assert run(code, [str(library)]).strip() == "[[], [], ['__init__.py'], ['installed']]"


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
