"""What a section is about is read from its text, and its code never runs."""

from pathlib import Path

import pytest

from autograder.reports.about import about
from autograder.syllabus import Syllabus


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"""## A 1.1 · Forward\n\nAdd noise. Then\nlook.\n\nMore.\n"""', "Add noise. Then look."),
        (f'"""# T\n\nShort. {"Long " * 60}end."""', "Short."),
        ('"""Here it is, in e.g. ᾱ_1.5 steps: two\n\nx"""', "Here it is, in e.g."),
        ('"""No end"""\nraise SystemExit', "No end"),
        ("def broken(:", ""),
        ("x = 1", ""),
        ("\0", ""),
    ],
)
def test_about(source: str, expected: str, table: Syllabus, tmp_path: Path) -> None:
    section = table.section("a1.1")
    (tmp_path / "part_a").mkdir()
    (tmp_path / "part_a" / "s1_1_forward.py").write_text(source, encoding="utf-8")
    assert about(section, (tmp_path / "absent", tmp_path)) == expected


def test_no_text_no_sentence(table: Syllabus, tmp_path: Path) -> None:
    assert about(table.section("a1.1"), (tmp_path,)) == ""
