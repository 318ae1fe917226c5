"""Which modules of the autograder a student does not get: the answers, and all that needs them."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from autograder.release.errors import ReleaseError

ANSWERS = (
    "solutions",
    "autograder.misconceptions",
    "autograder.release",
    "autograder.example_class",
    "autograder.grading",
    "autograder.exports",
    "autograder.gradebook",
    "autograder.judge",
    "autograder.similarity",
    "autograder.gradescope",
    "autograder.cli.instructor",
    "autograder.cli.judging",
    "autograder.cli.holding",
    "autograder.cli.similar",
    "autograder.cli.gradescoping",
)
COMMAND = "autograder.cli.student"


def kept(sources: Mapping[PurePosixPath, str]) -> set[PurePosixPath]:
    """Return the paths of those modules that work without `ANSWERS`.

    sources: all modules of the autograder by their paths ("autograder/syllabus.py").  An import within a
    function or a `try` may fail; every other one of something withheld withholds the module too.
    Raises ReleaseError when that would take the student's command or a check.
    """
    modules = {_module(path): path for path in sources}
    needs = {name: set(_needs(sources[path], path)) for name, path in modules.items()}
    withheld = {name: name for name in modules if _below(name, ANSWERS)}
    while new := {
        name: found for name in needs.keys() - withheld if (found := _withheld(needs[name], withheld))
    }:
        withheld |= new
    for name, path in modules.items():
        if name in withheld and _is_needed(path):
            raise ReleaseError(
                f"{path} imports {withheld[name]}, which students do not get; "
                "import it in the function that uses it"
            )
    if COMMAND not in modules:
        raise ReleaseError(f"{COMMAND} is missing: without it there is no student edition; write it first")
    return {path for name, path in modules.items() if name not in withheld}


def _module(path: PurePosixPath) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _below(name: str, roots: Iterable[str]) -> bool:
    return any(name == root or name.startswith(f"{root}.") for root in roots)


def _withheld(needs: Iterable[str], withheld: Mapping[str, str]) -> str:
    """Return one of the needs that students do not get, or ""."""
    return next((n for n in sorted(needs) if n in withheld or _below(n, ANSWERS)), "")


def _is_needed(path: PurePosixPath) -> bool:
    is_check = "checks" in path.parts and (path.name.startswith("test_") or path.name == "conftest.py")
    return is_check or _module(path) == COMMAND


def _needs(source: str, path: PurePosixPath) -> Iterator[str]:
    """Yield the modules without which this one cannot be imported, its own packages among them."""
    package = path.parent.parts
    yield from (".".join(package[:n]) for n in range(1, len(package) + (path.name != "__init__.py")))
    for node in _at_import(ast.parse(source).body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _at_import(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run when the module is imported, without those for type checkers only."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            yield from _at_import([*node.body, *node.orelse])
        elif isinstance(node, ast.ClassDef | ast.With):
            yield from _at_import(node.body)
