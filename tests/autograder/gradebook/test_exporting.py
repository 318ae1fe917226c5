"""A class in nbgrader's gradebook: written whole, written again, and beside what people wrote."""

import csv
import hashlib
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from nbconvert.filters import markdown2html
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder import syllabus
from autograder.gradebook.database import GradebookError
from autograder.gradebook.exporting import to_nbgrader
from autograder.gradebook.scores import remark
from autograder.results import Delivery, Override

from .conftest import FORWARD, dump, report, result

CELL, CHECK = "a1-1-forward", "check-a1-1-forward"
HALF = {FORWARD: 0.5}


def test_every_exercise_has_its_score_in_the_assignment_of_its_part(url, graded, entries) -> None:
    written = to_nbgrader(graded(report("ada"), report("bob", HALF)), url)
    assert (written.students, written.changed, written.left_out) == (2, 2, ())
    table = syllabus.load()
    full = {f"check-{e.key.replace('.', '-')}": float(e.points) for e in table.exercises()}
    assert {name: auto for name, (auto, _, _) in entries("ada").items()} == full
    assert {name: auto for name, (auto, _, _) in entries("bob").items()} == full | {CHECK: 1.5}
    assert not any(look for _, _, look in entries("bob").values())
    with Gradebook(url, "diffusion-course") as gradebook:
        assert {a.name: a.max_score for a in gradebook.assignments} == {
            part.folder: part.points for part in table.parts
        }
        assert gradebook.find_submission("part_a", "bob").score == 48.5
        comment = gradebook.find_comment(CELL, "part_a", "part_a", "bob")
        assert comment.auto_comment == "Agrees.\n\n    Differs."
        assert gradebook.find_comment(CELL, "part_a", "part_a", "ada").comment is None


def test_lateness_and_what_a_person_decided_come_along(url, graded, entries) -> None:
    late = Delivery("a", "2030-01-01T00:00:00+00:00", "2030-01-02T01:00:00+01:00", 1, 0, 10.0, 4.85)
    made = report("bob", HALF)
    by_hand = Override(2.0, "The noise is right.")
    exercises = tuple(replace(e, override=by_hand) if e.key == FORWARD else e for e in made.exercises)
    made = replace(made, deliveries=(late,), exercises=exercises)
    grades = graded(made)
    assert to_nbgrader(grades, url).changed == 1
    assert entries("bob")[CHECK] == (2.0, None, False)
    with Gradebook(url, "diffusion-course") as gradebook:
        handed_in = gradebook.find_submission("part_a", "bob")
        assert handed_in.timestamp == datetime(2030, 1, 2)
        assert handed_in.notebooks[0].late_submission_penalty == 4.85
        assert gradebook.find_submission("part_b", "bob").timestamp is None
        comment = gradebook.find_comment(CELL, "part_a", "part_a", "bob").comment
        assert comment.startswith("Decided by a person: 2 points.\n\n    The noise is right.")
    assert to_nbgrader(grades, url).changed == 0


def test_a_second_export_changes_nothing(url, graded) -> None:
    grades = graded(report("ada"), report("bob", HALF))
    to_nbgrader(grades, url)
    before = dump(url)
    assert to_nbgrader(grades, url).changed == 0
    assert dump(url) == before


def test_what_people_entered_stays_and_counts(url, graded, entries) -> None:
    to_nbgrader(graded(report("bob", HALF)), url)
    with Gradebook(url, "diffusion-course") as gradebook:
        grade = gradebook.find_grade(CHECK, "part_a", "part_a", "bob")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2.0, 0.25, False
        gradebook.find_comment(CELL, "part_a", "part_a", "bob").manual_comment = "Nearly."
        gradebook.find_submission_notebook("part_a", "part_a", "bob").late_submission_penalty = 3.0
        gradebook.db.commit()
    to_nbgrader(graded(report("bob", HALF)), url)
    assert entries("bob")[CHECK] == (1.5, 2.0, False)
    to_nbgrader(graded(report("bob")), url)
    assert entries("bob")[CHECK] == (3.0, 2.0, True)
    with Gradebook(url, "diffusion-course") as gradebook:
        comment = gradebook.find_comment(CELL, "part_a", "part_a", "bob")
        assert (comment.auto_comment, comment.comment) == (None, "Nearly.")
        notebook = gradebook.find_submission_notebook("part_a", "part_a", "bob")
        assert (notebook.score, notebook.late_submission_penalty) == (49.25, 3.0)


def test_formgrader_lists_the_class_and_nbgrader_exports_it(url, graded, tmp_path: Path) -> None:
    to_nbgrader(graded(report("ada"), report("bob", HALF)), url)
    config = Config({"CourseDirectory": {"root": str(tmp_path), "db_url": url}})
    api = NbGraderAPI(CourseDirectory(config=config))
    submissions = {each["student"]: each for each in api.get_submissions("part_a")}
    assert {student: each["score"] for student, each in submissions.items()} == {"ada": 50, "bob": 48.5}
    assert not submissions["bob"]["needs_manual_grade"]
    command = [sys.executable, "-m", "nbgrader", "export", f"--db={url}", "--to=out.csv"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        rows = {(row["assignment"], row["student_id"]): float(row["score"]) for row in csv.DictReader(file)}
    assert rows["part_a", "bob"] == 48.5
    assert rows["extension", "ada"] == 20


def test_a_roster_gives_ids_and_names(url, graded, entries, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("submission,id,first_name\nada,17,Ada\n", encoding="utf-8")
    written = to_nbgrader(graded(report("ada"), report("bob")), url, roster)
    assert written.left_out == ("bob is left out: not in the roster",)
    assert entries("17")[CHECK][0] == 3
    with Gradebook(url, "diffusion-course") as gradebook:
        assert [(s.id, s.first_name) for s in gradebook.students] == [("17", "Ada")]
    roster.write_text("submission,id\nada,17\nbob,17\n", encoding="utf-8")
    with pytest.raises(ValueError, match="17 is both ada's and bob's"):
        to_nbgrader(graded(report("ada"), report("bob")), url, roster)


def test_an_unwritable_gradebook_is_an_error_and_keeps_what_it_has(url, graded) -> None:
    grades = graded(report("ada", HALF))
    to_nbgrader(grades, url)
    before = dump(url)
    path = url.removeprefix("sqlite:///")
    graded(report("ada"))
    with pytest.raises(GradebookError, match="readonly database; nothing in it was changed; give"):
        to_nbgrader(grades, f"sqlite:///file:{path}?mode=ro&uri=true")
    assert dump(url) == before


def test_a_locked_gradebook_is_an_error(url, graded) -> None:
    grades = graded(report("ada", HALF))
    to_nbgrader(grades, url)
    graded(report("ada"))
    with sqlite3.connect(url.removeprefix("sqlite:///")) as other:
        other.execute("begin exclusive")
        with pytest.raises(GradebookError, match="locked; nothing in it was changed; wait"):
            to_nbgrader(grades, f"{url}?timeout=0.1")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("sqlite:////nowhere/at/all.db", "unable to open database file; nothing in it was changed; give"),
        ("gradebook.db", "'gradebook.db' begins no database's URL; write sqlite:///"),
        ("oraclle://x/y", "'oraclle' begins no database's URL"),
        ("postgresql+psycopg://me:hidden@127.0.0.1:1/x", r"me:\*\*\*@127.0.0.1:1/x.*nothing in it was"),
    ],
)
def test_a_gradebook_that_is_not_there_is_an_error(wrong: str, message: str, graded) -> None:
    if "psycopg" in wrong:
        pytest.importorskip("psycopg")
    with pytest.raises(GradebookError, match=message) as caught:
        to_nbgrader(graded(report("ada")), wrong)
    assert "hidden" not in str(caught.value)


def test_what_breaks_in_the_middle_leaves_nothing_half_written(url, graded, monkeypatch) -> None:
    to_nbgrader(graded(report("ada", HALF), report("bob", HALF)), url)
    before = hashlib.sha256(dump(url).encode()).hexdigest()
    from autograder.gradebook import scores

    genuine, calls = scores.record, iter(range(100))

    def breaking(*args: object) -> bool:
        if next(calls) == 3:
            raise RuntimeError("now")
        return genuine(*args)

    monkeypatch.setattr(scores, "record", breaking)
    with pytest.raises(RuntimeError, match="now"):
        to_nbgrader(graded(report("ada"), report("bob")), url)
    assert hashlib.sha256(dump(url).encode()).hexdigest() == before


def test_a_gradebook_of_another_course_is_refused(url, graded) -> None:
    to_nbgrader(graded(report("ada")), url)
    with Gradebook(url, "diffusion-course") as gradebook:
        gradebook.find_grade_cell(CHECK, "part_a", "part_a").max_score = 7
        gradebook.db.commit()
    with pytest.raises(GradebookError, match=r"part_a gives 7 points for a1\.1\.forward, .* gives 3; run"):
        to_nbgrader(graded(report("ada")), url)


def test_cells_that_an_instructor_added_await_a_person(url, graded, entries) -> None:
    to_nbgrader(graded(report("ada")), url)
    with Gradebook(url, "diffusion-course") as gradebook:
        gradebook.add_grade_cell("essay", "part_a", "part_a", max_score=5, cell_type="markdown")
    to_nbgrader(graded(report("ada"), report("bob")), url)
    assert entries("bob")["essay"] == (None, None, True)
    assert entries("bob")[CHECK] == (3, None, False)


def test_students_words_never_become_markup() -> None:
    told = remark(result(FORWARD, 0.0, "<script>alert(1)</script>\n\n[x](javascript:1) $\\a$\n# big"))
    html = markdown2html(told)
    assert "<script" not in html
    assert "href" not in html
    assert "<h1" not in html
    assert html.count("<code>") == 1
    assert len(remark(result(FORWARD, 0.0, "x" * 10**6)) or "") == 4_000
    assert remark(result(FORWARD, 1.0)) is None
