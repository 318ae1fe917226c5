import tomllib
from pathlib import Path

import pytest

from autograder.release.packaging import student_pyproject

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("real", [False, True])
def test_students_project_has_our_metadata_and_their_command_alone(house: Path, real: bool) -> None:
    text = ((ROOT if real else house) / "pyproject.toml").read_text(encoding="utf-8")
    ours, theirs = tomllib.loads(text), tomllib.loads(student_pyproject(text))
    assert theirs["project"]["scripts"] == {"course": "autograder.cli.student:main"}
    for key in ("name", "version", "description", "dependencies"):
        assert theirs["project"][key] == ours["project"][key]
    assert list(theirs["project"]["optional-dependencies"]) == ["deepfloyd"]
    assert theirs["build-system"] == ours["build-system"]
    assert theirs["tool"]["setuptools"]["packages"]["find"]["include"] == ["course*", "autograder*"]
    assert list(theirs["tool"]["setuptools"]["package-data"]) == ["course", "autograder"]
    assert list(theirs["tool"]) == ["setuptools"]
    assert "solutions" not in student_pyproject(text)
