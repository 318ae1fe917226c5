"""Notebooks as modules: what counts of a student's cells, and what a broken one costs."""

import warnings
from collections.abc import Mapping
from types import SimpleNamespace

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder import soundness, syllabus
from autograder.gradebook.handed_in import needed, submission
from autograder.gradebook.modules import section_files
from autograder.release.generated import sections_of, solutions
from autograder.release.notebooks import notebook
from autograder.syllabus import Exercise, Section

ONE = '''"""The first section."""

from math import pi

FACTOR = 2


def twice(x):
    """Return x times two."""
    raise NotImplementedError("1 twice")


def thrice(x):
    """Return x times three."""
    raise NotImplementedError("1 thrice")


def demo(studio):
    yield twice(FACTOR)
'''
TWO = '''"""The second section."""

from .s1_one import twice


def area(r):
    """Return the area of a disk."""
    raise NotImplementedError("2 area")
'''


def exercise(key: str, module: str) -> Exercise:
    return Exercise(key, key.rpartition(".")[2], module, 1, (), ())


FIRST = tuple(exercise(f"a1.{name}", "part_a.s1_one") for name in ("twice", "thrice"))
SECTIONS = (
    Section("a1", "a", "1", "part_a.s1_one", "One", 1, FIRST),
    Section("a2", "a", "2", "part_a.s2_two", "Two", 1, (exercise("a2.area", "part_a.s2_two"),)),
)
STUBS = {"part_a.s1_one": ONE, "part_a.s2_two": TWO}


def theirs(*cells: str | tuple[str, str]) -> NotebookNode:
    """A notebook of (grade id, source) cells, and of plain ones."""
    made = []
    for cell in cells:
        name, source = ("", cell) if isinstance(cell, str) else cell
        metadata = {"nbgrader": {"grade_id": name, "solution": True}} if name else {}
        made.append(new_code_cell(source, metadata=metadata))
    return new_notebook(cells=made)


def texts(*cells: str | tuple[str, str]) -> tuple[str, str, list[str]]:
    files, remarks = section_files(theirs(*cells), SECTIONS, STUBS)
    assert list(files) == ["part_a/s1_one.py", "part_a/s2_two.py"]
    return files["part_a/s1_one.py"].decode(), files["part_a/s2_two.py"].decode(), remarks


def run(text: str, before: Mapping[str, object] | None = None) -> SimpleNamespace:
    """Run a module's text, its siblings' names taken from `before`."""
    lines = [line for line in text.split("\n") if not line.startswith("from .")]
    scope: dict[str, object] = dict(before or {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec("\n".join(lines), scope)
    return SimpleNamespace(**scope)


TWICE = ("a1-twice", "def twice(x):\n    return 2 * x")


def test_a_solution_takes_the_stubs_place_and_the_rest_stays() -> None:
    one, two, remarks = texts(TWICE)
    module = run(one)
    assert (module.twice(4), module.FACTOR, module.pi) == (8, 2, pytest.approx(3.14159, abs=1e-5))
    with pytest.raises(NotImplementedError, match="1 thrice"):
        module.thrice(1)
    assert 'NotImplementedError("2 area")' in two
    assert "from .s1_one import twice" in two
    assert remarks == []


def test_given_code_comes_from_the_stub_whatever_the_notebook_says() -> None:
    one, _, _ = texts("from math import e as pi\nFACTOR = 100\ndef demo(studio): pass", TWICE)
    assert (run(one).FACTOR, round(run(one).pi, 2)) == (2, 3.14)


def test_helpers_serve_their_section_and_later_ones() -> None:
    one, two, remarks = texts(
        "from math import sqrt, pi",
        TWICE,
        "%timeit twice(3)\nSCALE = studio\nscale = 10\nother = 11\ndef helper(x):\n    return scale * x",
        ("a1-thrice", "def thrice(x):\n    return sqrt(helper(x))"),
        ("a2-area", "def area(r):\n    return helper(thrice(r)) + BytesIO().tell()"),
    )
    assert remarks == []
    module = run(one)
    assert module.thrice(10) == 10
    assert not hasattr(module, "other")
    assert "from .s1_one import helper" in two
    assert "from .s1_one import thrice" in two
    assert "from io import BytesIO" in two
    assert run(two, vars(module)).area(10) == 100


def test_trying_things_out_costs_nothing() -> None:
    one, _, remarks = texts(
        (
            "a1-twice",
            f"{TWICE[1]}\n\nprint(twice(2))\nshow(demo(studio))\nassert twice(1) == 3\n!course list",
        ),
        "x = studio.image('campanile')\nimport nothing_such\nplt.show()\ntwice(x)",
        "1 / 0",
    )
    assert remarks == []
    assert run(one).twice(4) == 8


def test_a_table_filled_in_a_solution_cell_is_filled() -> None:
    cell = "TABLE = []\nfor i in range(5):\n    TABLE.append(2 * i)\ndef twice(x):\n    return TABLE[x]"
    assert run(texts(("a1-twice", cell))[0]).twice(4) == 8


@pytest.mark.parametrize(
    "broken",
    ["def twice(x:\n", "x = '\0'", "return 5", "(" * 100_000, "x = '\ud800'", "\n" * 2**20 + "1"],
    ids=["syntax", "null", "return", "nesting", "surrogate", "huge"],
)
def test_a_cell_that_is_no_python_fails_alone(broken: str) -> None:
    one, _, remarks = texts(("a1-twice", broken), ("a1-thrice", "def thrice(x):\n    return 3 * x"), broken)
    module = run(one)
    assert module.thrice(2) == 6
    with pytest.raises(SyntaxError):
        module.twice(1)
    assert len(remarks) == 2
    assert remarks[0].startswith("the cell a1-twice is no Python: ")
    assert remarks[1].startswith("a cell of your own in A 1 is no Python: ")


def test_the_first_of_two_cells_with_one_id_counts_and_unknown_ones_do_not() -> None:
    one, _, _ = texts(TWICE, ("a1-twice", "def twice(x):\n    return 0"), ("check-a1-twice", "twice = 5"))
    assert run(one).twice(1) == 2


def test_odd_texts_are_read() -> None:
    one, _, _ = texts(
        ("a1-twice", "\ufefffrom __future__ import annotations\r\ndef twice(x: Later):\r return 2*x")
    )
    assert run(one).twice(2) == 4
    joined = texts(("a1-twice", "import math; n = 2; f = lambda x: n * x\ndef twice(x): return f(x); \n"))[0]
    assert run(joined).twice(2) == 4
    warned = "def twice(x):\n    return x is 3 or '\\d'"
    assert run(texts(("a1-twice", warned))[0]).twice(2) == "\\d"


def test_the_solutions_as_cells_are_complete() -> None:
    table = syllabus.load()
    for part in table.parts:
        sections, given = sections_of(part, table), solutions(soundness.ROOT, part, table)
        handed_in = notebook(part, sections, given, solved=True)
        made = submission("ada", part, handed_in, {}, table)
        assert not any(b"NotImplementedError" in text for text in made.files.values())
        assert set(made.files) == {section.file for section in sections}
        assert [r.partition(" ")[0] for r in made.remarks] == [o.folder for o in needed(part, table)]


def test_other_parts_come_along_where_they_are_needed(tmp_path) -> None:
    table = syllabus.load()
    extension, part_b = table.part("x"), table.part("b")
    assert needed(table.part("a"), table) == []
    assert part_b in needed(extension, table)
    handed_in = notebook(
        extension, sections_of(extension, table), solutions(soundness.ROOT, extension, table)
    )
    place = tmp_path / "part_b.ipynb"
    place.write_text("no notebook")
    made = submission("ada", extension, handed_in, {part_b: place}, table)
    assert "part_b is left out: part_b.ipynb is no notebook: NotJSONError" in made.remarks
    place.unlink()
    place.symlink_to("/etc/passwd")
    made = submission("ada", extension, handed_in, {part_b: place}, table)
    assert "part_b is left out: part_b.ipynb is a link, which is not followed" in made.remarks
