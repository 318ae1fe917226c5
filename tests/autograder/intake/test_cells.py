"""What students write in cells, on a course of two sections: what counts, and what a broken cell costs."""

import json
import warnings
from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from autograder.intake.modules import Made, modules
from autograder.intake.notebooks import Cell, cells
from autograder.syllabus import Exercise, Part, Section, Syllabus

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


class Disk:
    """A disk."""
'''


def exercise(key: str, module: str) -> Exercise:
    return Exercise(key, key.rpartition(".")[2], module, 1, (), ())


FIRST = tuple(exercise(f"a1.{name}", "part_a.s1_one") for name in ("twice", "thrice"))
SECOND = tuple(exercise(f"a2.{name}", "part_a.s2_two") for name in ("area", "Disk"))
TABLE = Syllabus(
    (Part("a", "part_a", "A", 4, extra=False),),
    (
        Section("a1", "a", "1", "part_a.s1_one", "One", 1, FIRST),
        Section("a2", "a", "2", "part_a.s2_two", "Two", 1, SECOND),
    ),
)
STUBS = {"part_a.s1_one": ONE, "part_a.s2_two": TWO}
TWICE = ("a1-twice", "def twice(x):\n    return 2 * x")
ABSENT = "it has no cell named "


def made(*sources: str | tuple[str, str]) -> Made:
    """Return what is made of a notebook of (name, source) cells, and of plain ones."""
    pairs = [("", source) if isinstance(source, str) else source for source in sources]
    found = modules([Cell(*pair) for pair in pairs], TABLE, lambda section: STUBS[section.module])
    assert list(found.files) == ["part_a/s1_one.py", "part_a/s2_two.py"]
    return found


def texts(*sources: str | tuple[str, str]) -> tuple[str, str, list[str]]:
    """Return both modules, and the remarks but for that on missing cells."""
    found = made(*sources)
    one, two = found.files.values()
    return one, two, [remark for remark in found.remarks if not remark.startswith(ABSENT)]


def run(text: str, before: Mapping[str, object] | None = None) -> SimpleNamespace:
    """Run a module's text, its siblings' names taken from `before`."""
    lines = [line for line in text.split("\n") if not line.startswith("from .")]
    scope: dict[str, object] = dict(before or {}) | {"__name__": "run"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec("\n".join(lines), scope)
    return SimpleNamespace(**scope)


def test_a_solution_takes_the_stubs_place_and_the_rest_stays() -> None:
    one, two, remarks = texts(TWICE)
    module = run(one)
    assert (module.twice(4), module.FACTOR, module.pi) == (8, 2, pytest.approx(3.14159, abs=1e-5))
    with pytest.raises(NotImplementedError, match="1 thrice"):
        module.thrice(1)
    assert two == TWO
    assert remarks == []
    assert made(TWICE).remarks == (
        f"{ABSENT}a1-thrice, a2-area, a2-Disk; what belongs there counts as not written",
    )


def test_given_code_comes_from_the_stub_whatever_the_notebook_says() -> None:
    others = (
        "from math import e as pi\nFACTOR = 100\ndef demo(studio): pass\ndef own(x): return FACTOR * pi * x"
    )
    one, two, _ = texts(
        others,
        ("a1-twice", "def twice(x):\n    return own(x)"),
        ("given-a1-1", "FACTOR = 50"),
        ("a2-area", "def area(r):\n    return FACTOR * r"),
    )
    assert run(one).twice(1) == pytest.approx(2 * 3.14159, abs=1e-4)
    assert "from ..part_a.s1_one import FACTOR" in two


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
    assert "from ..part_a.s1_one import thrice" in two
    assert "from io import BytesIO" in two
    assert run(two, {"thrice": module.thrice}).area(10) == 100


def test_trying_things_out_costs_nothing() -> None:
    one, two, remarks = texts(
        (
            "a1-twice",
            f"{TWICE[1]}\n\nx_t = studio.image()\nprint(twice(2))\nshow(demo(studio))\nassert twice(1) == 3\n"
            "!course list\ntwice?",
        ),
        "x = studio.image('campanile')\nimport nothing_such\nplt.show()\ntwice(x)",
        "1 / 0",
        "%%bash\nls -l",
        ("a2-area", "def area(r):\n    return r\n\nprint(area(x_t), nothing_such, studio)"),
    )
    assert remarks == []
    assert run(one).twice(4) == 8
    assert run(two.replace("from ..part_a", "from part_a")).area(4) == 4


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
    with pytest.raises(SyntaxError, match="the cell a1-twice is not Python"):
        module.twice(1)
    assert len(remarks) == 2
    assert remarks[0].startswith("its cell a1-twice is not Python (")
    assert remarks[1].startswith("a cell of your own in A 1 is not Python (")


def test_a_class_that_is_no_python_is_a_class_still() -> None:
    """Another section may be built upon it; it fails when something is made of it."""
    two = run(texts(("a2-Disk", "class Disk(:"))[1])
    with pytest.raises(SyntaxError, match="the cell a2-Disk is not Python"):
        type("Round", (two.Disk,), {})(1)


def test_the_last_of_two_cells_with_one_name_counts_and_unknown_ones_do_not() -> None:
    """As in a notebook that is run from top to bottom, and as nbgrader has it."""
    one, _, _ = texts(("a1-twice", "def twice(x):\n    return 0"), TWICE, ("check-a1-twice", "twice = 5"))
    assert run(one).twice(1) == 2


def test_a_grade_id_counts_before_a_cell_id() -> None:
    def cell(own: str, grade_id: str, source: str) -> dict[str, object]:
        metadata = {"nbgrader": {"grade_id": grade_id} if grade_id else {}}
        return {"cell_type": "code", "id": own, "metadata": metadata, "source": source}

    copied = [cell("a1-twice", "a1-twice", "first"), cell("f00", "a1-twice", "copy")]
    told_apart = [cell("a1-twice", "", "first"), cell("f00", "a1-twice", "copy")]
    renamed = [cell("a1-twice", "", "first"), cell("f00", "", "copy")]
    named = [("", "first"), ("a1-twice", "copy")]
    for found, names in (
        (copied, named),
        (told_apart, named),
        (renamed, [("a1-twice", "first"), ("f00", "copy")]),
    ):
        content = json.dumps({"cells": found}).encode()
        assert [(each.name, each.source) for each in cells(content)] == names


def test_odd_texts_are_read() -> None:
    one, _, _ = texts(
        ("a1-twice", "\ufefffrom __future__ import annotations\r\ndef twice(x: Later):\r return 2*x")
    )
    assert run(one).twice(2) == 4
    joined = texts(("a1-twice", "import math; n = 2; f = lambda x: n * x\ndef twice(x): return f(x); \n"))[0]
    assert run(joined).twice(2) == 4
    warned = "def twice(x):\n    return x is 3 or '\\d'"
    assert run(texts(("a1-twice", warned))[0]).twice(2) == "\\d"


def test_the_future_of_any_cell_is_that_of_all() -> None:
    one, two, _ = texts(
        "from __future__ import annotations",
        ("a1-twice", "def twice(x: Later):\n    return half(4 * x)"),
        "def half(x: Later):\n    return x / 2",
        ("a2-area", "def area(r: Later):\n    return r"),
    )
    assert one.index('"""The first section."""') < one.index("from __future__") < one.index("from math")
    assert (run(one).twice(2), run(two).area(2)) == (4, 2)


def test_names_come_from_wherever_a_notebook_has_them() -> None:
    one, _, _ = texts(
        ("setup-a", "from statistics import mean\nstudio = Studio()"),
        ("demo-a1", "try:\n    import einops\nexcept ImportError:\n    einops = None"),
        "from cmath import *",
        "count = 0\ncount += 2\ndef once(x):\n    return x\nonce = [once][0]",
        ("a1-twice", "def twice(x):\n    return once(mean([count * x])) + phase(1) if einops is None else 0"),
    )
    assert run(one).twice(2) == 4
