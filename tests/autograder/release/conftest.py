"""A course in miniature, with all that a release needs."""

from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[3]

SYLLABUS = """
    [[part]]
    letter = "a"
    folder = "part_a"
    title = "Small numbers"
    points = 6

    [[section]]
    part = "a"
    number = "1.1"
    module = "s1_1_twice"
    title = "Doubling"
    minutes = 20

    [[section.exercise]]
    name = "twice"
    points = 1
    hints = ["add"]

    [[section.exercise]]
    name = "Counter"
    points = 2
    needs = ["a1.1.twice"]
    hints = ["remember"]

    [[section]]
    part = "a"
    number = "1.7.1"
    module = "s1_7_1_powers"
    title = "Powers | of two"
    minutes = 40

    [[section.exercise]]
    name = "powers"
    points = 3
    needs = ["a1.1.twice"]
    hints = ["loop"]
"""

TWICE = '''
    """## A 1.1 · Doubling

    Two of everything:

        y = 2 x
    """

    from collections.abc import Iterator

    FACTOR = 2
    # What the demo shows.
    SHOWN = (1, 2)


    def twice(x: int) -> int:
        """Return 2 x."""
        if x < 0:
            raise ValueError("x < 0")
        # BEGIN SOLUTION
        return FACTOR * x
        # END SOLUTION


    def helper(x: int) -> int:
        """Return x.  Given."""
        return x


    class Counter:
        """Counts."""

        def __init__(self) -> None:
            """Start at 0."""
            self.count = 0

        def add(self, x: int) -> None:
            """Count x twice."""
            # BEGIN SOLUTION
            self.count += twice(x)
            # END SOLUTION

        def total(self) -> int:
            """Return the count."""
            # BEGIN SOLUTION
            return self.count
            # END SOLUTION


    def demo(studio: object) -> Iterator[int]:
        """Show some."""
        for x in SHOWN:
            yield twice(x)
'''

POWERS = '''
    """## A 1.7.1 · Powers"""

    from collections.abc import Iterator

    from .s1_1_twice import helper, twice

    SHOWN = 3


    def powers(n: int) -> Iterator[int]:
        """Yield n powers of 2."""
        # BEGIN SOLUTION
        value = helper(1)
        for _ in range(n):
            value = twice(value)
            yield value
        # END SOLUTION


    def _shown() -> int:
        return SHOWN


    def demo(studio: object) -> Iterator[int]:
        """Show some."""
        yield from powers(_shown())
'''

PYPROJECT = """
    [build-system]
    requires = ["setuptools>=77"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "diffusion-course"
    version = "1.2.3"
    description = "Says \\"hello\\" – twice."
    dependencies = ["torch>=2.4", "nbformat", "typer>=0.12,<1", "rich"]

    [project.optional-dependencies]
    test = ["mypy"]
    deepfloyd = ["sentencepiece"]

    [project.scripts]
    course = "autograder.cli.student:main"
    autograder = "autograder.cli.instructor:main"

    [tool.setuptools.package-data]
    course = ["syllabus.toml"]
    autograder = ["**/*.html"]
    solutions = ["**/*.md"]

    [tool.pytest.ini_options]
    timeout = 300
"""

FILES = {
    "LICENSE": "MIT",
    "pyproject.toml": PYPROJECT,
    "README.md": "before\n<!-- syllabus -->\nold\n<!-- /syllabus -->\nafter\n",
    "course/__init__.py": "",
    "course/syllabus.toml": SYLLABUS,
    "course/assets/picture.png": "picture",
    "course/toolkit/__init__.py": "",
    "course/toolkit/__pycache__/x.pyc": "cache",
    "course/part_a/s1_1_twice.py": "my own solution",
    "solutions/part_a/__init__.py": '"""Answers."""',
    "solutions/part_a/s1_1_twice.py": TWICE,
    "solutions/part_a/s1_7_1_powers.py": POWERS,
    "autograder/__init__.py": "",
    "autograder/cli/student.py": "from autograder.checks import run\n",
    "autograder/cli/instructor.py": "import autograder.release\n",
    "autograder/grading.py": "from autograder import misconceptions\n",
    "autograder/checks/__init__.py": "",
    "autograder/checks/run.py": "def f():\n    import autograder.misconceptions\n",
    "autograder/checks/answer_key/key.json": "{}",
    "autograder/misconceptions/__init__.py": "",
    "autograder/misconceptions/wrong.json": "{}",
    "autograder/release/__init__.py": "",
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    root = tmp_path / "house"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text).removeprefix("\n"), encoding="utf-8")
    return root
