from pathlib import Path, PurePosixPath

import pytest

from autograder.release.errors import ReleaseError
from autograder.release.withheld import kept

ROOT = Path(__file__).parents[3]
STUDENT = "autograder/cli/student.py"


def names(changes: dict[str, str] | None = None) -> set[str]:
    files = {
        "autograder/__init__.py": "",
        STUDENT: "",
        "autograder/cli/instructor.py": "",
        "autograder/release/__init__.py": "",
        "autograder/misconceptions/part_a/x.py": "",
        "autograder/checks/test_x.py": "",
        "autograder/a.py": "",
        "autograder/b/__init__.py": "",
        "autograder/b/c.py": "",
    }
    files |= {f"autograder/{name}.py": text for name, text in (changes or {}).items()}
    return {str(path) for path in kept({PurePosixPath(path): text for path, text in files.items()})}


def test_answers_are_withheld_and_the_rest_is_kept() -> None:
    assert names() == {
        "autograder/__init__.py",
        STUDENT,
        "autograder/checks/test_x.py",
        "autograder/a.py",
        "autograder/b/__init__.py",
        "autograder/b/c.py",
    }


@pytest.mark.parametrize(
    "source",
    [
        "import autograder.misconceptions.part_a.x",
        "from autograder import release",
        "from . import misconceptions",
        "from .cli.instructor import main",
        "import solutions.part_a",
        "from solutions import part_a",
        "if 1:\n    import solutions",
        "class A:\n    import solutions",
    ],
)
def test_what_imports_the_answers_is_withheld(source: str) -> None:
    assert "autograder/a.py" not in names({"a": source})


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    import solutions",
        "try:\n    import solutions\nexcept ImportError:\n    pass",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import solutions",
        "import solutions_of_others",
        "from .b import c",
    ],
)
def test_what_can_do_without_the_answers_is_kept(source: str) -> None:
    assert "autograder/a.py" in names({"a": source})


def test_withholding_goes_on_to_importers_and_to_the_modules_of_a_package() -> None:
    left = names({"a": "from autograder.b import c", "b/__init__": "import solutions"})
    assert not left & {"autograder/a.py", "autograder/b/__init__.py", "autograder/b/c.py"}


@pytest.mark.parametrize("place", ["cli/student", "checks/test_x"])
def test_students_command_and_checks_must_do_without_the_answers(place: str) -> None:
    with pytest.raises(
        ReleaseError, match=r"imports autograder.a, which students do not get; import it in the"
    ):
        names({"a": "import solutions", place: "from autograder import a"})


def test_without_a_students_command_there_is_no_edition() -> None:
    with pytest.raises(ReleaseError, match=r"autograder.cli.student is missing"):
        kept({PurePosixPath("autograder/__init__.py"): ""})
