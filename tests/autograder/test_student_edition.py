"""What students get works without the answers, and says what the whole course says."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from autograder import practice, syllabus
from autograder.checks.reference import AnswerKey
from autograder.checks.session import Terms, run
from autograder.cli import terminal
from autograder.link.local import Local
from autograder.release.edition import build_student_edition
from autograder.results import ExerciseResult

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from importlib.util import find_spec
assert find_spec("solutions") is None and find_spec("autograder.misconceptions") is None
import autograder, course
assert all(module.__file__.startswith(EDITION) for module in (autograder, course))
sys.argv[0] = "course"
from autograder.cli.student import main
main()
"""
WRONG = {
    "s1_1_forward.py": ("(1 - alpha_bar_t).sqrt() * eps", "(1 - alpha_bar_t) * eps"),
    "s1_4_iterative.py": ("beta = 1 - alpha\n", "beta = 1 - alpha_bar_t\n"),
    "s1_8_anagrams.py": ("image.flip(-2, -1)", "image[0]"),
}


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("release") / "student"
    build_student_edition(ROOT, into)
    return into


@pytest.fixture(scope="module")
def at_home(edition: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs `course …` in a process that can import the edition and libraries only."""
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(edition.parent),
        "PYTHONPATH": os.pathsep.join([str(edition), *libraries]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "400",
        "CI": "true",  # where Hypothesis changes its defaults; the examples must not change with them
        "LANG": "C.UTF-8",
    }

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-S", "-P", "-c", f"EDITION = {str(edition)!r}\n{PROGRAM}", *words],
            cwd=edition.parent,
            env=environment,
            capture_output=True,
            text=True,
        )

    return command


@pytest.fixture
def in_the_repository(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return a function that checks the sections in a folder here and returns what a student would read."""
    monkeypatch.setattr(terminal, "console", Console(highlight=False, width=400))

    def said(implementation: Local) -> str:
        results = run(implementation, Terms(AnswerKey()), syllabus.load().sections)
        results = tuple(plain(result) for result in results)
        terminal.show(results, all_checks=True)
        return f"{capsys.readouterr().out}\n{practice.worth(results)}\n"

    return said


def test_stubs_fail_with_the_same_words(at_home, in_the_repository) -> None:
    ended = at_home("check", "-v")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout == in_the_repository(Local("course"))
    assert ended.stdout.endswith("\n0 of 100 points, 0 of 20 extra points\n")


def plain(result: ExerciseResult) -> ExerciseResult:
    """Return the result without what the pytest of this test adds to assertions in a check."""
    checks = (replace(check, reason=check.reason.partition("\nassert ")[0]) for check in result.checks)
    return replace(result, checks=tuple(checks))


def put(files: dict[str, bytes], *places: Path) -> None:
    for place in places:
        for name, content in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)


def test_the_references_files_pass(at_home, edition: Path, reference_files) -> None:
    put(reference_files(), edition / "course")
    ended = at_home("check")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.endswith("\n100 of 100 points, 20 of 20 extra points\n")


def test_wrong_answers_fail_with_the_same_words(
    at_home, edition: Path, in_the_repository, reference_files, tmp_path: Path
) -> None:
    put(reference_files(**WRONG), edition / "course", tmp_path)
    ended = at_home("check", "-v")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout == in_the_repository(Local.of_folder(tmp_path))
    assert "this needs your denoise_step (section A 1.4), which fails; mend it first" in ended.stdout
    assert "the result has the shape" in ended.stdout
    assert "ungraded" not in ended.stdout


def test_the_reference_is_not_there_to_be_asked(at_home) -> None:
    ended = at_home("check", "1.1", "--using", "solutions")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Error: --using solutions: it is not part of this edition")


def test_hints_and_list_work(at_home) -> None:
    assert at_home("hint", "forward").returncode == 0
    assert "A 1.1" in at_home("list").stdout
