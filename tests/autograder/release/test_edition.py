import io
import json
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from autograder.release.edition import build_release, build_student_edition, student_files
from autograder.release.errors import ReleaseError
from autograder.release.generated import generated_files, sections_of, solutions, syllabus_of, taught
from autograder.release.regions import regions

ROOT = Path(__file__).parents[3]
EDITION = {
    "LICENSE",
    "README.md",
    "autograder/__init__.py",
    "autograder/checks/__init__.py",
    "autograder/checks/answer_key/key.json",
    "autograder/checks/run.py",
    "autograder/cli/student.py",
    "course/__init__.py",
    "course/assets/picture.png",
    "course/assets/stubs.zip",
    "course/notebooks/part_a.ipynb",
    "course/part_a/__init__.py",
    "course/part_a/s1_1_twice.py",
    "course/part_a/s1_7_1_powers.py",
    "course/syllabus.toml",
    "course/toolkit/__init__.py",
    "pyproject.toml",
}


def present(into: Path) -> set[str]:
    return {path.relative_to(into).as_posix() for path in into.rglob("*") if path.is_file()}


def test_edition_holds_what_students_need_and_no_answers(house: Path, tmp_path: Path) -> None:
    build_student_edition(house, tmp_path / "student")
    assert present(tmp_path / "student") == EDITION | {".edition"}


def test_edition_has_fresh_stubs_whatever_lies_in_the_course(house: Path, tmp_path: Path) -> None:
    build_student_edition(house, tmp_path / "student")
    for path, text in generated_files(house).items():
        if path.parts[0] == "course":
            assert (tmp_path / "student" / path).read_text(encoding="utf-8") == text


def test_edition_holds_its_stubs_a_second_time_in_an_archive(house: Path) -> None:
    files = student_files(house)
    with zipfile.ZipFile(io.BytesIO(files[PurePosixPath("course/assets/stubs.zip")])) as opened:
        assert opened.namelist() == ["part_a/s1_1_twice.py", "part_a/s1_7_1_powers.py"]
        for name in opened.namelist():
            assert opened.read(name) == files["course" / PurePosixPath(name)]


def test_building_again_keeps_what_students_wrote(house: Path, tmp_path: Path) -> None:
    build_student_edition(house, tmp_path / "student")
    build_student_edition(house, tmp_path / "student")
    stub = tmp_path / "student/course/part_a/s1_1_twice.py"
    stub.write_text("my work")
    with pytest.raises(ReleaseError, match=r"s1_1_twice.py .*was changed since; move it away"):
        build_student_edition(house, tmp_path / "student")
    assert stub.read_text() == "my work"


@pytest.mark.parametrize("place", ["", "course", "autograder/new", "solutions/../course/x"])
def test_edition_is_not_written_into_its_own_sources(house: Path, place: str) -> None:
    with pytest.raises(ReleaseError, match="choose a"):
        build_student_edition(house, house / place)


def test_a_solution_outside_the_exercises_is_not_given_away(house: Path) -> None:
    (house / "course/toolkit/old.py").write_text("# BEGIN SOLUTION\n")
    with pytest.raises(ReleaseError, match=r"course/toolkit/old.py holds a solution"):
        student_files(house)


def test_missing_licence_is_named(house: Path) -> None:
    (house / "LICENSE").unlink()
    with pytest.raises(ReleaseError, match="LICENSE: No such file"):
        student_files(house)


def test_release_has_the_edition_its_archive_and_nbgraders_sources(house: Path, tmp_path: Path) -> None:
    build_release(house, tmp_path / "one")
    assert present(tmp_path / "one") == {
        ".edition",
        "student.zip",
        "nbgrader/nbgrader_config.py",
        "nbgrader/source/part_a/part_a.ipynb",
        *(f"student/{path}" for path in EDITION),
    }
    archive = (tmp_path / "one/student.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert set(opened.namelist()) == {f"diffusion-course/{path}" for path in EDITION}
    build_release(house, tmp_path / "two")
    assert (tmp_path / "two/student.zip").read_bytes() == archive
    source = json.loads((tmp_path / "one/nbgrader/source/part_a/part_a.ipynb").read_text(encoding="utf-8"))
    assert any("# BEGIN SOLUTION" in "".join(cell["source"]) for cell in source["cells"])


@pytest.mark.skipif(not (ROOT / "autograder/cli/student.py").exists(), reason="there is no student's command")
def test_no_solution_is_in_the_courses_edition() -> None:
    files = student_files(ROOT)
    assert {"course", "autograder"} == {path.parts[0] for path in files if len(path.parts) > 1}
    text = b"\n".join(content for path, content in files.items() if path.suffix in (".py", ".ipynb"))
    for part in taught(syllabus_of(ROOT)):
        for module, source in solutions(ROOT, part, syllabus_of(ROOT)).items():
            lines = source.split("\n")
            for region in regions(source, module):
                solution = "\n".join(lines[region.begin : region.end - 1])
                assert solution.encode() not in text, f"{module}: {solution}"
                assert json.dumps(solution)[1:-1].encode() not in text


@pytest.mark.skipif(not (ROOT / "autograder/cli/student.py").exists(), reason="there is no student's command")
def test_the_courses_edition_is_whole() -> None:
    files, syllabus = student_files(ROOT), syllabus_of(ROOT)
    wanted = {"autograder/cli/student.py", "autograder/syllabus.py", "course/syllabus.toml", "README.md"}
    wanted |= {f"course/{section.module.replace('.', '/')}.py" for section in syllabus.sections}
    assert {PurePosixPath(path) for path in wanted} <= files.keys()
    assert sections_of(syllabus.parts[0], syllabus)
    for path in files:
        assert not {"solutions", "misconceptions", "release", "exports", "__pycache__"} & set(path.parts)
        assert path.stem != "exporting"
