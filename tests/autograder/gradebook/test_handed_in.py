"""Notebooks handed in through nbgrader are what they are when handed in to `autograder grade`."""

import os
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.preprocessors import DeduplicateIds

from autograder import soundness, submissions, syllabus
from autograder.gradebook.handed_in import needed, submission
from autograder.intake.modules import own_stub
from autograder.release.generated import sections_of, solutions
from autograder.release.notebooks import notebook

TABLE = syllabus.load()
FORWARD = "part_a/s1_1_forward.py"


def released(letter: str, *, solved: bool = True) -> NotebookNode:
    part = TABLE.part(letter)
    given = solutions(soundness.ROOT, part, TABLE)
    return notebook(part, sections_of(part, TABLE), given, solved=solved)


def cell(theirs: NotebookNode, name: str) -> NotebookNode:
    return next(each for each in theirs.cells if each.id == name)


def as_it_is(theirs: NotebookNode) -> None:
    """Change nothing."""


def with_a_helper(theirs: NotebookNode) -> None:
    theirs.cells.insert(4, new_code_cell("SCALE = 2\n\ndef helper(x):\n    return SCALE * x"))
    cell(theirs, "a1-1-forward").source += "\n\n\ndef more(x):\n    return helper(x)"


def with_an_import(theirs: NotebookNode) -> None:
    cell(theirs, "setup-a").source += "\nimport numpy as np"
    theirs.cells.insert(4, new_code_cell("import math as m"))
    cell(theirs, "a1-1-forward").source = "def forward(x_0, t, alpha_bar, eps):\n    return np.sqrt(m.pi)"


def with_magic(theirs: NotebookNode) -> None:
    source = cell(theirs, "a1-1-forward").source
    cell(theirs, "a1-1-forward").source = f"%matplotlib inline\n{source}\n!ls\nforward?\nshow(forward(x_0))"


def broken(theirs: NotebookNode) -> None:
    cell(theirs, "a1-1-forward").source = "def forward(:"
    theirs.cells.insert(4, new_code_cell("what is this"))


def without_a_cell(theirs: NotebookNode) -> None:
    theirs.cells.remove(cell(theirs, "a1-1-forward"))


def with_a_future(theirs: NotebookNode) -> None:
    cell(theirs, "a1-1-forward").source = "from __future__ import annotations\n\ndef forward(x: Later): pass"


def renamed(theirs: NotebookNode) -> None:
    cell(theirs, "a1-1-forward").metadata.nbgrader.grade_id = "mine"
    cell(theirs, "a1-2-blur_denoise").metadata = NotebookNode()


def named_as_anothers(theirs: NotebookNode) -> None:
    cell(theirs, "a1-2-blur_denoise").metadata.nbgrader.grade_id = "a1-1-forward"
    cell(theirs, "a1-3-estimate_noise").metadata.nbgrader.grade_id = "b1-1-Conv"


def copied(theirs: NotebookNode) -> None:
    metadata = deepcopy(cell(theirs, "a1-1-forward").metadata)
    source = "def spare():\n    return 1\n\ndef forward(x_0, t, alpha_bar, eps):\n    return x_0"
    theirs.cells.append(new_code_cell(source, metadata=metadata))
    cell(theirs, "a1-2-blur_denoise").source += "\n\n\ndef more():\n    return spare()"


AWKWARD = [
    *(as_it_is, with_a_helper, with_an_import, with_magic, broken, without_a_cell, with_a_future, renamed),
    *(named_as_anothers, copied),
]


@pytest.mark.parametrize("awkward", AWKWARD, ids=lambda change: change.__name__)
@pytest.mark.parametrize("solved", [True, False], ids=["solved", "untouched"])
def test_both_doors_lead_to_the_same_files(awkward, solved, tmp_path: Path) -> None:
    theirs = released("a", solved=solved)
    awkward(theirs)
    (tmp_path / "ada").mkdir()
    nbformat.write(theirs, tmp_path / "ada/part_a.ipynb")
    (by_folder,) = submissions.discover(tmp_path)
    by_nbgrader = submission("ada", TABLE.part("a"), theirs, {}, TABLE)
    assert by_nbgrader == by_folder
    told_apart, _ = DeduplicateIds().preprocess(theirs, {})
    assert submission("ada", TABLE.part("a"), told_apart, {}, TABLE).files == by_folder.files
    assert set(by_folder.files) >= {section.file for section in sections_of(TABLE.part("a"), TABLE)}
    stub = own_stub(TABLE.section("a1.1")).encode()
    left = awkward in (as_it_is, without_a_cell, renamed)
    assert (by_folder.files[FORWARD] == stub) == (left and (awkward is not as_it_is or not solved))


def test_the_solutions_as_cells_are_complete() -> None:
    for part in TABLE.parts:
        made = submission("ada", part, released(part.letter), {}, TABLE)
        assert not any(b"NotImplementedError" in text for text in made.files.values())
        assert set(made.files) == {section.file for section in sections_of(part, TABLE)}
        assert [r.partition(" ")[0] for r in made.remarks] == [o.folder for o in needed(part, TABLE)]


def test_other_parts_come_along_where_they_are_needed(tmp_path: Path) -> None:
    extension, part_b = TABLE.part("x"), TABLE.part("b")
    assert needed(TABLE.part("a"), TABLE) == []
    assert part_b in needed(extension, TABLE)
    handed_in = released("x", solved=False)
    place = tmp_path / "part_b.ipynb"

    def remarks() -> str:
        return " ".join(submission("ada", extension, handed_in, {part_b: place}, TABLE).remarks)

    assert "part_b was not handed in, on which extension builds" in remarks()
    place.write_text("no notebook")
    assert "part_b.ipynb is left out: it is no notebook" in remarks()
    place.unlink()
    place.symlink_to("/etc/passwd")
    assert "part_b.ipynb is left out: it is a link" in remarks()
    place.unlink()
    nbformat.write(released("b"), place)
    made = submission("ada", extension, handed_in, {part_b: place}, TABLE)
    assert {section.file for letter in "bx" for section in sections_of(TABLE.part(letter), TABLE)} == set(
        made.files
    )
    os.truncate(place, 17 * 2**20)
    assert "part_b.ipynb is left out: it is larger than 16 MB" in remarks()
