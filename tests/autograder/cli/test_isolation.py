"""How `autograder grade` and `autograder demo` hold student code, and what they refuse."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from autograder import classroom
from autograder.cli import instructor
from autograder.link.isolation import Isolation
from autograder.link.selftest import available
from autograder.submissions import Submission

NOTHING = [Submission("nobody", {"part_a/s1_1_forward.py": b"import os\n\nforward = os.listdir\n"})]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return a function that runs the command and returns its exit code and all it prints."""

    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["autograder", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            instructor.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), " ".join((printed.out + printed.err).split())

    return run


@pytest.fixture
def class_folder(tmp_path: Path) -> Path:
    for name, content in NOTHING[0].files.items():
        path = tmp_path / "in" / "nobody" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return tmp_path / "in"


@pytest.fixture
def no_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)


def test_less_than_a_sandbox_needs_trust(say, class_folder: Path, tmp_path: Path) -> None:
    code, printed = say("grade", class_folder, "--out", tmp_path / "out", "--isolation", "process")
    assert code == 2
    assert "--i-trust-this-code" in printed
    assert not (tmp_path / "out").exists()


def test_without_a_sandbox_nothing_is_graded(say, no_bubblewrap, class_folder: Path, tmp_path: Path) -> None:
    code, printed = say("grade", class_folder, "--out", tmp_path / "out")
    assert code == 2
    assert "apt-get install bubblewrap" in printed
    assert "--isolation process --i-trust-this-code" in printed
    assert not (tmp_path / "out").exists()


def test_another_level_is_refused(say, class_folder: Path, tmp_path: Path) -> None:
    code, printed = say("grade", class_folder, "--out", tmp_path / "out", "--isolation", "faith")
    assert code == 2
    assert "sandbox" in printed


def test_the_demo_says_why_it_does_without(
    say, no_bubblewrap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[Isolation] = []
    monkeypatch.setattr(classroom, "grade", lambda *args: held.append(args[-1].isolation) or [])
    code, printed = say("demo", "--out", tmp_path, "--no-gallery")
    assert (code, held) == (0, [Isolation.PROCESS])
    assert "bubblewrap (bwrap) is not there" in printed
    assert "our own code" in printed


@pytest.mark.parametrize("level", Isolation)
def test_the_level_stands_in_the_result(say, class_folder: Path, tmp_path: Path, level: Isolation) -> None:
    if level is Isolation.SANDBOX and (reason := available()):
        pytest.skip(f"the sandbox cannot be used: {reason}")
    trusting = ["--i-trust-this-code"] if level is Isolation.PROCESS else []
    code, _ = say("grade", class_folder, "--out", tmp_path / "out", "--isolation", level, *trusting)
    report = json.loads((tmp_path / "out/nobody/results.json").read_text())
    assert code == 0
    assert report["isolation"] == level
    assert report["total"] == 0
