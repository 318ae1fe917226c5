"""What `autograder grade` says of a class, and of what would move."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import classroom, cluster, grading
from autograder.cli import instructor
from autograder.results import CheckResult, ExerciseResult, Report, Status
from autograder.submissions import Submission

TRUSTING = ("--isolation", "process", "--i-trust-this-code")


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Return a function that grades the folder `in` into `out`; returns exit code, words, complaints."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["autograder", "grade", "in", "--out", "out", *TRUSTING, *words])
        with pytest.raises(SystemExit) as ended:
            instructor.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, " ".join(printed.err.split())

    return run


@pytest.fixture
def ada(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file of a class of one, graded by the number that stands in it."""

    def grade_class(submissions: list[Submission], *_: object, **__: object) -> Iterator[Report]:
        for submission in submissions:
            points = float(submission.files["part_a/s1_1_forward.py"])
            check = CheckResult("x", "It [must] hold.", Status.PASSED, points, 3.0)
            exercise = ExerciseResult("a1.1.forward", "forward", "a1.1", (check,))
            yield Report(submission.student, (exercise,), points, 50.0, "process", "secret")

    monkeypatch.setattr(grading, "grade_class", grade_class)
    file = tmp_path / "in" / "ada" / "part_a" / "s1_1_forward.py"
    file.parent.mkdir(parents=True)
    file.write_text("3")
    return file


def test_what_has_not_changed_is_told(say, ada: Path) -> None:
    assert say()[::2] == (0, "")
    code, words, told = say()
    assert (code, told) == (0, "Note: 1 of 1 have not changed since they were graded.")
    assert words.splitlines()[0].split(maxsplit=1) == ["ada", "3 of 50"]
    assert say("--regrade")[::2] == (0, "")


def test_a_difference_ends_with_1_and_none_with_0(say, ada: Path, tmp_path: Path) -> None:
    code, _, complaint = say("--diff")
    assert code == 2
    assert "so there are no earlier grades to compare with; grade first" in complaint
    assert not (tmp_path / "out").exists()
    say()
    assert say("--diff")[:2] == (0, "0 of 1 would move. No result was changed.\n")
    ada.write_text("1")
    code, words, _ = say("--diff")
    assert code == 1
    name, cause, end = words.splitlines()
    assert name.split(maxsplit=1) == ["ada", "3 → 1"]
    assert cause == "    a1.1.forward: passed (3 of 3) → passed (1 of 3): It [must] hold."
    assert end == "1 of 1 would move. No result was changed."
    assert say("--diff")[0] == 1


def test_decisions_stand_beside_the_total(say, ada: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "overrides.csv").write_text("student,exercise,points,reason\nada,forward,2,as said\n")
    (tmp_path / "out" / "class.toml").write_text(
        "[deadlines]\na = 2026-06-01T12:00:00Z\n[late]\npercent_per_day = 10\n[extensions]\nkim = 1\n"
    )
    (tmp_path / "out" / "submitted.csv").write_text("student,submitted\nada,2026-06-01 12:00:01 UTC\n")
    code, words, told = say()
    assert code == 0
    assert words.splitlines()[0].split(maxsplit=1) == ["ada", "1.8 of 50, 1 by hand, 0.2 off, late"]
    assert told == "Note: class.toml gives an extension to kim, who handed nothing in."


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "overrides.csv",
            "student,exercise,points\nadda,forward,2\n",
            "no submission is called 'adda'",
        ),
        ("class.toml", "[late]\nslip_days = -1\n", "class.toml, line 2: late.slip_days = -1 cannot be"),
        (
            "class.toml",
            "[deadlines]\na = 2026-06-01T12:00:00Z\n",
            "submitted.csv is not there",
        ),
    ],
)
def test_a_slip_in_a_file_ends_with_2(
    say, ada: Path, tmp_path: Path, file: str, text: str, said: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / file).write_text(text)
    code, _, complaint = say()
    assert code == 2
    assert said in complaint
    assert "Traceback" not in complaint
    assert not (tmp_path / "out" / "ada").exists()


def test_two_graders_on_one_folder(say, ada: Path, tmp_path: Path) -> None:
    with classroom.claimed(tmp_path / "out"):
        code, _, complaint = say()
    assert code == 2
    assert "another grader is at work on out; wait until it ends, or choose another --out" in complaint


def test_a_scheduler_that_is_not_there(say, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="dask is not installed")
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 1)
    (tmp_path / "in" / "ada" / "part_a").mkdir(parents=True)
    code, _, complaint = say("--scheduler", "tcp://127.0.0.1:9")
    assert code == 2
    assert "no scheduler answers at tcp://127.0.0.1:9" in complaint
    assert "Traceback" not in complaint


def test_less_than_a_sandbox_needs_trust_on_a_cluster_too(
    say, ada: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [
        "autograder",
        "grade",
        "in",
        "--out",
        "out",
        "--isolation",
        "process",
        "--scheduler",
        "tcp://x:1",
    ]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        instructor.main()
    assert ended.value.code == 2
