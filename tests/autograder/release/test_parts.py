"""A second part: classes to write, a section without exercises, and what it borrows from the first."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
import pytest

from autograder.release.errors import ReleaseError
from autograder.release.generated import generated_files, sections_of, solutions, syllabus_of
from autograder.release.notebook_text import CHECK, SETUP
from autograder.release.notebooks import notebook
from autograder.release.readme import table

ROWS = """
    [[part]]
    letter = "x"
    folder = "extra"
    title = "More numbers"
    points = 4
    extra = true

    [[section]]
    part = "x"
    number = "1"
    module = "s1_adders"
    title = "Adders"
    minutes = 10

    [[section.exercise]]
    name = "Adder"
    points = 3
    needs = ["a1.1.twice"]
    hints = ["add"]

    [[section.exercise]]
    name = "counted"
    points = 1
    hints = ["count"]

    [[section]]
    part = "x"
    number = "2"
    module = "s2_to_see"
    title = "Only to see"
    minutes = 5
"""

ADDERS = '''
    """## X 1 · Adders"""

    from functools import wraps

    from ..part_a.s1_1_twice import twice

    NAME = "adder"


    class Adder(list):
        """Adds."""

        def __init__(self, *numbers: int) -> None:
            # BEGIN SOLUTION
            super().__init__(numbers)
            # END SOLUTION

        def __call__(self, x: int) -> int:
            """Return twice x and the numbers."""
            assert x >= 0
            # BEGIN SOLUTION
            return twice(x) + sum(self)
            # END SOLUTION


    def counting(function):
        """Given."""
        return wraps(function)(lambda *args: (1, function(*args)))


    # Decorated.
    @counting
    def counted(x: int) -> int:
        """Return x."""
        # BEGIN SOLUTION
        return x
        # END SOLUTION


    def recipe() -> str:
        """Return its name.  Given."""
        return NAME


    def demo(studio: object):
        """Show."""
        yield Adder(1, 2)(3)
        yield recipe()
'''

TO_SEE = '''
    """## X 2 · Only to see"""

    from .s1_adders import Adder

    NAME = "seen"


    def recipe() -> str:
        """Return its name.  Given."""
        return NAME


    def demo(studio: object):
        """Show."""
        yield Adder()(1)
        yield NAME
'''


@pytest.fixture
def wide(house: Path) -> Path:
    """The house with a second part."""
    syllabus = house / "course/syllabus.toml"
    syllabus.write_text(syllabus.read_text() + dedent(ROWS))
    (house / "solutions/extra").mkdir()
    for name, text in (("s1_adders", ADDERS), ("s2_to_see", TO_SEE)):
        (house / f"solutions/extra/{name}.py").write_text(dedent(text).removeprefix("\n"))
    return house


def cells(root: Path, solved: bool = False) -> dict[str, str]:
    syllabus = syllabus_of(root)
    part = syllabus.part("x")
    made = notebook(part, sections_of(part, syllabus), solutions(root, part, syllabus), solved=solved)
    nbformat.validate(made)
    return {cell.id: cell.source for cell in made.cells}


def test_every_part_has_its_package_and_its_notebook(wide: Path) -> None:
    names = {path.as_posix() for path in generated_files(wide) if "x" in path.as_posix()}
    assert {
        "course/extra/__init__.py",
        "course/extra/s1_adders.py",
        "course/extra/s2_to_see.py",
        "course/notebooks/extra.ipynb",
    } <= names


def test_a_section_without_exercises_is_the_same_in_the_stubs(wide: Path) -> None:
    stub = generated_files(wide)[Path("course/extra/s2_to_see.py")]
    assert stub == (wide / "solutions/extra/s2_to_see.py").read_text()


def test_a_class_keeps_its_docstrings_and_loses_its_bodies(wide: Path) -> None:
    source = generated_files(wide)[Path("course/extra/s1_adders.py")]
    namespace: dict[str, Any] = {"__name__": "course.extra.s1_adders", "__package__": "course.extra"}
    exec(source.replace("from ..part_a.s1_1_twice import twice", ""), namespace)
    adder = namespace["Adder"]
    assert (adder.__doc__, adder.__call__.__doc__) == ("Adds.", "Return twice x and the numbers.")
    for call in (adder, lambda: adder.__call__([], 3), lambda: namespace["counted"](1)):
        with pytest.raises(NotImplementedError, match=r"^X 1 (Adder|counted): yours to write"):
            call()
    with pytest.raises(AssertionError):
        adder.__call__([], -1)


def test_the_notebook_follows_the_modules(wide: Path) -> None:
    found = cells(wide)
    assert list(found) == [
        "title-x",
        "how-x",
        "setup-x",
        "text-x1",
        "given-x1-1",
        "x1-Adder",
        "check-x1-Adder",
        "given-x1-3",
        "x1-counted",
        "check-x1-counted",
        "demo-x1",
        "text-x2",
        "demo-x2",
    ]
    assert found["check-x1-Adder"] == f'{CHECK}\n\ncheck("x1.Adder", Adder)'
    assert found["x1-counted"].startswith("# Decorated.\n@counting\ndef counted")
    assert "`course/part_a`" in found["how-x"]
    assert "course hint x1.Adder" in found["how-x"]


def test_what_is_borrowed_from_another_part_comes_from_the_students_files(wide: Path) -> None:
    found = cells(wide)
    assert "from course.part_a.s1_1_twice import twice" in found["given-x1-1"]
    assert not any("from ." in source for source in found.values())


def test_only_parts_that_borrow_say_so(house: Path) -> None:
    syllabus = syllabus_of(house)
    part = syllabus.part("a")
    made = notebook(part, sections_of(part, syllabus), solutions(house, part, syllabus))
    assert "builds on your files" not in made.cells[1].source


def test_recipes_and_their_constants_may_meet_in_one_notebook(wide: Path) -> None:
    seen: list[Any] = []
    namespace: dict[str, Any] = {"show": lambda loop: seen.append(list(loop)), "studio": None}
    for name, source in cells(wide, solved=True).items():
        if name.startswith(("given", "x1", "demo")):
            exec(
                source.replace("from course.part_a.s1_1_twice import twice", "twice = (2).__mul__"), namespace
            )
    assert seen == [[9, "adder"], [2, "seen"]]


def test_a_recipe_that_an_exercise_reads_may_not_meet_another(wide: Path) -> None:
    path = wide / "solutions/extra/s1_adders.py"
    path.write_text(path.read_text().replace("assert x >= 0", "assert recipe()"))
    with pytest.raises(ReleaseError, match="means something else"):
        cells(wide)


def test_the_table_has_rows_for_all(wide: Path) -> None:
    rows = table(syllabus_of(wide)).splitlines()
    assert "| **X** More numbers, extra points | X 1 · Adders | `Adder`, `counted` | 4 | 10 |" in rows
    assert "|  | X 2 · Only to see | – | – | 5 |" in rows


def test_setup_loads_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("IPython")
    from course.toolkit import pretrained

    monkeypatch.delattr(pretrained, "load")
    namespace: dict[str, Any] = {"__name__": "notebook"}
    exec(SETUP, namespace)
    assert not namespace["studio"].has_model
