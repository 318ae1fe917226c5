from pathlib import Path

import pytest

from autograder.release.errors import ReleaseError
from autograder.release.generated import generated_files, stale, write
from autograder.syllabus import SyllabusError

ROOT = Path(__file__).parents[3]
MADE = {
    "course/part_a/__init__.py",
    "course/part_a/s1_1_twice.py",
    "course/part_a/s1_7_1_powers.py",
    "course/notebooks/part_a.ipynb",
    "README.md",
}


def test_the_committed_stubs_notebooks_and_readme_are_what_the_solutions_say() -> None:
    assert stale(ROOT) == [], "call autograder.release.generated.write on the repository"


def test_generated_files_are_those_of_the_syllabus(house: Path) -> None:
    files = generated_files(house)
    assert {path.as_posix() for path in files} == MADE
    assert files[Path("course/part_a/__init__.py")] == '"""Part A: small numbers."""\n'


def test_write_writes_what_is_stale_and_no_more(house: Path) -> None:
    assert {path.as_posix() for path in stale(house)} == MADE
    assert {path.as_posix() for path in write(house)} == MADE
    assert stale(house) == []
    assert write(house) == []
    stub = house / "course/part_a/s1_1_twice.py"
    assert "NotImplementedError" in stub.read_text()
    stub.write_text(stub.read_text() + "# mine\n")
    assert stale(house) == [Path("course/part_a/s1_1_twice.py")]


def test_a_file_that_is_generated_no_more_is_stale_and_stays(house: Path) -> None:
    write(house)
    for name in ("course/part_a/s9_gone.py", "course/notebooks/gone.ipynb"):
        (house / name).write_text("old")
    assert stale(house) == [Path("course/notebooks/gone.ipynb"), Path("course/part_a/s9_gone.py")]
    assert write(house) == []
    assert (house / "course/part_a/s9_gone.py").exists()


def test_missing_solutions_are_named(house: Path) -> None:
    (house / "solutions/part_a/s1_1_twice.py").unlink()
    with pytest.raises(ReleaseError, match=r"^solutions/part_a/s1_1_twice.py is missing in .*; write it"):
        generated_files(house)


def test_solutions_without_a_section_are_named(house: Path) -> None:
    (house / "solutions/part_a/s2_new.py").write_text("")
    with pytest.raises(ReleaseError, match=r"^solutions/part_a/s2_new.py: no section has this module"):
        generated_files(house)


def test_broken_syllabus_is_refused(house: Path) -> None:
    (house / "course/syllabus.toml").write_text("[[part]")
    with pytest.raises(SyllabusError):
        generated_files(house)


def test_a_part_without_sections_makes_nothing(house: Path) -> None:
    syllabus = house / "course/syllabus.toml"
    part = '\n[[part]]\nletter = "b"\nfolder = "part_b"\ntitle = "Later"\npoints = 0\n'
    syllabus.write_text(syllabus.read_text() + part)
    assert {path.as_posix() for path in generated_files(house)} == MADE


def test_a_course_without_readme_or_without_markers_has_no_table(house: Path) -> None:
    (house / "README.md").write_text("no markers")
    assert Path("README.md") not in generated_files(house)
    (house / "README.md").unlink()
    assert Path("README.md") not in generated_files(house)
