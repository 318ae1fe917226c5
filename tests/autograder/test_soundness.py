"""The course is sound, and each way in which it could not be is found."""

import shutil
from pathlib import Path

import pytest

from autograder import soundness, syllabus
from autograder.checks.reference import ANSWER_KEY, AnswerKey, Recorder
from autograder.link.local import Local
from autograder.syllabus import Syllabus

ROOT = Path(__file__).parents[2]


def test_the_course_is_sound() -> None:
    assert list(soundness.problems()) == []


@pytest.fixture
def blur_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the course as short as section 1.2, with nothing generated from it."""
    table = syllabus.load()
    short = Syllabus(table.parts, (table.section("1.2"),))
    monkeypatch.setattr(syllabus, "load", lambda: short)
    monkeypatch.setattr(soundness, "_strays", lambda: iter(()))


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a copy of the repository's sources, which `soundness` now looks at."""
    for name in ("course", "solutions"):
        ignored = shutil.ignore_patterns("assets", "emoji_if", "pictures", "__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    monkeypatch.setattr(soundness, "ROOT", tmp_path)
    return tmp_path


def test_a_stale_stub_is_found_and_mended(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_outdated", "_unmet"):
        monkeypatch.setattr(soundness, name, lambda *arguments: iter(()))
    assert soundness.regenerate() == []
    stub = house / "course" / "part_a" / "s1_1_forward.py"
    text = stub.read_text()
    stub.write_text(text.replace("x_t", "x"))
    assert next(soundness.problems()).startswith(
        "course/part_a/s1_1_forward.py is not what `solutions/` and the syllabus make of it; run `autograder"
    )
    assert soundness.regenerate() == [Path("course/part_a/s1_1_forward.py")]
    assert stub.read_text() == text


@pytest.mark.usefixtures("blur_only")
def test_a_missing_answer_key_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(soundness, "ANSWER_KEY", tmp_path)
    monkeypatch.setattr(soundness, "AnswerKey", lambda: AnswerKey(tmp_path))
    unmet, _, outdated = soundness.problems()
    assert (
        "test_default: the reference gets ungraded, the check itself broke: LinkError: the answer key"
        in unmet
    )
    assert "run `autograder release`" in unmet
    assert outdated == (
        "the answer key part_a.s1_2_blur.safetensors is out of date; run `autograder release`"
    )


@pytest.mark.usefixtures("blur_only")
def test_an_outdated_answer_key_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = "part_a.s1_2_blur.safetensors"
    shutil.copyfile(ANSWER_KEY / "part_a.s1_3_one_step.safetensors", tmp_path / name)
    monkeypatch.setattr(soundness, "ANSWER_KEY", tmp_path)
    assert list(soundness.problems()) == [f"the answer key {name} is out of date; run `autograder release`"]


def test_an_outdated_answer_key_is_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Recorder] = []
    monkeypatch.setattr(soundness.generated, "write", lambda root: [])
    monkeypatch.setattr(soundness, "_outdated", lambda: iter(["old"]))
    monkeypatch.setattr(soundness, "_reference", lambda reference: ())
    monkeypatch.setattr(Recorder, "write", lambda recorder: written.append(recorder))
    assert soundness.regenerate() == [ANSWER_KEY]
    assert len(written) == 1


def test_a_check_of_no_section_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stray = tmp_path / "part_a" / "test_s9_9_stray.py"
    stray.parent.mkdir()
    stray.write_text("")
    monkeypatch.setattr(soundness, "FOLDER", tmp_path)
    monkeypatch.setattr(soundness, "run", lambda *arguments: ())
    monkeypatch.setattr(soundness, "_outdated", lambda: iter(()))
    assert list(soundness.problems()) == [
        "part_a/test_s9_9_stray.py checks no section of the syllabus; rename or delete it"
    ]


@pytest.mark.usefixtures("blur_only")
def test_a_stub_that_passes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundness, "Local", lambda package: Local("solutions"))
    found = list(soundness.problems())
    assert len(found) == 3
    assert all(
        problem.endswith("the stub gets passed; mend the check, so that it can fail") for problem in found
    )


@pytest.mark.usefixtures("blur_only")
def test_a_reference_that_fails_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundness, "Local", lambda package: Local("course"))
    found = list(soundness.problems())
    assert any(
        "the reference gets failed, A 1.2 blur_denoise: yours to write" in problem for problem in found
    )
    assert any("mend the reference or the check" in problem for problem in found)


@pytest.mark.usefixtures("blur_only")
def test_an_exercise_without_checks_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from autograder.checks import session

    monkeypatch.setattr(session, "_file", lambda section: tmp_path / "nowhere.py")
    assert set(soundness.problems()) == {"a1.2.blur_denoise has no check; write one in autograder/checks"}
