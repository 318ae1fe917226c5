"""What the commands say and how they end; nobody reads a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import classroom, practice
from autograder.checks import reference
from autograder.cli import instructor, student
from autograder.results import CheckResult, ExerciseResult, Report, Status
from autograder.submissions import Submission

ROOT = Path(__file__).parents[3]


class Ended:
    """How a command ended, and what it said: on the terminal's width nothing is broken."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, " ".join(err.split())


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Return a function that runs a command in this process, as its script would, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Ended:
        name, *rest = words
        main = {"course": student.main, "autograder": instructor.main}[name]
        monkeypatch.setattr(sys, "argv", [name, *rest])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return Ended(code if isinstance(code, int) else 0, *capsys.readouterr())

    return run


TRUSTING = "--isolation process --i-trust-this-code"
REFUSED = {
    "course check 9.9": "no section is called '9.9'; there are a0, a1.1,",
    "course check 1.1 --using nobody": "--using nobody: nobody is called that; write course or solutions",
    "course hint backward": "no exercise is called 'backward'; there are a0.generate,",
    "course hint forward --level 0": "Invalid value for '--level'",
    "course gallery 1.1 --using nobody": "--using nobody: nobody is called that",
    "course gallery nowhere": "no section is called 'nowhere'",
    "course gallery 1.1 --picture web": "--picture web: write it as NAME=PATH, such as web=holiday.jpg",
    "course gallery 1.1 --picture =x.png": "write it as NAME=PATH",
    "course gallery 1.1 --picture web=no/such.png": "no/such.png",
    "course gallery 1.1 --picture tree=a.png": "no picture is called 'tree'; there are campanile, rickshaw,",
    "course gallery 1.1 --picture web=text.png": "text.png: not a picture; save it as PNG or JPEG",
    "course gallery 1.1 --model no/such/folder": "no/such/folder",
    "course gallery 1.1 --model broken": "broken/unet/config.json: it is missing.",
    "course gallery 1.1 --embeddings no.safetensors": "no.safetensors",
    "course nonsense": "No such command 'nonsense'.",
    "autograder grade nowhere --out out": "nowhere does not exist; give the folder that holds",
    "autograder grade empty --out out": "empty holds no submission; put in it, for each student, a folder",
    "autograder grade empty": "Missing option '--out'",
    "autograder grade empty --out out --jobs 0": "Invalid value for '--jobs'",
    "autograder grade one --out out --isolation faith": "Invalid value for '--isolation'",
    "autograder grade one --out out --isolation process": "or say --isolation process --i-trust-this-code",
    f"autograder grade one {TRUSTING} --out text.png": "text.png",
    f"autograder grade one {TRUSTING} --out out --secret text.png": "a secret has at least 16. Delete it",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_refused_ends_with_a_sentence_and_2(command, tmp_path: Path, words: str) -> None:
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model_index.json").write_bytes(
        (ROOT / "course" / "assets" / "emoji_if" / "model_index.json").read_bytes()
    )
    (tmp_path / "empty").mkdir()
    (tmp_path / "one" / "ada").mkdir(parents=True)
    ended = command(*words.split())
    assert ended.code == 2
    assert REFUSED[words] in ended.err.replace("│ ", "")
    assert "Traceback" not in ended.err


def test_stubs_end_with_1_and_the_reference_with_0(command) -> None:
    stubs = command("course", "check", "1.1")
    assert stubs.code == 1
    assert "a1.1.forward  0 of 3 points" in stubs.out
    assert "A 1.1 forward: yours to write; hints: course hint a1.1.forward" in stubs.out
    reference_files = command("course", "check", "1.1", "a1.3", "--using", "solutions")
    assert (reference_files.code, reference_files.err) == (0, "")
    assert "8 of 8 points" in reference_files.out
    assert "passed" not in reference_files.out


def test_what_passed_is_shown_on_demand(command) -> None:
    assert command("course", "check", "1.2", "--using", "solutions", "-v").out.count("✓ passed") == 3


def test_without_an_answer_key_nothing_is_said_of_the_work(
    command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(practice, "AnswerKey", lambda: reference.AnswerKey(tmp_path))
    ended = command("course", "check", "1.1", "--using", "solutions")
    assert ended.code == 2
    assert "? ungraded" in ended.out
    assert "the answer key part_a.s1_1_forward.safetensors is missing" in " ".join(ended.out.split())


def test_markup_in_a_reason_is_text(command, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "[/red] entry [0] of [bold]the result[/bold]"
    failed = CheckResult("x", "It [must] hold.", Status.FAILED, 0.0, 3.0, said)
    result = ExerciseResult("a1.1.forward", "forward", "a1.1", (failed,))
    monkeypatch.setattr(practice, "check", lambda *arguments: (result,))
    ended = command("course", "check", "1.1")
    assert said in ended.out
    assert "It [must] hold." in ended.out


def test_ctrl_c_is_no_traceback(command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(practice, "check", interrupted)
    ended = command("course", "check", "1.1")
    assert ended.code == 130
    assert "Traceback" not in ended.err


def test_hints_say_more_and_more(command) -> None:
    first = command("course", "hint", "forward")
    assert (first.code, first.out.count("of 3  ")) == (0, 1)
    assert "The next one: course hint a1.1.forward --level 2" in first.out
    third = command("course", "hint", "a1.1.forward", "--level", "9")
    assert third.out.count("of 3  ") == 3
    assert "The next one" not in third.out


def test_the_list_names_every_section_and_exercise(command) -> None:
    ended = command("course", "list")
    assert ended.code == 0
    assert all(name in ended.out for name in ("A 0", "A 1.7.2", "forward", "inpaint"))


@pytest.mark.parametrize(
    ("results", "remarks", "code", "mark"),
    [
        ((), (), 0, "0 of 50"),
        ((Status.FAILED,), (), 0, "0 of 50"),
        ((Status.UNGRADED,), (), 1, "ungraded"),
        ((), (classroom.KEPT,), 1, "ungraded; 0 of 50 of an earlier run stay"),
    ],
)
def test_grading_ends_with_1_where_somebody_is_ungraded(
    command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, results, remarks, code: int, mark: str
) -> None:
    checks = tuple(CheckResult("x", "x", status, 0.0, 1.0, "because") for status in results)
    exercises = (ExerciseResult("a1.1.forward", "forward", "a1.1", checks),)
    report = Report("[bold]ada", exercises, 0.0, 50.0, "process", "secret", remarks=remarks)
    monkeypatch.setattr(classroom, "grade", lambda *arguments, **options: [report])
    (tmp_path / "in" / "ada").mkdir(parents=True)
    ended = command("autograder", "grade", "in", "--out", "out", *TRUSTING.split())
    assert ended.code == code
    assert ended.out.splitlines()[0].split(maxsplit=1) == ["[bold]ada", mark]
    assert "The grades: out/grades.csv" in ended.out


def test_the_demo_grades_the_example_class(command, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Submission] = []
    monkeypatch.setattr(classroom, "grade", lambda class_, *rest, **options: seen.extend(class_) or [])
    assert command("autograder", "demo", "--no-gallery").code == 0
    assert len(seen) == 7


def test_check_course_tells_its_problems(command, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder import soundness

    monkeypatch.setattr(soundness, "problems", lambda: iter(["a [stale] stub"]))
    ended = command("autograder", "check-course")
    assert (ended.code, ended.out) == (1, "✗ a [stale] stub\n")
    monkeypatch.setattr(soundness, "problems", lambda: iter([]))
    assert command("autograder", "check-course").code == 0


def script(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own, as the installed script does, and return how it ended."""
    name, *rest = words
    module = {"course": "student", "autograder": "instructor"}[name]
    program = f"import sys; sys.argv[0] = {name!r}; from autograder.cli.{module} import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-c", program, *rest], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_a_cold_start_is_quick(tmp_path: Path) -> None:
    before = os.times()
    ended = script("course", "check", "1.1", folder=tmp_path)
    after = os.times()
    assert (ended.returncode, ended.stderr) == (1, "")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    assert spent < 8


def test_a_process_ends_with_2_and_without_a_traceback(tmp_path: Path) -> None:
    ended = script("course", "check", "9.9", folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Error: no section is called '9.9'")
