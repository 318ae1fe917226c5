"""Notebooks made into section modules: what students write in cells is what their files would hold."""

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder import syllabus
from autograder.intake.modules import modules, own_stub
from autograder.intake.notebooks import Cell, cells
from autograder.release.generated import sections_of, solutions, taught, written
from autograder.submissions import discover

ROOT = Path(__file__).parents[3]
TABLE = syllabus.load()
FORWARD = "def forward(x_0, t, alpha_bar, eps):\n    return {body}"


def made(letter: str, *, solved: bool) -> bytes:
    part = TABLE.part(letter)
    return written(part, sections_of(part, TABLE), solutions(ROOT, part, TABLE), solved=solved).encode()


def notebook(*sources: tuple[str, str]) -> bytes:
    found = [
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": name}} if name else {}, "source": source}
        for name, source in sources
    ]
    return json.dumps({"cells": found, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


def module_of(file: str, *sources: tuple[str, str]) -> dict[str, Any]:
    """Return the namespace of a module, run by itself, that has been made of a notebook's cells."""
    source = modules([Cell(*pair) for pair in sources], TABLE).files[file]
    scope: dict[str, Any] = {
        "__name__": f"course.{file[:-3].replace('/', '.')}",
        "__package__": "course.part_a",
    }
    exec(compile(source, file, "exec"), scope)
    return scope


@pytest.fixture
def hand_in(tmp_path: Path) -> Callable[..., Any]:
    """Return a function that hands in files as one student's folder and reads it."""

    def read(**files: bytes) -> Any:
        for name, content in files.items():
            path = (
                tmp_path
                / "in/zoe"
                / name.replace("__", "/").replace("_ipynb", ".ipynb").replace("_py", ".py")
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (submission,) = discover(tmp_path / "in")
        return submission

    return read


@pytest.mark.parametrize("part", taught(TABLE), ids=lambda part: part.folder)
def test_the_solved_notebook_is_the_solutions(part: syllabus.Part) -> None:
    """Every module is the reference's, statement by statement; nothing is missing, nothing remarked upon."""
    found = modules(cells(made(part.letter, solved=True)), TABLE)
    assert found.remarks == ()
    for section in sections_of(part, TABLE):
        reference = (ROOT / "solutions" / section.file).read_text(encoding="utf-8")
        assert ast.dump(ast.parse(found.files[section.file])) == ast.dump(ast.parse(reference)), section.file


@pytest.mark.parametrize("part", taught(TABLE), ids=lambda part: part.folder)
def test_the_untouched_notebook_is_the_stubs(part: syllabus.Part) -> None:
    found = modules(cells(made(part.letter, solved=False)), TABLE)
    assert found.files == {section.file: own_stub(section) for section in sections_of(part, TABLE)}
    assert found.untouched == set(found.files)


def test_notebooks_of_two_parts_are_one_submission(hand_in: Any) -> None:
    found = hand_in(part_a_ipynb=made("a", solved=True), notebooks__mine_ipynb=made("b", solved=True))
    parts = {section.file for letter in "ab" for section in sections_of(TABLE.part(letter), TABLE)}
    assert set(found.files) == parts
    assert found.remarks == ()


def test_a_bad_cell_spoils_only_its_own_exercise() -> None:
    good = FORWARD.format(body="x_0")
    found = modules([Cell("a1-1-forward", good), Cell("a1-2-blur_denoise", "def blur_denoise(:")], TABLE)
    assert good in found.files["part_a/s1_1_forward.py"]
    reason = "the cell a1-2-blur_denoise is not Python (line 1: invalid syntax)"
    assert f"raise SyntaxError('{reason}')" in found.files["part_a/s1_2_blur.py"]
    assert found.remarks[0] == f"its{reason.removeprefix('the')}; the exercise fails for that"
    assert "no cell named a0-generate, a1-3-estimate_noise" in found.remarks[1]


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("x = 1\0", "characters"),
        ("x = '\ud800'", "characters"),
        ("x = " + "(" * 10_000, "not Python"),
        ("x = " + "-" * 10_000 + "1", "too deeply"),
        ("x = a" + ".b" * 100_000, "too deeply"),
        ("%%bash\nrm -rf /", "not Python"),
    ],
)
def test_a_cell_that_is_no_python_is_named(cell: str, why: str) -> None:
    scope = module_of("part_a/s1_1_forward.py", ("a1-1-forward", cell))
    with pytest.raises(SyntaxError, match=why):
        scope["forward"]()
    found = modules([Cell("a1-1-forward", cell)], TABLE)
    assert why in found.remarks[0]
    assert "a1-1-forward" in found.remarks[0]


def test_a_cell_may_use_magic_and_more_names_than_its_section_imports() -> None:
    cell = "%matplotlib inline\n" + FORWARD.format(body="torch.sqrt(alpha_bar[t]) * x_0")
    scope = module_of("part_a/s1_1_forward.py", ("a1-1-forward", cell))
    assert scope["torch"].__name__ == "torch"
    assert scope["forward"](2, 0, scope["torch"].ones(1) / 4, 0) == 1


def test_helpers_come_from_cells_of_the_students_own() -> None:
    helpers = "import math\nHALF = 0.5\nprint('not run')\ndef half(x):\n    return math.floor(x * HALF)"
    use = FORWARD.format(body="half(x_0)")
    scope = module_of(
        "part_a/s1_1_forward.py", ("", helpers), ("scratch", "!ls\nx = = 1"), ("a1-1-forward", use)
    )
    assert scope["forward"](5, 0, 0, 0) == 2


def test_helpers_of_an_earlier_section_are_imported_from_it() -> None:
    first = "def helper(x):\n    return x\n\n" + FORWARD.format(body="helper(x_0)")
    second = "def blur_denoise(x_t, kernel_size=5, sigma=2.0):\n    return helper(forward(x_t))"
    found = modules([Cell("a1-1-forward", first), Cell("a1-2-blur_denoise", second)], TABLE)
    assert "from ..part_a.s1_1_forward import helper" in found.files["part_a/s1_2_blur.py"]
    assert "helper" not in found.files["part_a/s1_4_iterative.py"]


def test_local_names_bring_nothing_along() -> None:
    own = Cell("", "images = load_all_of_them()")
    found = modules([own, Cell("a1-1-forward", FORWARD.format(body="[images for images in x_0]"))], TABLE)
    assert "load_all_of_them" not in found.files["part_a/s1_1_forward.py"]


def test_helpers_without_end_do_not_end_the_grader() -> None:
    chain = "\n".join(f"def h{i}():\n    return h{i + 1}()" for i in range(5_000))
    found = modules([Cell("", chain), Cell("a1-1-forward", FORWARD.format(body="h0()"))], TABLE)
    assert "h0()" in found.files["part_a/s1_1_forward.py"]


def test_work_counts_wherever_it_was_done(hand_in: Any) -> None:
    """A whole course folder is handed in: stubs beside a notebook, or files beside an untouched notebook."""
    stub = own_stub(TABLE.section("a1.1")).replace("\n", "\r\n").encode()
    mine = FORWARD.format(body="x_0")
    found = hand_in(
        course__part_a__s1_1_forward_py=stub,
        course__part_a__s1_2_blur_py=b"x = 1\n",
        course__notebooks__part_a_ipynb=notebook(("a1-1-forward", mine)),
    )
    assert mine.encode() in found.files["part_a/s1_1_forward.py"]
    assert found.files["part_a/s1_2_blur.py"] == b"x = 1\n"


def test_of_two_works_the_file_counts_and_it_is_said(hand_in: Any) -> None:
    mine = notebook(("a1-1-forward", FORWARD.format(body="x_0")))
    found = hand_in(part_a__s1_1_forward_py=b"x = 1\n", part_a_ipynb=mine, other_ipynb=mine)
    assert found.files["part_a/s1_1_forward.py"] == b"x = 1\n"
    assert sum("the file part_a/s1_1_forward.py counts" in remark for remark in found.remarks) == 2


def test_a_foreign_notebook_is_remarked_upon(hand_in: Any) -> None:
    found = hand_in(homework_ipynb=notebook(("", "x = 1")))
    assert not found.files
    assert "no cell with the name of an exercise" in found.remarks[0]
