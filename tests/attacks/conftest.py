"""Hostile and odd submissions, graded for real: a few workers, shared, because each imports torch."""

import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder import syllabus
from autograder.checks.reference import Live
from autograder.checks.session import Terms, run
from autograder.link import warm
from autograder.link.failures import Raised
from autograder.link.isolation import Isolation
from autograder.link.limits import Limits
from autograder.link.nursery import Zygote
from autograder.link.remote import Remote
from autograder.link.selftest import available
from autograder.link.staging import stage
from autograder.results import ExerciseResult
from autograder.submissions import Submission

FOLDER = Path(__file__).with_name("students")
REPOSITORY = Path(__file__).parents[2]
FORWARD = "part_a.s1_1_forward"
SECRET = b"attackers do not know this"
TIGHT = Limits(
    call_seconds=5,
    restarts=1_000,
    strikes=50,
    memory_bytes=3 * 2**29,
    disk_bytes=32 * 2**20,
    disk_files=5_000,
    file_bytes=64 * 2**20,
)


@pytest.fixture(scope="session")
def sandboxed() -> None:
    """Skip, with the reason, where the sandbox cannot be used."""
    if reason := available():
        pytest.skip(f"the sandbox cannot be used: {reason}")


@pytest.fixture(scope="session")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of the grader's, with a secret in it and nothing written by anybody else."""
    folder = tmp_path_factory.mktemp("grader")
    (folder / "secret.key").write_text(secrets.token_hex(16))
    return folder


@pytest.fixture(scope="session")
def listeners(private: Path) -> Iterator[dict[str, Any]]:
    """Listen on every kind of socket; give the ports."""
    kinds = {"PORT": (socket.AF_INET, ("127.0.0.1", 0)), "UNIX": (socket.AF_UNIX, f"{private}/socket")}
    if socket.has_ipv6 and Path("/proc/net/if_inet6").exists():
        kinds["PORT_6"] = (socket.AF_INET6, ("::1", 0))
    with ExitStack() as stack:
        ports = {"PORT_6": 0}
        for name, (family, address) in kinds.items():
            listener = stack.enter_context(closing(socket.socket(family)))
            listener.bind(address)
            listener.listen()
            ports[name] = listener.getsockname()[1] if name.startswith("PORT") else 0
        abstract = stack.enter_context(closing(socket.socket(socket.AF_UNIX)))
        abstract.bind(f"\0course-attacks-{ports['PORT']}")
        abstract.listen()
        yield ports


@pytest.fixture(scope="session")
def staged(private: Path, listeners: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the attackers' package; they know where everything is."""
    known = {"REPOSITORY": REPOSITORY, "PRIVATE": private, "HOME": Path.home(), **listeners}
    files = {f"part_a/{path.name}": filled(path, known) for path in sorted(FOLDER.glob("part_a/*.py"))}
    return stage(Submission("mallory", files), tmp_path_factory.mktemp("staged") / "in")


def filled(path: Path, known: dict[str, Any]) -> bytes:
    text = path.read_text(encoding="utf-8")
    for name, value in known.items():
        text = text.replace(f"@{name}@", str(value))
    return text.encode()


@pytest.fixture(scope="session")
def zygote(sandboxed: None) -> Zygote | None:
    """Return what workers in the sandbox are split off from; None where a class is graded without."""
    return warm.zygote()


@pytest.fixture(scope="session")
def walled(zygote: Zygote | None, staged: Path) -> Iterator[Remote]:
    """Yield a worker in the sandbox, replaced whenever somebody breaks it."""
    with Remote.start(staged, limits=TIGHT, isolation=Isolation.SANDBOX, zygote=zygote) as remote:
        yield remote


@pytest.fixture(scope="module")
def cold(sandboxed: None, staged: Path) -> Iterator[Remote]:
    """Yield a worker in a sandbox of its own, as they are where no zygote can be used."""
    with Remote.start(staged, limits=TIGHT, isolation=Isolation.SANDBOX) as remote:
        yield remote


@pytest.fixture(scope="session")
def limited(zygote: Zygote | None, staged: Path) -> Iterator[Remote]:
    """Yield a worker in the sandbox that has little time for a call."""
    limits = replace(TIGHT, call_seconds=1.0)
    with Remote.start(staged, limits=limits, isolation=Isolation.SANDBOX, zygote=zygote) as remote:
        yield remote


@pytest.fixture(scope="session")
def tight() -> Limits:
    """Return limits under which attacks end soon."""
    return TIGHT


@pytest.fixture(scope="session")
def bare(staged: Path) -> Iterator[Remote]:
    """Yield a worker without the sandbox, to show what the sandbox adds."""
    with Remote.start(staged, limits=TIGHT, isolation=Isolation.PROCESS) as remote:
        yield remote


@dataclass
class Played:
    """Somebody's submission of section A 1.1 in which one of many functions plays `forward`."""

    remote: Remote
    file: str
    function: str
    isolation: str = "sandbox"

    def call(self, section: str, function: str, *args: Any, **kwargs: Any) -> Any:
        assert (section, function) == (FORWARD, "forward")
        return self.remote.call(f"part_a.{self.file}", self.function, *args, **kwargs)

    def output(self) -> str:
        return self.remote.output()

    def close(self) -> None:
        self.remote.close()


@pytest.fixture(scope="session")
def graded() -> Callable[[Remote, str, str], ExerciseResult]:
    """Return a function that grades one function of a file as if it were `forward`, on secret inputs."""

    def grade(remote: Remote, file: str, function: str) -> ExerciseResult:
        played = Played(remote, file, function)
        (result,) = run(played, Terms(Live(), SECRET), [syllabus.load().section("1.1")])
        return result

    return grade


@pytest.fixture(scope="session")
def loot() -> Callable[[Remote, str, str], Any]:
    """Return a function that calls another in a worker and returns what it found, [] where it was refused."""

    def take(remote: Remote, file: str, function: str) -> Any:
        try:
            return remote.call(f"part_a.{file}", function) or []
        except Raised as error:
            if not {"OSError", "AttributeError"} & set(error.bases):
                raise
            return []

    return take


@pytest.fixture(scope="session")
def responsive() -> Callable[[Remote], bool]:
    """Return a function that tells whether the next call to a worker gets the right answer."""
    x_0, eps, alpha_bar = torch.ones(1, 3, 4, 4), torch.zeros(1, 3, 4, 4), torch.full((1000,), 0.25)

    def answers(remote: Remote) -> bool:
        x_t = remote.call("part_a.s1_1_oddities", "forward", [x_0, 3, alpha_bar, eps])
        return isinstance(x_t, torch.Tensor) and torch.equal(x_t, x_0 / 2)

    return answers


@pytest.fixture(scope="session")
def descendants() -> Callable[[], list[int]]:
    """Return a function that lists the processes that this one has started, and those started by them."""

    def below() -> list[int]:
        parents = {int(path.name): parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
        found = [os.getpid()]
        for pid in found:
            found += [child for child, above in parents.items() if above == pid]
        return found[1:]

    return below


def parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1
