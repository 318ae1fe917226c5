"""A student works through the edition: what is next, checks on save, and a stub put back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.release.edition import student_files
from autograder.release.folders import Files

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-c", "from autograder.cli.student import main; main()"]
FORWARD = "course/part_a/s1_1_forward.py"
NO_TERMINAL = {"PYTHONPATH": ".", "OMP_NUM_THREADS": "1", "COLUMNS": "120", "NO_COLOR": "1"}

Course = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def handed_out() -> Files:
    """The student edition's files without its model, which no check needs."""
    return {path: content for path, content in student_files(ROOT).items() if "emoji_if" not in path.parts}


@pytest.fixture
def home(handed_out: Files, tmp_path: Path) -> Path:
    """A student's folder with the edition, untouched."""
    for path, content in handed_out.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


@pytest.fixture
def course(home: Path) -> Course:
    """The command `course`, at work in the edition."""

    def run(*words: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        environment = os.environ | NO_TERMINAL
        options = {"cwd": home, "env": environment, "input": answer, "capture_output": True, "text": True}
        return subprocess.run([*COMMAND, *words], timeout=120, check=False, **options)  # type: ignore[call-overload]

    return run


def solve(home: Path, *sections: str, part: str = "part_a") -> None:
    for section in sections:
        solution = (ROOT / "solutions" / part / section).read_bytes()
        (home / "course" / part / section).write_bytes(solution)


def test_next_names_the_first_exercise_that_does_not_pass(home: Path, course: Course) -> None:
    solve(home, "s0_generation.py", "s1_2_blur.py")
    said = course("next")
    assert said.returncode == 1
    assert "Next, in A 1.1 · The forward process: course/part_a/s1_1_forward.py" in said.stdout
    assert "a1.1.forward  0 of 3 points" in said.stdout
    assert "course hint a1.1.forward" in said.stdout
    assert "a1.3" not in said.stdout
    assert said.stderr == ""


def test_next_says_well_done_when_everything_passes(home: Path, course: Course) -> None:
    for part in ("part_a", "part_b", "extension"):
        solve(home, *(path.name for path in (ROOT / "solutions" / part).glob("s*.py")), part=part)
    said = course("next")
    assert (said.returncode, said.stderr) == (0, "")
    assert "Well done" in said.stdout


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_reset_leaves_the_file_of_those_who_do_not_say_yes(home: Path, course: Course, answer: str) -> None:
    (home / FORWARD).write_text("mine")
    said = course("reset", "1.1", answer=answer)
    assert (home / FORWARD).read_text() == "mine"
    assert "Traceback" not in said.stdout + said.stderr
    assert not list(home.rglob("*.bak"))


@pytest.mark.parametrize(("words", "answer"), [(["--yes"], ""), ([], "y\n")])
def test_reset_puts_the_stub_back(home: Path, course: Course, words: list[str], answer: str) -> None:
    fresh = (home / FORWARD).read_text(encoding="utf-8")
    (home / FORWARD).write_text("mine")
    said = course("reset", "a1.1", *words, answer=answer)
    assert said.returncode == 0
    assert (home / FORWARD).read_text(encoding="utf-8") == fresh
    assert (home / f"{FORWARD}.1.bak").read_text() == "mine"
    assert f"Your file is now: {FORWARD}.1.bak" in said.stdout


def test_reset_of_an_untouched_stub_keeps_no_copy(home: Path, course: Course) -> None:
    said = course("reset", "1.1")
    assert said.returncode == 0
    assert "still the stub" in said.stdout
    assert not list(home.rglob("*.bak"))


def test_reset_of_no_section_is_refused(course: Course) -> None:
    said = course("reset", "9.9")
    assert said.returncode == 2
    assert "no section is called '9.9'" in said.stderr


def test_watch_checks_again_on_save_and_ends_with_ctrl_c(home: Path) -> None:
    log = home / "watch.log"
    with log.open("w") as output:
        watching = subprocess.Popen(
            [*COMMAND, "watch", "1.1"], cwd=home, env=os.environ | NO_TERMINAL, stdout=output, stderr=output
        )
    try:
        until(log, "0 of 3 points")
        (home / "course/part_a/.s1_1_forward.py.swp").write_text("an editor's own")
        solve(home, "s1_1_forward.py")
        until(log, "3 of 3 points")
    finally:
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=30) == 0
    said = log.read_text(encoding="utf-8")
    assert "s1_1_forward.py saved; checking again" in said
    assert said.rstrip().endswith("No longer watching.")
    assert "Traceback" not in said
    assert "already dead" not in said


def until(log: Path, words: str) -> None:
    """Wait for the words to be written."""
    for _ in range(600):
        if words in log.read_text(encoding="utf-8"):
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))
