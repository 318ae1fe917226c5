"""Three independent right solutions, and copies of them in disguise."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import syllabus
from autograder.similarity.page import stubs
from autograder.submissions import Submission

ROOT = Path(__file__).parents[3]
STUDENTS = ROOT / "tests" / "autograder" / "checks" / "students"
INDEPENDENT = {"solutions": ROOT / "solutions", **{n: STUDENTS / n for n in ("frugal", "roundabout")}}


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the sections' files in a folder of three parts."""
    paths = [path for part in syllabus.load().parts for path in sorted((folder / part.folder).glob("s*.py"))]
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in paths}


class Renaming(ast.NodeTransformer):
    """Gives every variable, argument and literal number another name or value, and drops docstrings."""

    def __init__(self, suffix: str) -> None:
        self.suffix = suffix

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(node.id + self.suffix, node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg + self.suffix, node.annotation and self.visit(node.annotation))

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(node.value + 1) if type(node.value) in (int, float) else ast.Constant("other")


def disguised(source: bytes, suffix: str) -> bytes:
    """Return code with other names, numbers, texts, no comments, other layout, and its functions reversed."""
    tree = Renaming(suffix).visit(ast.parse(source))
    tree.body = [*tree.body[:1], *reversed(tree.body[1:])]
    return f"# {suffix}\n{ast.unparse(ast.fix_missing_locations(tree))}\n".encode()


@pytest.fixture(scope="session")
def given() -> dict[str, bytes]:
    """The stubs."""
    return stubs(syllabus.load())


@pytest.fixture(scope="session")
def independent() -> list[Submission]:
    """Three right solutions written apart."""
    return [Submission(name, files_in(folder)) for name, folder in INDEPENDENT.items()]


@pytest.fixture(scope="session")
def copied() -> Callable[[Submission, str], Submission]:
    """Return a function that returns a disguised copy under another name."""

    def copy(submission: Submission, student: str) -> Submission:
        return Submission(student, {n: disguised(s, "_x") for n, s in submission.files.items()})

    return copy
