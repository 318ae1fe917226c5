"""Staged submissions, and workers on them: as few as possible, because each one imports torch."""

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.link import launch, warm
from autograder.link.implementation import Implementation
from autograder.link.isolation import Isolation
from autograder.link.local import Local
from autograder.link.nursery import Zygote
from autograder.link.remote import Remote
from autograder.link.selftest import available
from autograder.link.staging import stage
from autograder.submissions import Submission

STUDENTS = Path(__file__).with_name("students")
REPOSITORY = Path(__file__).parents[3]
BROKEN = b"def broken(x:\n    return x\n"


def section_files() -> dict[str, bytes]:
    found = sorted(STUDENTS.glob("part_*/*.py"))
    files = {file.relative_to(STUDENTS).as_posix(): file.read_bytes() for file in found}
    return files | {"part_a/s1_3_broken.py": BROKEN}


@pytest.fixture(scope="session")
def stage_files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, bytes]], Path]:
    """Return a function that stages files."""

    def build(files: dict[str, bytes]) -> Path:
        return stage(Submission("somebody", files), tmp_path_factory.mktemp("staged") / "in")

    return build


@pytest.fixture(scope="session")
def staged(stage_files) -> Path:
    return stage_files(section_files())


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder like that of installed libraries where this project is installed as editable."""
    folder = tmp_path_factory.mktemp("site-packages")
    (folder / "editable.pth").write_text(f"{REPOSITORY}\n")
    return folder


@pytest.fixture(scope="session")
def worker(staged: Path, libraries: Path):
    """Yield one worker, for everything that leaves it alive."""
    installed = launch.site_packages()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launch, "site_packages", lambda: [*installed, str(libraries)])
        remote = Remote.start(staged)
    with remote:
        yield remote


@pytest.fixture(scope="session")
def sandboxed_worker(staged: Path):
    """Yield one worker in the sandbox, for everything that leaves it alive."""
    if reason := available():
        pytest.skip(f"the sandbox cannot be used: {reason}")
    with Remote.start(staged, isolation=Isolation.SANDBOX) as remote:
        yield remote


@pytest.fixture(scope="session")
def zygote() -> Zygote:
    """Return this process's zygote."""
    if reason := available():
        pytest.skip(f"the sandbox cannot be used: {reason}")
    if (found := warm.zygote()) is None:
        pytest.skip(f"there can be no zygote: {warm.why_not()}")
    return found


@pytest.fixture(params=["inprocess", "process", "sandbox"])
def code(request: pytest.FixtureRequest, staged: Path) -> Implementation:
    workers = {"process": "worker", "sandbox": "sandboxed_worker"}
    made = (
        Local.of_folder(staged / "course")
        if request.param == "inprocess"
        else request.getfixturevalue(workers[request.param])
    )
    assert made.isolation == request.param
    made.output()
    return made
