"""The folder a worker sees."""

from pathlib import Path

import pytest

import course
from autograder.link.staging import stage
from autograder.submissions import Submission


def test_holds_the_given_toolkit_and_the_students_sections(tmp_path: Path) -> None:
    files = {"part_a/s1_1_forward.py": b"x = 1\n", "part_b/helper.py": b"y = 2\n"}
    staged = stage(Submission("somebody", files), tmp_path / "in")
    assert [path.name for path in staged.iterdir()] == ["course"]
    assert (staged / "course/part_a/s1_1_forward.py").read_bytes() == b"x = 1\n"
    assert (staged / "course/part_b/helper.py").read_bytes() == b"y = 2\n"
    assert (staged / "course/part_a/__init__.py").read_bytes() == b""
    given = Path(str(course.__file__)).parent / "toolkit"
    assert (staged / "course/toolkit/stage.py").read_bytes() == (given / "stage.py").read_bytes()


def test_holds_nothing_of_the_grader_or_the_solutions(staged: Path) -> None:
    names = {path.name for path in staged.rglob("*")}
    assert not names & {"solutions", "autograder", "syllabus.toml", "assets"}


@pytest.mark.parametrize(
    "name", ["toolkit/stage.py", "../x.py", "part_a/../../x.py", "torch.py", "/etc/x.py"]
)
def test_takes_section_files_only(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no section file"):
        stage(Submission("somebody", {name: b""}), tmp_path / "in")
    assert not (tmp_path / "in").exists()
