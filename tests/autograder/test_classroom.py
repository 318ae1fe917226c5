"""A class graded into a folder: nobody's trouble becomes another's, and nothing earlier is lost."""

import csv
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder import classroom, grading
from autograder.link.isolation import Isolation
from autograder.link.limits import Limits
from autograder.results import CheckResult, ExerciseResult, Report, Status
from autograder.submissions import Submission, discover

LIMITS = Limits(call_seconds=2.0, import_seconds=20.0)
SECRET = "a secret of this test"


@pytest.fixture
def short(first_sections, at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Grade the first sections, in this process, and wait two seconds only."""
    grade = grading.grade
    monkeypatch.setattr(
        grading,
        "grade",
        lambda submission, secret, limits, isolation: grade(submission, secret, LIMITS, Isolation.PROCESS),
    )


def hand_in(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def troubled_class(into: Path, files: Callable[..., dict[str, bytes]]) -> None:
    """Hand in a class of all sorts."""
    reference = files()
    with zipfile.ZipFile(into / "ada.zip", "w") as archive:
        for name, content in reference.items():
            archive.writestr(f"ada's work/course/{name}", content)
    stubs = Path(__file__).parents[2] / "course" / "part_a"
    shutil.copytree(stubs, into / "blank" / "part_a", ignore=shutil.ignore_patterns("__pycache__"))
    hand_in(into / "syntax", files(**{"s1_1_forward.py": ("def forward(", "def forward(:")}))
    missing = {name: text for name, text in reference.items() if name != "part_a/s1_2_blur.py"}
    hand_in(into / "one-file-less", missing)
    hand_in(into / "renamed", files(**{"s1_3_one_step.py": ("def estimate_clean(", "def clean(")}))
    hand_in(into / "latin", {**reference, "part_a/s1_2_blur.py": b"# sch\xf6n\n"})
    (into / "empty").mkdir()
    (into / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    crash = "    __import__('os')._exit(1)\n    alpha_bar_t"
    hand_in(into / "crash", files(**{"s1_1_forward.py": ("    alpha_bar_t =", f"{crash} =")}))
    forever = "    while True: __import__('time').sleep(1)\n    alpha_bar_t"
    hand_in(into / "endless", files(**{"s1_3_one_step.py": ("    alpha_bar_t =", f"{forever} =")}))
    (into / "notes.txt").write_text("a stray file")


STUDENTS = {
    "ada": (10, ""),
    "blank": (0, "yours to write"),
    "broken": (0, "broken.zip cannot be read"),
    "crash": (7, "ended the whole program"),
    "empty": (0, "no section file was found; hand in a folder or a zip"),
    "endless": (7, "took longer than 2 s; look for a loop that does not end"),
    "latin": (8, "is not UTF-8 text; save it in that encoding"),
    "one-file-less": (8, "part_a/s1_2_blur.py is not there; put it back under this name"),
    "renamed": (7, "`estimate_clean`"),
    "syntax": (7, "SyntaxError"),
}


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_a_class_of_all_sorts_is_graded_to_its_end(reference_files, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    troubled_class(tmp_path / "in", reference_files)
    reports = classroom.grade(discover(tmp_path / "in"), tmp_path / "out")
    assert {report.student: report.total for report in reports} == {n: t for n, (t, _) in STUDENTS.items()}
    assert all(report.graded for report in reports)
    for student, (_, words) in STUDENTS.items():
        text = (tmp_path / "out" / student / "results.json").read_text()
        page = (tmp_path / "out" / student / "index.html").read_text()
        assert words in text
        assert words.partition("`")[0].partition(";")[0] in page
        assert json.loads(text)["version"] == 1
    table = rows(tmp_path / "out")
    assert list(table[0]) == ["student", "total", "possible", "a1.1", "a1.2", "a1.3", "note"]
    assert [row["student"] for row in table] == sorted(STUDENTS)
    assert table[0] == {
        "student": "ada",
        "total": "10",
        "possible": "100",
        "a1.1": "3",
        "a1.2": "2",
        "a1.3": "5",
        "note": "",
    }
    overview = (tmp_path / "out" / "index.html").read_text()
    assert all(f"{student}/index.html" in overview for student in STUDENTS)


@pytest.mark.slow
def test_a_real_pool_grades_the_whole_course(reference_files, tmp_path: Path) -> None:
    submissions = [Submission("ada", reference_files()), Submission("nobody")]
    grader = classroom.Grader(jobs=2, isolation=Isolation.PROCESS)
    reports = classroom.grade(submissions, tmp_path, grader)
    assert [(report.student, report.total) for report in reports] == [("ada", 120), ("nobody", 0)]
    assert all(exercise.passed for exercise in reports[0].exercises)


def worth(points: float) -> ExerciseResult:
    """Return an exercise with one check, which earned these points."""
    check = CheckResult("test_it", "It holds.", Status.PASSED, points, points)
    return ExerciseResult("a1.1.forward", "forward", "a1.1", (check,))


@pytest.fixture
def graded(first_sections, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, float | None]]:
    """Replace grading by a table of totals by student; None: the grader cannot work."""
    totals: dict[str, float | None] = {}

    def grade_class(submissions, secret: bytes, **options: object) -> Iterator[Report]:
        for submission in reversed(submissions):
            total = totals[submission.student]
            results = grading._ungraded(first_sections, "no worker") if total is None else (worth(total),)
            yield Report(
                submission.student,
                results,
                total or 0.0,
                10.0,
                "process",
                "secret",
                remarks=submission.remarks,
            )

    monkeypatch.setattr(grading, "grade_class", grade_class)
    return totals


def totals_of(out: Path) -> dict[str, str]:
    return {row["student"]: row["total"] for row in rows(out)}


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "grades.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_an_earlier_grade_stays_where_the_grader_cannot_work(graded, tmp_path: Path) -> None:
    submissions = [Submission("a"), Submission("b")]
    graded |= {"a": 7.0, "b": None}
    classroom.grade(submissions, tmp_path)
    assert totals_of(tmp_path) == {"a": "7", "b": ""}
    graded |= {"a": None, "b": 5.0}
    for _ in range(2):
        first, second = classroom.grade(submissions, tmp_path, classroom.Grader(regrade=True))
        assert (first.total, first.remarks) == (7, (classroom.KEPT,))
        assert (second.total, second.remarks) == (5, ())
        assert totals_of(tmp_path) == {"a": "7", "b": "5"}
        assert json.loads((tmp_path / "a" / "results.json").read_text())["total"] == 7


def test_an_unreadable_earlier_result_is_replaced(graded, tmp_path: Path) -> None:
    graded["a"] = None
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "results.json").write_text('{"version": 0}')
    (report,) = classroom.grade([Submission("a")], tmp_path)
    assert not report.graded
    assert '"ungraded"' in (tmp_path / "a" / "results.json").read_text()
    assert "ungraded" in (tmp_path / "grades.csv").read_text()


def test_two_of_one_name_are_told_apart(graded, tmp_path: Path) -> None:
    graded |= {"kim": 1.0, "Kim-2": 2.0}
    reports = classroom.grade([Submission("kim"), Submission("Kim")], tmp_path)
    assert sorted((report.student, report.total) for report in reports) == [("Kim-2", 2), ("kim", 1)]
    remarks = {report.student: report.remarks for report in reports}
    assert remarks["Kim-2"] == ("another submission is named Kim too; this one is called Kim-2",)
    assert (tmp_path / "kim" / "index.html").exists()
    assert (tmp_path / "Kim-2" / "index.html").exists()


@pytest.mark.parametrize("name", ["grades.csv", "index.html", "Secret.key"])
def test_a_students_name_may_be_that_of_a_file_of_ours(graded, tmp_path: Path, name: str) -> None:
    graded |= {f"student-{name}": 3.0, "other": 4.0}
    classroom.grade([Submission(name), Submission("other")], tmp_path)
    assert totals_of(tmp_path) == {"other": "4", f"student-{name}": "3"}
    assert (tmp_path / "index.html").is_file()


def test_the_secret_is_made_in_the_folder_or_given(graded, tmp_path: Path) -> None:
    classroom.grade([], tmp_path / "one")
    made = tmp_path / "one" / "secret.key"
    assert made.stat().st_mode & 0o777 == 0o600
    text = made.read_text()
    classroom.grade([], tmp_path / "one")
    assert made.read_text() == text
    (tmp_path / "mine").write_text(SECRET)
    mine = classroom.Grader(secret=tmp_path / "mine")
    classroom.grade([], tmp_path / "two", mine)
    assert not (tmp_path / "two" / "secret.key").exists()
    (tmp_path / "mine").write_text("short")
    with pytest.raises(ValueError, match="a secret has at least 16"):
        classroom.grade([], tmp_path / "two", mine)


def test_a_secret_is_no_part_of_what_students_read(graded, tmp_path: Path) -> None:
    graded["a"] = 1.0
    classroom.grade([Submission("a")], tmp_path)
    secret = (tmp_path / "secret.key").read_text().strip()
    assert not any(secret in path.read_text() for path in tmp_path.rglob("*.*") if path.name != "secret.key")


def test_an_output_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OSError, match="out"):
        classroom.grade([], tmp_path / "out")
