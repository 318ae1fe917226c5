"""A class graded again: only what has changed; and a grader killed at any moment loses nothing."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import classroom, grading, kept
from autograder.classroom import Grader
from autograder.link.isolation import Isolation
from autograder.reports import files
from autograder.results import CheckResult, ExerciseResult, Report, Status, from_json
from autograder.submissions import Submission

ROOT = Path(__file__).parents[2]
NAMES = ("ada", "bence", "chiara")


def handed_in(**contents: str) -> list[Submission]:
    return [Submission(name, {"part_a/s1.py": contents.get(name, name).encode()}) for name in NAMES]


class Calls:
    """A grader that gives a point for every letter handed in, and remembers whom it graded."""

    def __init__(self) -> None:
        self.graded: list[str] = []
        self.broken: set[str] = set()

    def grade_class(
        self, submissions: list[Submission], secret: bytes, **options: object
    ) -> Iterator[Report]:
        for submission in submissions:
            self.graded.append(submission.student)
            broken = submission.student in self.broken
            points = 0.0 if broken else float(len(submission.files["part_a/s1.py"]) % 4)
            status = Status.UNGRADED if broken else Status.PASSED if points else Status.FAILED
            check = CheckResult("test_it", "It holds.", status, points, 3.0)
            exercise = ExerciseResult("a1.1.forward", "forward", "a1.1", (check,))
            yield Report(submission.student, (exercise,), points, 50.0, "sandbox", "secret")

    def taken(self) -> list[str]:
        taken, self.graded = self.graded, []
        return taken


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()
    monkeypatch.setattr(grading, "grade_class", calls.grade_class)
    return calls


@pytest.fixture
def grader(tmp_path: Path) -> Grader:
    (tmp_path / "key").write_text("a secret of this test")
    return Grader(secret=tmp_path / "key")


def tree(folder: Path) -> dict[str, str]:
    """Return the texts in a folder, but for times and the lock."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock"]
    texts = {str(path.relative_to(folder)): path.read_text() for path in paths}
    times = re.compile(r'"seconds": [0-9.]+|<dt>time</dt><dd>[0-9.]+ s</dd>')
    return {name: times.sub("TIME", text) for name, text in texts.items()}


def test_only_what_has_changed_is_graded_again(calls: Calls, grader: Grader, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = classroom.grade(handed_in(), out, grader)
    assert calls.taken() == list(NAMES)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.*") if path.name != ".lock"}
    told: list[str] = []
    assert classroom.grade(handed_in(), out, replace(grader, notice=told.append)) == first
    assert calls.taken() == []
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert told == ["3 of 3 have not changed since they were graded"]
    second = classroom.grade(handed_in(bence="more"), out, grader)
    assert calls.taken() == ["bence"]
    assert [report.total for report in second] == [3, 0, 2]
    classroom.grade(handed_in(bence="more"), out, replace(grader, isolation=Isolation.PROCESS))
    assert calls.taken() == list(NAMES)
    (tmp_path / "key").write_text("another secret of this test")
    classroom.grade(handed_in(bence="more"), out, grader)
    assert calls.taken() == list(NAMES)
    classroom.grade(handed_in(bence="more"), out, replace(grader, regrade=True))
    assert calls.taken() == list(NAMES)


def test_who_is_ungraded_or_damaged_is_graded_again(calls: Calls, grader: Grader, tmp_path: Path) -> None:
    out = tmp_path / "out"
    calls.broken = {"ada"}
    assert [report.graded for report in classroom.grade(handed_in(), out, grader)] == [False, True, True]
    (out / "chiara" / "results.json").write_text('{"version": 1,')
    calls.taken()
    calls.broken = set()
    assert all(report.graded for report in classroom.grade(handed_in(), out, grader))
    assert calls.taken() == ["ada", "chiara"]


def test_a_grade_that_stays_from_earlier_is_tried_again(calls: Calls, grader: Grader, tmp_path: Path) -> None:
    out = tmp_path / "out"
    classroom.grade(handed_in(), out, grader)
    before = (out / "ada" / "results.json").read_text()
    calls.broken = {"ada"}
    kept = classroom.grade(handed_in(ada="other"), out, grader)[0]
    assert (kept.total, kept.remarks) == (3, (classroom.KEPT,))
    assert (out / "ada" / "results.json").read_text() == before
    calls.broken, calls.graded = set(), []
    assert classroom.grade(handed_in(ada="other"), out, grader)[0].total == 1
    assert calls.taken() == ["ada"]


OVERRIDES = "student,exercise,points,reason,comment\nada,forward,1.5,=read by a person,<b>Neat.</b>\n"
CLASS = "[deadlines]\na = 2026-06-01T23:59:00Z\n[late]\npercent_per_day = 10\n"
SUBMITTED = (
    "student,submitted\nada,2026-06-03T00:00:00Z\nbence,2026-06-01T00:00:00Z\nchiara,2026-06-01T00:00:00Z\n"
)
MINE = {"overrides.csv": OVERRIDES, "class.toml": CLASS, "submitted.csv": SUBMITTED}


def test_decisions_count_grade_nobody_again_and_stay_untouched(
    calls: Calls, grader: Grader, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    classroom.grade(handed_in(), out, grader)
    before = tree(out)
    for name, text in MINE.items():
        (out / name).write_text(text)
    calls.taken()
    ada = classroom.grade(handed_in(), out, replace(grader, regrade=True))[0]
    classroom.grade(handed_in(), out, grader)
    assert calls.taken() == list(NAMES)
    assert (ada.total, ada.late("a")) == (1.2, 0.3)
    assert from_json((out / "ada" / "results.json").read_text()) == ada
    page, overview = (out / "ada" / "index.html").read_text(), (out / "index.html").read_text()
    assert "1.5 points, given by hand;" in page
    assert "the checks come to 3." in page
    assert "&lt;b&gt;Neat." in page
    assert "2 days late: 20 % off what was earned, 0.3 points." in page
    assert "1 by hand" in overview
    assert "0.3 off, late" in overview
    lines = (out / "grades.csv").read_text().splitlines()
    assert lines[0].endswith(",late,note")
    assert lines[1].startswith("ada,1.2,50,")
    assert lines[1].endswith(",0.3,a1.1.forward: 1.5 by hand")
    assert {name: (out / name).read_text() for name in MINE} == MINE
    for name in MINE:
        (out / name).unlink()
    classroom.grade(handed_in(), out, grader)
    assert (calls.taken(), tree(out)) == ([], before)


def test_a_slip_in_a_file_stops_before_grading(calls: Calls, grader: Grader, tmp_path: Path) -> None:
    out = tmp_path / "out"
    classroom.grade(handed_in(), out, grader)
    before = tree(out)
    (out / "overrides.csv").write_text("student,exercise,points\nadda,forward,1\n")
    with pytest.raises(ValueError, match=r"overrides\.csv, line 2: no submission is called 'adda'"):
        classroom.grade(handed_in(ada="other"), out, grader)
    (out / "overrides.csv").unlink()
    assert (calls.graded, tree(out)) == (list(NAMES), before)


def visible(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Return what is in a folder but for what a comparison keeps, with times and places on the disk."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != kept.FOLDER]
    stats = {path: path.stat() for path in paths}
    return {str(path): (path.read_bytes(), stat.st_mtime_ns, stat.st_ino) for path, stat in stats.items()}


def test_a_difference_is_shown_and_no_result_changed(calls: Calls, grader: Grader, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ValueError, match="no earlier grades to compare with"):
        classroom.compare(handed_in(), out, Grader())
    assert not out.exists()
    classroom.grade(handed_in()[:2], out, grader)
    assert classroom.compare(handed_in()[:2], out, grader) == []
    (out / "overrides.csv").write_text("student,exercise,points,reason\nbence,forward,3,as said\n")
    before = visible(out)
    calls.taken()
    moves = classroom.compare(handed_in(ada="more"), out, grader)
    assert calls.taken() == ["ada", "chiara"]
    assert [(move.student, move.before, move.after) for move in moves] == [
        ("ada", 3, 0),
        ("bence", 1, 3),
        ("chiara", None, 2),
    ]
    assert [move.causes[0] for move in moves] == [
        "a1.1.forward: passed (3 of 3) → failed (0 of 3): It holds.",
        "a1.1.forward: as checked → 3 by hand",
        "not graded before",
    ]
    assert visible(out) == before


def test_what_a_comparison_graded_is_not_graded_again(calls: Calls, grader: Grader, tmp_path: Path) -> None:
    """Also where another student handed in the same; the grades are those of a class graded at once."""
    out, works = tmp_path / "out", handed_in(ada="more", bence="more")
    classroom.grade(handed_in()[:2], out, grader)
    before, decisions = visible(out), "student,exercise,points,reason\nbence,forward,3,as said\n"
    calls.taken()
    first = classroom.compare(works, out, grader)
    assert (calls.taken(), visible(out)) == (["ada", "bence", "chiara"], before)
    assert classroom.compare(works, out, grader) == first
    assert classroom.compare([replace(works[0], student="zoe")], out, grader)[0].student == "zoe"
    assert (calls.taken(), visible(out)) == ([], before)
    (out / "overrides.csv").write_text(decisions)
    reports = classroom.grade(works, out, grader)
    assert (calls.taken(), [report.total for report in reports]) == ([], [0, 3, 2])
    (tmp_path / "at once").mkdir()
    (tmp_path / "at once/overrides.csv").write_text(decisions)
    classroom.grade(works, tmp_path / "at once", grader)
    assert tree(out) == tree(tmp_path / "at once")
    assert not (out / kept.FOLDER).exists()


def test_only_what_counts_is_kept_and_only_as_long_as_it_holds(
    calls: Calls, grader: Grader, tmp_path: Path
) -> None:
    out, works = tmp_path / "out", handed_in(ada="more", bence="other", chiara="chi")
    classroom.grade(handed_in(), out, grader)
    calls.broken = {"ada"}
    classroom.compare(works, out, grader)
    whole, halved = sorted((out / kept.FOLDER).iterdir())
    halved.write_text(halved.read_text()[:100])
    calls.broken, calls.graded = set(), []
    classroom.compare(works, out, replace(grader, isolation=Isolation.PROCESS))
    assert calls.taken() == list(NAMES)
    for path in (out / kept.FOLDER).iterdir():
        if path not in (whole, halved):
            path.unlink()
    classroom.grade(works, out, grader)
    assert len(calls.taken()) == 2
    classroom.compare(handed_in(), out, grader)
    calls.taken()
    classroom.grade(handed_in(), out, replace(grader, regrade=True))
    assert calls.taken() == list(NAMES)


def test_a_disk_that_keeps_nothing_costs_the_comparison_nothing(
    calls: Calls, grader: Grader, tmp_path: Path
) -> None:
    out, told = tmp_path / "out", list[str]()
    classroom.grade(handed_in(), out, grader)
    (out / kept.FOLDER).write_text("a file where the folder should be")
    moves = classroom.compare(handed_in(ada="more"), out, replace(grader, notice=told.append))
    assert [move.student for move in moves] == ["ada"]
    assert told[1].startswith("ada will be graded again, for the report cannot be kept: ")
    classroom.grade(handed_in(ada="more"), out, grader)
    assert calls.taken() == [*NAMES, "ada", "ada"]


class Killed(BaseException):
    """The end of the grader in the middle of a write."""


def test_killed_at_any_write_and_again_it_is_taken_up(
    calls: Calls, grader: Grader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three students have a page and results each, the class its table and page: eight writes."""
    classroom.grade(handed_in(), tmp_path / "undisturbed", grader)
    write, left = files.replace, [0]

    def replace_or_die(path: Path, text: str, **options: bool) -> None:
        left[0] -= 1
        if left[0] < 0:
            path.parent.mkdir(exist_ok=True)
            path.with_name(f".{path.name}.0123abcd.unfinished").write_text(text[: len(text) // 2])
            raise Killed
        write(path, text, **options)

    monkeypatch.setattr(files, "replace", replace_or_die)
    for first in range(8):
        out = tmp_path / f"killed-{first}"
        calls.taken()
        for writes in (first, 7 - first, 3):
            left[0] = writes
            with pytest.raises(Killed):
                classroom.grade(handed_in(), out, grader)
        left[0] = 8
        classroom.grade(handed_in(), out, grader)
        assert tree(out) == tree(tmp_path / "undisturbed"), first
        assert max(map(calls.graded.count, NAMES)) <= 4
        calls.taken()
        left[0] = 8
        classroom.grade(handed_in(), out, grader)
        assert calls.taken() == []


STAND_IN = '''
"""A grader that takes a moment and gives points by the secret and the file."""
import hmac, random, sys, time
from pathlib import Path
from autograder import classroom, grading, kept
from autograder.link.isolation import Isolation
from autograder.results import CheckResult, ExerciseResult, Report, Status
from autograder.submissions import Submission

def grade(submission, secret, limits, isolation):
    time.sleep(0.1 * random.random())
    points = hmac.new(secret, submission.files["part_a/s1.py"], "sha256").digest()[0] % 4
    check = CheckResult("test_it", "It holds.", Status.PASSED, points, 3.0, seconds=random.random())
    exercise = ExerciseResult("a1.1.forward", "forward", "a1.1", (check,))
    return Report(submission.student, (exercise,), points, 50.0, "process", "secret", seconds=random.random())

def main():
    import stand_in
    grading.grade = stand_in.grade
    out, key = map(Path, sys.argv[1:])
    submissions = [Submission(f"student{i:02}", {"part_a/s1.py": str(i).encode()}) for i in range(40)]
    grader = classroom.Grader(jobs=2, secret=key, isolation=Isolation.PROCESS)
    classroom.grade(submissions, out, grader)

if __name__ == "__main__":
    main()
'''


@pytest.mark.slow
def test_really_killed_it_ends_as_if_undisturbed(grader: Grader, tmp_path: Path) -> None:
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}

    def start(out: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "stand_in.py", out, str(grader.secret)]
        return subprocess.Popen(command, cwd=tmp_path, env=environment)

    assert start("undisturbed").wait() == 0
    out = tmp_path / "killed"
    for most in (1, 17, 30):
        process = start("killed")
        while len(list(out.glob("*/results.json"))) < most:
            assert process.poll() is None
            time.sleep(0.003)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not (out / "grades.csv").exists()
    assert start("killed").wait() == 0
    assert tree(out) == tree(tmp_path / "undisturbed")
    assert len(tree(out)) == 82
