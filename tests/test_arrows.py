"""Imports point one way, and commands that need no torch do not wait for it."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import syllabus
from autograder.link.launch import RUNTIME

ROOT = Path(__file__).parents[1]
OURS = ("course", "solutions", "autograder", "tests")
REFERENCE_AT_WORK = ("autograder.checks.reference", "autograder.misconceptions", "autograder.judge")
"""All of the trusted side that imports `solutions`."""


def name_of(path: Path) -> str:
    """Return a module's dotted name; a package ends in `.__init__`, which resolves its relative imports."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def modules(*folders: str) -> dict[str, str]:
    """Return the sources of all modules below these folders, by their names."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return {name_of(path): path.read_text(encoding="utf-8") for path in paths}


def imported(name: str, source: str) -> set[str]:
    """Return what a module imports, wherever in it: `from a import b` counts as a.b."""
    return {target for node in ast.walk(ast.parse(source)) for target in _targets(name, node)}


def _targets(name: str, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = name.split(".")[: -node.level] if node.level else []
        base = ".".join([*above, *filter(None, [node.module])])
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
        yield from _beginning(node.args[0])


def _beginning(argument: ast.expr) -> Iterator[str]:
    """Yield the constant text that the name of a module begins with, in import_module(f"solutions.{…}")."""
    first = argument.values[0] if isinstance(argument, ast.JoinedStr) else argument
    if isinstance(first, ast.Constant):
        yield str(first.value).rstrip(".")


def within(target: str, *packages: str) -> bool:
    return any(target == package or target.startswith(f"{package}.") for package in packages)


def ours(name: str, source: str) -> set[str]:
    return {target for target in imported(name, source) if within(target, *OURS)}


def strays(folder: str, *allowed: str) -> list[str]:
    """Return the imports of our own packages, below a folder, that go anywhere else than allowed.

    The bare package `course` holds nothing, and tells where it lies; anybody may import it.
    """
    found = modules(folder)
    assert found, f"there is nothing in {folder}"
    return [
        f"{name} imports {target}"
        for name, source in found.items()
        for target in sorted(ours(name, source))
        if target != "course" and not within(target, *allowed)
    ]


HIDDEN = """
import course.one
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from course import two
def later():
    from .three import x
    from .. import four
    import importlib
    importlib.import_module(f"solutions.{x}")
    __import__("autograder.five")
"""


def test_the_parser_finds_hidden_imports() -> None:
    assert ours("course.part_a.s1", HIDDEN) == {
        "course.one",
        "course.two",
        "course.part_a.three.x",
        "course.four",
        "solutions",
        "autograder.five",
    }


def test_the_toolkit_needs_nobody() -> None:
    assert strays("course/toolkit", "course.toolkit") == []


def up_to(part: str, package: str) -> list[str]:
    """Return a part's package and those of the parts before it, on which it may build."""
    folders = [each.folder for each in syllabus.load().parts]
    return [f"{package}.{folder}" for folder in folders[: folders.index(part) + 1]]


def test_a_part_needs_the_toolkit_itself_and_those_before_it() -> None:
    parts = [path for path in (ROOT / "course").iterdir() if list(path.glob("*.py"))]
    parts = [path.name for path in parts if path.name != "toolkit"]
    assert "part_a" in parts
    for part in parts:
        assert strays(f"course/{part}", "course.toolkit", *up_to(part, "course")) == []


def test_the_solutions_need_the_toolkit_and_themselves() -> None:
    assert strays("solutions", "course.toolkit", "solutions") == []


def test_the_solutions_sections_need_nothing_but_their_part_and_those_before_it() -> None:
    for part in (ROOT / "solutions").iterdir():
        if (ROOT / "course" / part.name).is_dir():
            assert strays(f"solutions/{part.name}", "course.toolkit", *up_to(part.name, "solutions")) == []


def test_the_autograder_leaves_the_students_parts_alone() -> None:
    """They are imported by name, from a student's folder, in the worker or at the student's own machine."""
    assert strays("autograder", "autograder", "solutions", "course.toolkit") == []


def test_only_the_reference_at_work_imports_the_solutions() -> None:
    importers = {
        name
        for name, source in modules("autograder").items()
        if any(within(target, "solutions") for target in ours(name, source))
    }
    assert {name for name in importers if not within(name, *REFERENCE_AT_WORK)} == set()
    assert "autograder.checks.reference" in importers


def test_the_link_knows_no_checks() -> None:
    needed = ("autograder.link", "autograder.submissions", "course.toolkit")
    assert strays("autograder/link", *needed) == []


@pytest.mark.parametrize("file", RUNTIME)
def test_the_workers_program_is_whole_and_knows_nothing(file: str) -> None:
    """All that is copied beside student code imports only what is copied along, and the given toolkit."""
    name = f"autograder.link.{file}"
    source = (ROOT / "autograder" / "link" / f"{file}.py").read_text(encoding="utf-8")
    allowed = [f"autograder.link.{sibling}" for sibling in RUNTIME]
    assert [t for t in ours(name, source) if not within(t, *allowed, "course.toolkit")] == []
    absolute = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    named = [node.module for node in absolute if not node.level and within(node.module or "", "autograder")]
    assert named == [], "siblings must be imported relatively: there is no package `autograder` over there"


def test_nobody_imports_the_tests() -> None:
    for name, source in modules("course", "solutions", "autograder").items():
        assert not any(within(target, "tests") for target in imported(name, source)), name


def notebooks() -> list[Path]:
    return sorted((ROOT / "course" / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_only_the_check_cells_of_notebooks_import_the_autograder(path: Path) -> None:
    checks = 0
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        targets = ours("notebook", "".join(cell["source"]))
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            checks += 1
            assert all(within(target, "autograder.checks.notebook") for target in targets)
        else:
            allowed = ("course.toolkit", *up_to(path.stem, "course"))
            assert all(within(target, *allowed) for target in targets), cell["source"]
    assert checks


LIGHT = [
    ("student", "--help"),
    ("student", "list"),
    ("student", "hint", "forward"),
    ("instructor", "--help"),
]
PROGRAM = """
import sys
from autograder.cli.{0} import main
try:
    main()
except SystemExit:
    pass
heavy = {{"torch", "diffusers", "transformers", "matplotlib", "hypothesis", "pytest", "numpy"}}
print("HEAVY", sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


def start(command: tuple[str, ...], before: str = "") -> tuple[float, str]:
    """Run a command in a new interpreter; return its CPU seconds and the last line it wrote to stderr."""
    arguments = [sys.executable, "-c", before + PROGRAM.format(command[0]), *command[1:]]
    environment = {**os.environ, "COLUMNS": "120"}
    process = subprocess.Popen(
        arguments,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stderr is not None
        written = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, written
    return usage.ru_utime + usage.ru_stime, written.splitlines()[-1]


@pytest.mark.parametrize("command", LIGHT, ids=" ".join)
def test_a_light_command_stays_light(command: tuple[str, ...]) -> None:
    """No heavy import, and the best of three under half a second: of CPU, for others may be busy too."""
    for tries_left in (2, 1, 0):
        seconds, last_line = start(command)
        assert last_line == "HEAVY []"
        if seconds < 0.5:
            return
        assert tries_left, f"{seconds:.2f} s of CPU time"


def test_a_heavy_import_would_be_seen() -> None:
    _, last_line = start(("student", "--help"), "import numpy")
    assert last_line == "HEAVY ['numpy']"
