"""The one table: the course's own, what people call things, and tables that contradict themselves."""

from importlib import import_module
from pathlib import Path

import pytest

from autograder import syllabus
from autograder.syllabus import SyllabusError, parse

TABLE = """
[[part]]
letter = "a"
folder = "part_a"
title = "First"
points = 5

[[part]]
letter = "b"
folder = "part_b"
title = "Second"
points = 2
extra = true

[[section]]
part = "a"
number = "1.1"
module = "s1_1_forward"
title = "The forward process"
minutes = 20

[[section.exercise]]
name = "forward"
points = 3
hints = ["one", "two"]

[[section.exercise]]
name = "sample"
points = 2
needs = ["a1.1.forward"]
hints = ["one"]

[[section]]
part = "b"
number = "1.1"
module = "s1_1_blocks"
title = "Blocks"
minutes = 10

[[section.exercise]]
name = "sample"
points = 2
hints = ["one"]
"""


def changed(old: str, new: str, count: int = 1) -> str:
    assert old in TABLE
    return TABLE.replace(old, new, count)


def test_records() -> None:
    table = parse(TABLE)
    assert [part.letter for part in table.parts] == ["a", "b"]
    assert [part.extra for part in table.parts] == [False, True]
    first = table.sections[0]
    assert (first.key, first.label, first.module) == ("a1.1", "A 1.1", "part_a.s1_1_forward")
    assert (first.points, first.minutes) == (5, 20)
    forward, sample = first.exercises
    assert (forward.key, forward.module, forward.section) == ("a1.1.forward", first.module, "a1.1")
    assert forward.hints == ("one", "two")
    assert sample.needs == ("a1.1.forward",)
    assert [e.key for e in table.exercises()] == ["a1.1.forward", "a1.1.sample", "b1.1.sample"]


@pytest.mark.parametrize("name", ["a1.1.forward", "forward", " Forward ", "A1.1.FORWARD"])
def test_an_exercise_by_its_names(name: str) -> None:
    assert parse(TABLE).exercise(name).key == "a1.1.forward"


def test_a_name_that_two_exercises_have() -> None:
    message = "^'sample' is the name of several exercises; say which: a1.1.sample, b1.1.sample$"
    with pytest.raises(SyllabusError, match=message):
        parse(TABLE).exercise("sample")


def test_a_name_that_no_exercise_has() -> None:
    message = "^no exercise is called 'blur'; there are a1.1.forward, a1.1.sample, b1.1.sample$"
    with pytest.raises(SyllabusError, match=message):
        parse(TABLE).exercise("blur")


@pytest.mark.parametrize(
    "name", ["1.1", "a1.1", "A 1.1", " a 1.1 ", "A1.1", "s1_1_forward", "part_a.s1_1_forward"]
)
def test_a_section_as_people_say_it(name: str) -> None:
    assert parse(TABLE).section(name).key == "a1.1"


def test_the_second_part_needs_its_letter() -> None:
    assert parse(TABLE).section("b1.1").key == "b1.1"
    assert parse(TABLE).section("B 1.1").key == "b1.1"


@pytest.mark.parametrize("name", ["", "9.9", "c1.1", "1", "forward"])
def test_a_section_that_there_is_not(name: str) -> None:
    with pytest.raises(SyllabusError, match=f"^no section is called '{name}'; there are a1.1, b1.1$"):
        parse(TABLE).section(name)


def test_parts_by_their_letters() -> None:
    assert parse(TABLE).part("b").title == "Second"
    with pytest.raises(SyllabusError, match=r"^no part has the letter 'z'; there are a, b$"):
        parse(TABLE).part("z")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[part]", "is not TOML: "),
        ("", "an entry lacks 'part'; add it"),
        (changed('letter = "a"\n', ""), "an entry lacks 'letter'; add it"),
        (changed("minutes = 20\n", ""), "an entry lacks 'minutes'; add it"),
        (changed("points = 3\n", ""), "an entry lacks 'points'; add it"),
        (changed('hints = ["one", "two"]', ""), "an entry lacks 'hints'; add it"),
        (changed('name = "sample"', 'name = "forward"'), "a1.1.forward stands there twice; rename one"),
        (
            changed('needs = ["a1.1.forward"]', 'needs = ["b1.1.sample"]'),
            "a1.1.sample needs b1.1.sample, which does not come before it; mend its `needs`",
        ),
        (
            changed('needs = ["a1.1.forward"]', 'needs = ["a1.1.sample"]'),
            "a1.1.sample needs a1.1.sample, which does not come before it; mend its `needs`",
        ),
        (changed('["one", "two"]', "[]"), "a1.1.forward has an empty hint; write it"),
        (changed('["one", "two"]', '["one", " "]'), "a1.1.forward has an empty hint; write it"),
        (changed("points = 3", "points = 0"), "a1.1.forward is worth 0 points; give it at least 1"),
        (changed("points = 5", "points = 6"), "part a adds up to 5 points, not 6; mend either"),
        (changed("points = 3", "points = 4"), "part a adds up to 6 points, not 5; mend either"),
        (changed('part = "b"', 'part = "c"'), "is of part 'c'; there are"),
    ],
)
def test_a_table_that_contradicts_itself(text: str, message: str) -> None:
    with pytest.raises(SyllabusError) as caught:
        parse(text)
    assert str(caught.value).startswith("syllabus.toml")
    assert message in str(caught.value)


def test_a_refusal_is_a_value_error() -> None:
    """So commands turn it into a sentence."""
    assert issubclass(SyllabusError, ValueError)


def test_loading_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "syllabus.toml"
    path.write_text(TABLE, encoding="utf-8")
    assert syllabus.load(path) == parse(TABLE)
    assert syllabus.load() is syllabus.load()


def test_part_a_of_the_course() -> None:
    table = syllabus.load()
    part = table.part("a")
    assert (part.points, part.extra) == (50, False)
    numbers = [section.number for section in table.sections if section.part == "a"]
    assert " ".join(numbers) == "0 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.7.1 1.7.2 1.7.3 1.8 1.9"


def test_parts_b_and_x_of_the_course() -> None:
    table = syllabus.load()
    parts = [(part.letter, part.folder, part.points, part.extra) for part in table.parts[1:]]
    assert parts == [("b", "part_b", 50, False), ("x", "extension", 20, True)]
    numbers = {
        letter: " ".join(section.number for section in table.sections if section.part == letter)
        for letter in "bx"
    }
    assert numbers == {"b": "1.1 1.2 1.2.2 2.1 2.2 2.3 2.4 2.5 2.6", "x": "1 2 3 4 5"}
    assert not table.section("1.2.2").exercises
    assert all(len(exercise.hints) == 3 for exercise in table.exercises() if exercise.key[0] in "bx")


@pytest.mark.parametrize("name", ["b1.1.Conv", "conv", "CONV"])
def test_a_class_by_its_names(name: str) -> None:
    assert syllabus.load().exercise(name).key == "b1.1.Conv"


def test_every_exercise_of_the_course_is_written() -> None:
    """In the answer key, under its name, with a docstring."""
    for exercise in syllabus.load().exercises():
        section = import_module(f"solutions.{exercise.module}")
        assert getattr(section, exercise.name).__doc__, exercise.key
