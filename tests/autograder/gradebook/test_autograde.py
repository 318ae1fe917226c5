"""`nbgrader autograde` on our notebooks: our scores, our comments, and no kernel."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata
from traitlets.config import Config

from autograder import example_class, grading, syllabus
from autograder.gradebook.assignments import assignment
from autograder.gradebook.autograde import GradeApart
from autograder.gradebook.database import opened
from autograder.link.failures import LinkError
from autograder.link.isolation import Isolation
from autograder.release.generated import sections_of
from autograder.release.nbgrader_course import nbgrader_files
from autograder.release.notebooks import grade_id, notebook
from autograder.release.pieces import Definition, pieces
from autograder.submissions import Submission, discover
from autograder.syllabus import Part, Syllabus

from .conftest import dump

ROOT = Path(__file__).parents[3]
SECRET = b"a secret of this test"
WRONG = {
    "s1_1_forward.py": ("(1 - alpha_bar_t).sqrt() * eps", "(1 - alpha_bar_t) * eps"),
    "s1_3_one_step.py": ("eps_hat) / alpha_bar_t.sqrt()", "eps_hat) / alpha_bar_t"),
}
CRASH = {"s1_3_one_step.py": ("    output = unet(", "    __import__('os')._exit(1)\n    output = unet(")}
MARK = "import pathlib; pathlib.Path({!r}).write_text('run')"

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
"""nbgrader adds a submission in a way that a new SQLAlchemy frowns upon."""


def released(part: Part, table: Syllabus) -> NotebookNode:
    sections = sections_of(part, table)
    texts = {s.module: (ROOT / "solutions" / s.file).read_text(encoding="utf-8") for s in sections}
    return notebook(part, sections, texts)


def solved(part: Part, files: Mapping[str, bytes], table: Syllabus) -> NotebookNode:
    """Return the part's notebook with the functions of section files in its solution cells."""
    theirs = released(part, table)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in theirs.cells}
    for section in sections_of(part, table):
        found = pieces(files[section.file].decode(), section.file)
        texts = {piece.node.name: piece.text for piece in found if isinstance(piece.node, Definition)}
        for exercise in section.exercises:
            cells[grade_id(exercise)].source = texts[exercise.name]
    return theirs


def hand_in(root: Path, student: str, part: Part, theirs: NotebookNode) -> None:
    path = root / "submitted" / student / part.folder / f"{part.folder}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(theirs, path)


def grade_apart(
    course: CourseDirectory, part: Part, table: Syllabus, student: str
) -> dict[str, NotebookNode]:
    """Grade what a student handed in, and return its cells as they are then by their names."""
    config = Config(course.config)
    config.GradeApart.isolation, config.GradeApart.i_trust_this_code = "process", True
    path = Path(course.root) / f"submitted/{student}/{part.folder}/{part.folder}.ipynb"
    place = {"student": student, "assignment": part.folder, "notebook": part.folder, "db_url": course.db_url}
    theirs, _ = GradeApart(config=config).preprocess(nbformat.read(path, 4), {"nbgrader": place})
    return {cell.id: cell for cell in theirs.cells}


def scores(url: str, student: str, part: str = "part_a") -> dict[str, float | None]:
    with Gradebook(url, "diffusion-course") as gradebook:
        submitted = gradebook.find_submission_notebook(part, part, student)
        return {grade.name: grade.auto_score for grade in submitted.grades}


def expected(submission: Submission, letter: str = "a", **options: object) -> dict[str, float]:
    report = grading.grade(submission, SECRET, **options)
    keys = {e.key: f"check-{e.key.replace('.', '-')}" for e in syllabus.load().exercises()}
    return {keys[e.key]: e.points for e in report.exercises if e.key.startswith(letter)}


@pytest.fixture
def part(first_sections: Syllabus) -> Part:
    """Part A of the short course."""
    return first_sections.part("a")


@pytest.fixture
def course(tmp_path: Path, url: str, part: Part, first_sections: Syllabus) -> CourseDirectory:
    """nbgrader's folder of the short course."""
    (tmp_path / "secret.key").write_bytes(SECRET)
    with opened(url) as session, session.no_autoflush:
        sections = sections_of(part, first_sections)
        assignment(session, part, sections, released(part, first_sections), "diffusion-course")
    settings = {"root": str(tmp_path), "db_url": url, "course_id": "diffusion-course"}
    return CourseDirectory(config=Config({"CourseDirectory": {**settings, "assignment_id": "part_a"}}))


@pytest.fixture
def autograded(course: CourseDirectory) -> Iterator[Callable[[], None]]:
    """A function that does what `nbgrader autograde part_a --force` does, but in this process."""
    config = Config(course.config)
    config.GradeApart.isolation = "process"
    config.GradeApart.i_trust_this_code = True
    config.LateSubmissionPlugin.penalty_method = "zero"
    config.Autograde.autograde_preprocessors = [GradeApart, AssignLatePenalties, CheckCellMetadata]

    def run() -> None:
        converter = Autograde(coursedir=course, config=config)
        converter.force = True
        converter.start()

    return run


def test_scores_are_those_of_autograder_grade(
    course, autograded, url, part, first_sections, reference_files
) -> None:
    stubs = {
        s.file: (ROOT / "course" / s.file).read_text(encoding="utf-8").encode()
        for s in first_sections.sections
    }
    handed_in = {
        "ada": reference_files(),
        "bob": reference_files(**WRONG),
        "cyd": reference_files(**CRASH),
        "dan": stubs,
    }
    for student, files in handed_in.items():
        hand_in(Path(course.root), student, part, solved(part, files, first_sections))
    autograded()
    totals = {}
    for student, files in handed_in.items():
        found = scores(url, student)
        assert found == expected(Submission(student, files), isolation=Isolation.PROCESS)
        totals[student] = sum(found.values())
    assert totals["ada"] == sum(s.points for s in first_sections.sections)
    assert 0 == totals["dan"] < totals["cyd"] < totals["ada"] > totals["bob"] > 0


def test_a_notebook_is_worth_the_same_at_either_door(
    course, autograded, url, part, first_sections, reference_files
) -> None:
    """A helper in a cell of the student's own, tries, and a cell that is not Python: its report says why."""
    theirs = solved(part, reference_files(), first_sections)
    cells = {cell.id: cell for cell in theirs.cells}
    cells["a1-2-blur_denoise"].source = "def blur_denoise(:"
    cells["a1-1-forward"].source += "\n\nroot = square_root\n%timeit forward()\nshow(demo(studio))"
    cells["a1-1-forward"].source = cells["a1-1-forward"].source.replace(
        "alpha_bar_t.sqrt()", "root(alpha_bar_t)"
    )
    theirs.cells.insert(4, new_code_cell("def square_root(x):\n    return x ** 0.5"))
    hand_in(Path(course.root), "eve", part, theirs)
    autograded()
    (by_folder,) = discover(Path(course.root) / "submitted/eve")
    found = scores(url, "eve")
    assert found == expected(by_folder, isolation=Isolation.PROCESS)
    assert [name for name, points in found.items() if not points] == ["check-a1-2-blur_denoise"]
    with Gradebook(url, "diffusion-course") as gradebook:
        comment = gradebook.find_comment("a1-2-blur_denoise", "part_a", "part_a", "eve").comment
        assert "the cell a1-2-blur_denoise is not Python (line 1: invalid syntax)" in comment


def test_no_student_code_runs_where_nbgrader_runs(
    course, autograded, url, part, first_sections, reference_files, tmp_path, monkeypatch
) -> None:
    theirs = solved(part, reference_files(), first_sections)
    marked = tmp_path / "marked"
    for cell in theirs.cells:
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = MARK.format(str(marked))
    hand_in(Path(course.root), "eve", part, theirs)
    monkeypatch.setattr("nbgrader.preprocessors.Execute.preprocess", None)
    autograded()
    assert not marked.exists()
    assert sum(scores(url, "eve").values()) == sum(s.points for s in first_sections.sections)


def test_the_cells_say_what_came_out(course, autograded, url, part, first_sections, reference_files) -> None:
    hand_in(Path(course.root), "bob", part, solved(part, reference_files(**WRONG), first_sections))
    autograded()
    graded = nbformat.read(Path(course.root) / "autograded/bob/part_a/part_a.ipynb", as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in graded.cells}
    text, points = cells["check-a1-1-forward"].outputs
    assert "failed: " in text.text
    assert float(points.data["text/plain"]) == scores(url, "bob")["check-a1-1-forward"]
    with Gradebook(url, "diffusion-course") as gradebook:
        comment = gradebook.find_comment("a1-1-forward", "part_a", "part_a", "bob").comment
        assert comment.startswith("At every timestep")
        assert "\n\n    the result is wrong" in comment


def test_manual_scores_stay_and_a_grader_that_breaks_changes_nothing(
    course, autograded, url, part, first_sections, reference_files, monkeypatch
) -> None:
    hand_in(Path(course.root), "ada", part, solved(part, reference_files(), first_sections))
    autograded()
    with Gradebook(url, "diffusion-course") as gradebook:
        gradebook.find_grade("check-a1-1-forward", "part_a", "part_a", "ada").manual_score = 0.5
        gradebook.db.commit()
    before = scores(url, "ada")

    def broken(*_: object, **__: object) -> None:
        raise LinkError("no room for a worker")

    monkeypatch.setattr(grading.Remote, "start", broken)
    with pytest.raises(NbGraderException):
        autograded()
    assert scores(url, "ada") == before
    monkeypatch.undo()
    with Gradebook(url, "diffusion-course") as gradebook:
        grade = gradebook.find_grade("check-a1-1-forward", "part_a", "part_a", "ada")
        assert (grade.manual_score, grade.score) == (0.5, 0.5)


OVERRIDES = (
    "student,exercise,points,reason,comment\n"
    "bob,a1.1.forward,2.5,the idea is right,\nbob,blur_denoise,,,Neat.\nzoe,forward,1,not yet graded,\n"
)


def grade_of(gradebook: Gradebook, name: str) -> Any:
    return gradebook.find_grade(f"check-{name}", "part_a", "part_a", "bob")


def comment_on(gradebook: Gradebook, name: str) -> Any:
    return gradebook.find_comment(name, "part_a", "part_a", "bob")


def test_points_and_comments_by_hand_count_as_in_the_export(
    course, autograded, url, part, first_sections, reference_files
) -> None:
    hand_in(Path(course.root), "bob", part, solved(part, reference_files(**WRONG), first_sections))
    autograded()
    before = scores(url, "bob")
    (Path(course.root) / "submitted/zoe/part_a").mkdir(parents=True)
    (Path(course.root) / "overrides.csv").write_text(OVERRIDES)
    report = grade_apart(course, part, first_sections, "bob")
    assert scores(url, "bob") == before | {"check-a1-1-forward": 2.5}
    with Gradebook(url, "diffusion-course") as gradebook:
        assert comment_on(gradebook, "a1-1-forward").comment.startswith(
            "Decided by a person: 2.5 points.\n\n    the idea is right\n\nAt every timestep"
        )
        assert comment_on(gradebook, "a1-2-blur_denoise").comment == "Decided by a person.\n\n    Neat."
        assert grade_of(gradebook, "a1-1-forward").manual_score is None
    text, points = report["check-a1-1-forward"].outputs
    assert text.text.startswith("by hand: the idea is right\nfailed: ")
    assert points.data["text/plain"] == "2.5"
    (Path(course.root) / "overrides.csv").unlink()
    grade_apart(course, part, first_sections, "bob")
    assert scores(url, "bob") == before


def test_what_was_given_in_formgrader_counts_before_the_overrides(
    course, autograded, url, part, first_sections, reference_files
) -> None:
    hand_in(Path(course.root), "bob", part, solved(part, reference_files(**WRONG), first_sections))
    autograded()
    with Gradebook(url, "diffusion-course") as gradebook:
        grade_of(gradebook, "a1-1-forward").manual_score = 0.25
        comment_on(gradebook, "a1-2-blur_denoise").manual_comment = "Seen."
        gradebook.db.commit()
    (Path(course.root) / "overrides.csv").write_text(OVERRIDES.partition("zoe")[0])
    grade_apart(course, part, first_sections, "bob")
    with Gradebook(url, "diffusion-course") as gradebook:
        grade, comment = grade_of(gradebook, "a1-1-forward"), comment_on(gradebook, "a1-2-blur_denoise")
        assert (grade.manual_score, grade.auto_score, grade.score) == (0.25, 2.5, 0.25)
        assert grade.needs_manual_grade
        assert comment.comment == "Seen."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("student,exercise,points\nbob,forward,9,\n", r"overrides\.csv, line 2 has 4 cells"),
        (
            "student,exercise,points,reason\nbob,forward,9,so\n",
            r"overrides\.csv, line 2: 9 points, but .* give 0 to",
        ),
        (
            "student,exercise,points,reason\nbop,forward,1,so\n",
            r"line 2: no submission is called 'bop'; there is bob",
        ),
        (None, r"overrides\.csv cannot be read \(Is a directory\); make it"),
    ],
)
def test_overrides_that_cannot_be_read_stop_before_anything_is_written(
    course, part, first_sections, url, text, told, monkeypatch
) -> None:
    theirs, path = released(part, first_sections), Path(course.root) / "overrides.csv"
    hand_in(Path(course.root), "bob", part, theirs)
    path.mkdir() if text is None else path.write_text(text)
    monkeypatch.setattr(grading, "grade", None)
    before = dump(url)
    with pytest.raises(ValueError, match=told):
        grade_apart(course, part, first_sections, "bob")
    assert dump(url) == before


def test_late_work_costs_what_nbgraders_plugin_says(
    course, autograded, url, part, first_sections, reference_files
) -> None:
    hand_in(Path(course.root), "ada", part, solved(part, reference_files(), first_sections))
    folder = Path(course.root) / "submitted/ada/part_a"
    (folder / "timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
    with Gradebook(url, "diffusion-course") as gradebook:
        gradebook.update_or_create_assignment("part_a", duedate="2030-01-01 00:00:00 UTC")
    autograded()
    with Gradebook(url, "diffusion-course") as gradebook:
        submitted = gradebook.find_submission_notebook("part_a", "part_a", "ada")
        assert submitted.late_submission_penalty == submitted.score > 0


def test_an_unsandboxed_run_needs_trust(course, part, first_sections) -> None:
    config = Config({"GradeApart": {"isolation": "process"}})
    preprocessor = GradeApart(config=config)
    place = {"student": "ada", "assignment": "part_a", "notebook": "part_a", "db_url": course.db_url}
    with pytest.raises(ValueError, match="trust"):
        preprocessor.preprocess(released(part, first_sections), {"nbgrader": place})
    with pytest.raises(ValueError, match="no part of the course"):
        preprocessor.preprocess(released(part, first_sections), {"nbgrader": {**place, "notebook": "x"}})


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_command_grades_a_class_as_autograder_grade_does(tmp_path: Path) -> None:
    for path, text in nbgrader_files(ROOT).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "secret.key").write_bytes(SECRET)
    table = syllabus.load()
    part = table.part("a")
    wanted = ("ada-reference", "bayes-mixed-weights", "blank-stubs", "fourier-exchanged-passes")
    handed_in = [each for each in example_class.submissions() if each.student in wanted]
    for each in handed_in:
        hand_in(tmp_path, each.student, part, solved(part, each.files, table))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    places = {"PATH": path, "HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path)}
    for words in (["generate_assignment", "part_a"], ["autograde", "part_a"]):
        command = [sys.executable, "-m", "nbgrader", *words]
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ | places, capture_output=True, text=True, timeout=1000
        )
        assert done.returncode == 0, done.stderr
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    for each in handed_in:
        only = {name: text for name, text in each.files.items() if name.startswith("part_a/")}
        assert scores(url, each.student) == expected(Submission(each.student, only)), each.student
