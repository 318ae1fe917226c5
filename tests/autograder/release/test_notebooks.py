import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.release.errors import ReleaseError
from autograder.release.generated import sections_of, solutions, syllabus_of, taught, written
from autograder.release.notebook_text import CHECK, SETUP
from autograder.release.notebooks import notebook
from autograder.release.stubs import stub_line
from autograder.syllabus import Exercise

ROOT = Path(__file__).parents[3]
COURSE = [part.letter for part in taught(syllabus_of(ROOT))]
HOUSES = pytest.mark.parametrize(
    ("real", "letter"),
    [(False, "a"), *((True, letter) for letter in COURSE)],
    ids=["sample", *(f"part {letter}" for letter in COURSE)],
)


def made(root: Path, solved: bool = False, letter: str = "a") -> nbformat.NotebookNode:
    syllabus = syllabus_of(root)
    part = syllabus.part(letter)
    return notebook(part, sections_of(part, syllabus), solutions(root, part, syllabus), solved=solved)


def cells(root: Path, solved: bool = False, letter: str = "a") -> dict[str, str]:
    return {cell.id: cell.source for cell in made(root, solved, letter).cells}


def exercises_of(root: Path, letter: str) -> list[Exercise]:
    syllabus = syllabus_of(root)
    return [e for section in sections_of(syllabus.part(letter), syllabus) for e in section.exercises]


@HOUSES
@pytest.mark.parametrize("solved", [False, True])
def test_notebook_is_valid_for_jupyter_and_nbgrader(
    house: Path, real: bool, letter: str, solved: bool
) -> None:
    formats = pytest.importorskip("nbgrader.nbgraderformat.v3")
    node = made(ROOT if real else house, solved, letter)
    nbformat.validate(node)
    formats.MetadataValidatorV3().validate_nb(node)
    ids = [cell.id for cell in node.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in ids)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in node.cells)
    assert node.metadata.kernelspec.name == "python3"


@HOUSES
def test_every_exercise_has_its_cell_and_after_it_a_locked_check_worth_its_points(
    house: Path, real: bool, letter: str
) -> None:
    root = ROOT if real else house
    node = made(root, letter=letter)
    graded = [cell for cell in node.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    exercises = exercises_of(root, letter)
    assert [cell.metadata.nbgrader.points for cell in graded] == [e.points for e in exercises]
    for check, exercise in zip(graded, exercises, strict=True):
        solution = node.cells[node.cells.index(check) - 1]
        assert re.search(rf"^(def|class) {exercise.name}\b", solution.source, re.MULTILINE)
        assert solution.metadata.nbgrader.solution
        assert not solution.metadata.nbgrader.grade
        assert check.metadata.nbgrader.locked
        assert not check.metadata.editable
        assert check.source == f'{CHECK}\n\ncheck("{exercise.key}", {exercise.name})'


def test_cells_follow_the_module(house: Path) -> None:
    assert list(cells(house)) == [
        "title-a",
        "how-a",
        "setup-a",
        "text-a1-1",
        "given-a1-1-1",
        "a1-1-twice",
        "check-a1-1-twice",
        "given-a1-1-3",
        "a1-1-Counter",
        "check-a1-1-Counter",
        "demo-a1-1",
        "text-a1-7-1",
        "given-a1-7-1-1",
        "a1-7-1-powers",
        "check-a1-7-1-powers",
        "demo-a1-7-1",
    ]


def test_constant_that_only_a_solution_reads_is_given_to_the_student(house: Path) -> None:
    assert "FACTOR = 2" in cells(house)["given-a1-1-1"]
    assert "SHOWN" not in cells(house)["given-a1-1-1"]
    assert cells(house)["demo-a1-1"].startswith("# What the demo shows.\nSHOWN = (1, 2)\n")
    assert cells(house)["demo-a1-7-1"].startswith("SHOWN = 3\n\n\ndef _shown()")


@HOUSES
def test_students_get_the_instructors_notebook_with_stubs_in_it(house: Path, real: bool, letter: str) -> None:
    root = ROOT if real else house
    student, instructor = cells(root, letter=letter), cells(root, solved=True, letter=letter)
    exercises = {e.key.replace(".", "-"): e for e in exercises_of(root, letter)}
    assert {name for name in student if student[name] != instructor[name]} == set(exercises)
    for name, exercise in exercises.items():
        section = syllabus_of(root).section(exercise.section)
        assert stub_line(section, exercise) in student[name]
        assert "SOLUTION" not in student[name]


@HOUSES
def test_no_cell_imports_a_sibling(house: Path, real: bool, letter: str) -> None:
    for source in cells(ROOT if real else house, letter=letter).values():
        assert not re.search(r"^\s*from \.", source, re.MULTILINE)


def test_instructors_notebook_runs_from_top_to_bottom_and_again(house: Path) -> None:
    seen: list[Any] = []
    checked: list[str] = []
    names = {
        "show": lambda loop: seen.append(list(loop)),
        "studio": None,
        "check": lambda k, _: checked.append(k),
    }
    code = [c.source for c in made(house, solved=True).cells if c.cell_type == "code" and c.source != SETUP]
    namespace: dict[str, Any] = {"__name__": "notebook", **names}
    for source in code:
        exec(source.replace(CHECK, ""), namespace)
    assert seen == [[2, 4], [2, 4, 8]]
    assert checked == ["a1.1.twice", "a1.1.Counter", "a1.7.1.powers"]
    exec(cells(house, solved=True)["demo-a1-1"], namespace)
    assert seen[-1] == [2, 4]


def names_in(letter: str) -> dict[str, Any]:
    """Return what the cells of a part's solved notebook define, run without demos, checks and studio."""
    namespace: dict[str, Any] = {"__name__": "notebook", "show": lambda _: None, "studio": None}
    for cell in made(ROOT, solved=True, letter=letter).cells:
        if cell.cell_type == "code" and cell.source != SETUP and not cell.source.startswith(CHECK):
            exec(compile(cell.source, cell.id, "exec"), namespace)
    return namespace


@pytest.mark.parametrize("letter", COURSE)
def test_the_courses_code_cells_define_what_the_modules_define(letter: str) -> None:
    pytest.importorskip("torch")
    namespace = names_in(letter)
    assert all(exercise.name in namespace for exercise in exercises_of(ROOT, letter))


def test_functions_in_cells_work_together() -> None:
    torch = pytest.importorskip("torch")
    namespace = names_in("a")
    alpha_bar = torch.tensor([0.99, 0.36, 0.01], dtype=torch.float64)
    x_0, eps = torch.full((1, 3, 2, 2), 0.5, dtype=torch.float64), torch.ones(1, 3, 2, 2, dtype=torch.float64)
    x_t = namespace["forward"](x_0, 1, alpha_bar, eps)
    torch.testing.assert_close(x_t, torch.full_like(x_0, 0.6 * 0.5 + 0.8))
    torch.testing.assert_close(namespace["estimate_clean"](x_t, 1, alpha_bar, eps), x_0)


def test_classes_in_cells_work_together() -> None:
    torch = pytest.importorskip("torch")
    namespace = names_in("b")
    unet, schedule = namespace["ClassConditionalUNet"](1, 10, 2), namespace["ddpm_schedule"](1e-4, 0.02, 3)
    loop = namespace["class_ddpm_sample"](unet, schedule, torch.tensor([7]), (28, 28), 3, torch.Generator())
    assert [image.shape for image in loop] == [(1, 1, 28, 28)] * 3


def test_setup_is_python_without_magic_and_shows_figures_and_animations() -> None:
    pytest.importorskip("IPython")
    pytest.importorskip("torch")
    shown: list[Any] = []
    namespace: dict[str, Any] = {"__name__": "notebook"}
    exec(SETUP.rpartition("\n")[0], namespace)
    torch, figures = pytest.importorskip("torch"), namespace["figures"]
    frame = torch.zeros(3, 4, 4)
    namespace["display"] = lambda *things: shown.extend(things)
    exhibits = [
        namespace["Exhibit"]("a", "A figure.", figures.filmstrip([frame])),
        namespace["Exhibit"]("b", "Frames.", [frame, frame + 1]),
    ]
    namespace["show"](exhibits)
    assert shown[0].data.startswith(b"\x89PNG")
    assert shown[2].data.startswith(b"GIF8")
    assert [shown[1].data, shown[3].data] == ["*A figure.*", "*Frames.*"]


def test_file_is_the_same_every_time_and_ends_with_a_newline(house: Path) -> None:
    syllabus = syllabus_of(house)
    part = syllabus.parts[0]
    arguments = part, sections_of(part, syllabus), solutions(house, part, syllabus)
    text = written(*arguments, solved=False)
    assert text == written(*arguments, solved=False)
    assert text.endswith("}\n")
    assert (json.loads(text)["nbformat"], json.loads(text)["nbformat_minor"]) == (4, 5)


def test_bad_regions_are_refused(house: Path) -> None:
    path = house / "solutions/part_a/s1_7_1_powers.py"
    path.write_text(path.read_text().replace("# END", "# end"))
    with pytest.raises(ReleaseError, match="the region has no end"):
        made(house)
