"""The bundled class: made from the reference and the stubs, and with the trouble that it is there to show."""

import shutil
from pathlib import Path

import pytest

from autograder import example_class, grading, syllabus
from autograder.checks.reference import Live
from autograder.checks.session import Terms, run
from autograder.link.limits import Limits
from autograder.link.local import Local
from autograder.syllabus import Syllabus

ROOT = Path(__file__).parents[2]


def test_it_is_the_reference_the_stubs_and_five_students() -> None:
    by_name = {submission.student: submission.files for submission in example_class.submissions()}
    assert list(by_name) == sorted({"ada-reference", "blank-stubs", *example_class.STUDENTS})
    reference, stubs = by_name["ada-reference"], by_name["blank-stubs"]
    assert reference["part_a/s1_1_forward.py"] == (ROOT / "solutions/part_a/s1_1_forward.py").read_bytes()
    assert stubs.keys() == reference.keys() > {"part_b/s1_1_unet.py", "extension/s4_ddim.py"}
    assert stubs["part_a/s1_1_forward.py"] == (ROOT / "course/part_a/s1_1_forward.py").read_bytes()
    for student, edits in example_class.STUDENTS.items():
        changed = {name for name, text in by_name[student].items() if text != reference[name]}
        assert changed == {f"part_a/{name}" for name in edits}
        for name in changed:
            compile(by_name[student][name], name, "exec")


def test_an_edit_that_fits_no_more_is_named(tmp_path: Path) -> None:
    for folder in ("part_a", "part_b", "extension"):
        for package in ("solutions", "course"):
            shutil.copytree(ROOT / package / folder, tmp_path / package / folder)
    changed = tmp_path / "solutions" / "part_a" / "s1_8_anagrams.py"
    changed.write_text(changed.read_text().replace("flip(-2, -1)", "rot90(2, (-2, -1))"))
    with pytest.raises(ValueError, match=r"s1_8_anagrams.py holds 'image.flip\(-2, -1\)' 0 times, not once"):
        example_class.submissions(tmp_path)


@pytest.fixture
def as_far_as_1_4(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the course as short as the sections in which the worst trouble is."""
    table = syllabus.load()
    short = Syllabus(table.parts, tuple(table.section(name) for name in ("1.3", "1.4")))
    monkeypatch.setattr(syllabus, "load", lambda: short)


@pytest.mark.usefixtures("as_far_as_1_4")
@pytest.mark.parametrize(
    ("student", "losing", "words"),
    [
        ("turing-never-ends", "a1.4.strided_timesteps", "took longer than 1 s"),
        ("zuse-crashes", "a1.3.estimate_noise", "ended the whole program"),
    ],
)
def test_a_worker_that_must_be_stopped_costs_one_exercise(student: str, losing: str, words: str) -> None:
    submission = next(s for s in example_class.submissions() if s.student == student)
    report = grading.grade(submission, b"a secret of this test", Limits(call_seconds=1.0))
    assert report.graded
    assert [e.key for e in report.exercises if not e.passed] == [losing]
    assert any(words in check.reason for e in report.exercises for check in e.checks)


@pytest.mark.parametrize(
    ("student", "losing"),
    [
        ("bayes-mixed-weights", ["a1.1.forward", "a1.6.estimate_noise_cfg"]),
        ("fourier-exchanged-passes", ["a1.8.rotate_180", "a1.9.hybrid_estimate"]),
        ("gauss-hasty-steps", ["a1.4.iterative_denoise", "a1.7.sdedit", "a1.7.2.inpaint"]),
    ],
)
def test_a_student_loses_where_the_mistakes_are(tmp_path: Path, student: str, losing: list[str]) -> None:
    submission = next(s for s in example_class.submissions() if s.student == student)
    for name, content in submission.files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    terms = Terms(Live(), b"a secret of this test")
    results = run(Local.of_folder(tmp_path), terms, syllabus.load().sections)
    assert [result.key for result in results if not result.passed] == losing
