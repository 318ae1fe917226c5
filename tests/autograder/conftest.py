"""Submissions made from the reference, a shorter course, and a pool without processes."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from autograder import pool, syllabus
from autograder.syllabus import Syllabus

REFERENCE = Path(__file__).parents[2] / "solutions"


@pytest.fixture(scope="session")
def reference_files() -> Callable[..., dict[str, bytes]]:
    """Return a function that returns the reference's files, with (old, new) texts replaced in Part A's."""

    def edited(**edits: tuple[str, str]) -> dict[str, bytes]:
        folders = [part.folder for part in syllabus.load().parts]
        paths = [path for folder in folders for path in sorted((REFERENCE / folder).glob("s*.py"))]
        files = {f"{path.parent.name}/{path.name}": path.read_text() for path in paths}
        for name, (old, new) in edits.items():
            assert files[f"part_a/{name}"].count(old) == 1, f"{name} holds {old!r} not once"
            files[f"part_a/{name}"] = files[f"part_a/{name}"].replace(old, new)
        return {name: text.encode() for name, text in files.items()}

    return edited


@pytest.fixture
def first_sections(monkeypatch: pytest.MonkeyPatch) -> Syllabus:
    """Make the course as short as its first three sections with formulas."""
    table = syllabus.load()
    short = Syllabus(table.parts, tuple(table.section(name) for name in ("1.1", "1.2", "1.3")))
    monkeypatch.setattr(syllabus, "load", lambda: short)
    return short


class AtOnce:
    """A pool that works at once, in this process."""

    def __init__(self, *settings: object) -> None:
        self.settings = settings

    def __enter__(self) -> "AtOnce":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def submit(self, function: Callable, *args: object) -> Future:
        future: Future = Future()
        try:
            future.set_result(function(*args))
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a class be graded in this process, where what a test replaced is replaced."""
    monkeypatch.setattr(pool, "ProcessPoolExecutor", AtOnce)
