from pathlib import Path

import pytest

from autograder.release.errors import ReleaseError
from autograder.release.generated import syllabus_of
from autograder.release.readme import filled, table
from autograder.release.student_readme import student_readme
from autograder.syllabus import load

TABLE = r"""| Part | Section | Exercises | Points | Minutes |
|---|---|---|---:|---:|
| **A** Small numbers | A 1.1 · Doubling | `twice`, `Counter` | 3 | 20 |
|  | A 1.7.1 · Powers \| of two | `powers` | 3 | 40 |"""


def test_table_has_a_row_a_section(house: Path) -> None:
    assert table(syllabus_of(house)) == TABLE


def test_table_of_the_course_holds_every_exercise() -> None:
    for exercise in load().exercises():
        assert f"`{exercise.name}`" in table(load())


def test_filling_replaces_what_is_between_the_markers_alone(house: Path) -> None:
    text = "a\n<!-- syllabus -->\nold\n<!-- /syllabus -->\nb\n"
    once = filled(text, syllabus_of(house))
    assert once == f"a\n<!-- syllabus -->\n{TABLE}\n<!-- /syllabus -->\nb\n"
    assert filled(once, syllabus_of(house)) == once


@pytest.mark.parametrize(
    "text",
    [
        "<!-- syllabus -->",
        "<!-- /syllabus -->",
        "<!-- /syllabus --> <!-- syllabus -->",
        "<!-- syllabus --><!-- syllabus --><!-- /syllabus -->",
        "<!-- syllabus --><!-- /syllabus --><!-- /syllabus -->",
    ],
)
def test_half_a_pair_of_markers_is_refused(house: Path, text: str) -> None:
    with pytest.raises(ReleaseError, match=r"^README.md: .*; mend them"):
        filled(text, syllabus_of(house))


def test_students_readme_has_the_table_and_no_word_of_solutions(house: Path) -> None:
    text = student_readme(syllabus_of(house))
    assert TABLE in text
    assert "pip install -e ." in text
    assert "solution" not in text
