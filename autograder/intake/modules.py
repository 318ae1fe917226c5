"""A notebook's cells as section modules: the course's own stubs, with the student's cells in them.

Given code and imports are the stub's.  In a notebook, though, all cells share one namespace; so a name that a
student's cell reads, and that its section lacks, comes from where a notebook has it: from an earlier section,
or from a cell of the student's own.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from autograder import pristine
from autograder.syllabus import Section, Syllabus

from .naming import UNPARSABLE, Definition, Import, bound, missing, parsed
from .notebooks import Cell

COURSES = ("setup-", "demo-", "check-")
"""How the names of code cells begin that students do not write."""
GIVEN = "given-"
_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)

Names = Mapping[str, str]
"""Names that a notebook knows -> the statement that gives one to a module."""


@dataclass(frozen=True)
class Made:
    """The modules of the parts that a notebook has cells of.

    files: path -> source.  untouched: the paths where every cell is as the course gave it.
    remarks: what is missing or unusable, a sentence each, without the notebook's name.
    """

    files: Mapping[str, str]
    untouched: frozenset[str]
    remarks: tuple[str, ...]


@cache
def own_stub(section: Section) -> str:
    """Return the course's own stub of a section; raises pristine.NoStubError as `pristine.stub` does."""
    return pristine.stub(section)


def modules(cells: Sequence[Cell], table: Syllabus, stub: Callable[[Section], str] = own_stub) -> Made:
    """Return the section modules of every part that the cells have an exercise of.

    A cell that is missing or is not Python leaves its exercise as the stub has it, and is remarked upon.
    Raises pristine.NoStubError where the course has lost its stubs.
    """
    ids = {exercise.grade_id for exercise in table.exercises()}
    named = {cell.name: cell.source for cell in cells if cell.name in ids}
    work, remarks = _usable(named)
    sections = _begun(table, named)
    if absent := [e.grade_id for s in sections for e in s.exercises if e.grade_id not in named]:
        remarks.append(f"it has no cell named {', '.join(absent)}; what belongs there counts as not written")
    files, untouched = {}, set()
    around = [cell for cell in cells if cell.name not in ids and not cell.name.startswith(COURSES)]
    own = _defined(cell.source for cell in around if not cell.name.startswith(GIVEN))
    known = _defined(cell.source for cell in around if cell.name.startswith(GIVEN))
    for section in sections:
        text = stub(section)
        written = _written(section, text, work)
        files[section.file] = _module(text, written, {**known, **own})
        if not written and not any(e.grade_id in named.keys() - work.keys() for e in section.exercises):
            untouched.add(section.file)
        known |= _passed_on(section, text, written)
    return Made(files, frozenset(untouched), tuple(remarks))


def _usable(named: Names) -> tuple[dict[str, str], list[str]]:
    """Return the cells that are Python, and a remark on each that is not."""
    work, remarks = {}, []
    for name, source in named.items():
        try:
            work[name] = _python(source)
        except UNPARSABLE as error:
            why = _why(error)
            remarks.append(f"its cell {name} is not Python ({why}); the exercise counts as not written")
    return work, remarks


def _python(source: str) -> str:
    """Return a cell without magic commands; raises one of UNPARSABLE where what is left is not Python."""
    source.encode()
    try:
        missing(source)
    except SyntaxError:
        source = _MAGIC.sub(r"\1pass", source)
        missing(source)
    return source


def _why(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno}: {error.msg}"
    if isinstance(error, RecursionError | MemoryError):
        return "it is nested too deeply"
    return "it holds characters that no Python file has"


def _begun(table: Syllabus, named: Names) -> list[Section]:
    parts = {exercise.key[0] for exercise in table.exercises() if exercise.grade_id in named}
    return [section for section in table.sections if section.part in parts]


def _written(section: Section, stub: str, work: Names) -> dict[str, str]:
    """Return the student's cells by their exercises' names, without those that are as they were given."""
    present = {e.name: work[e.grade_id] for e in section.exercises if e.grade_id in work}
    nodes = {node.name: ast.dump(node) for node in parsed(stub).body if isinstance(node, Definition)}
    return {name: source for name, source in present.items() if not _is_only(source, nodes.get(name))}


def _is_only(source: str, dump: str | None) -> bool:
    """Tell whether a cell holds nothing but the definition whose dump this is."""
    try:
        return [ast.dump(node) for node in parsed(source).body] == [dump]
    except UNPARSABLE:
        return False


def _module(stub: str, written: Names, names: Names) -> str:
    """Return the stub with the cells in the places of their exercises, and what they need on top."""
    lines = stub.split("\n")
    body = parsed(stub).body
    for node in reversed(body):
        if isinstance(node, Definition) and node.name in written:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            lines[first - 1 : node.end_lineno] = written[node.name].strip("\n").split("\n")
    if written and (needed := _needed("\n".join(lines), names)):
        top = _after_imports(body)
        lines[top:top] = ["", *needed]
    return "\n".join(lines)


def _after_imports(body: Sequence[ast.stmt]) -> int:
    """Return the number of the line after which a module's own code begins."""
    head = [node for i, node in enumerate(body) if isinstance(node, Import) or i == 0]
    return max((node.end_lineno or 0 for node in head if not isinstance(node, Definition)), default=0)


def _needed(source: str, names: Names) -> list[str]:
    """Return the statements that a module lacks, each after those that it needs itself."""
    found: dict[str, None] = {}
    seen: set[str] = set()

    def collect(text: str) -> None:
        for name in missing(text):
            if name in names and name not in seen:
                seen.add(name)
                collect(names[name])
                found[names[name]] = None

    try:
        collect(source)
    except UNPARSABLE:
        return []
    return list(found)


def _defined(sources: Iterable[str]) -> dict[str, str]:
    """Return what cells of the student's own define, import or assign at their top level."""
    found: dict[str, str] = {}
    for source in sources:
        try:
            body = parsed(_python(source)).body
            for node in body:
                if names := bound(node):
                    found |= dict.fromkeys(names, ast.unparse(node))
        except UNPARSABLE:
            continue
    return found


def _passed_on(section: Section, stub: str, written: Names) -> dict[str, str]:
    """Return what later sections may have from this one: its imports, and what it and its cells define."""
    nodes = [node for text in (stub, *written.values()) for node in parsed(text).body]
    return {name: statement for node in nodes for name, statement in _statements(node, section.module)}


def _statements(node: ast.stmt, module: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.ImportFrom) and node.level == 1:
        return
    for name in bound(node):
        if isinstance(node, Import):
            alias = next(a for a in node.names if name == (a.asname or a.name.split(".")[0]))
            yield name, ast.unparse(_alone(node, alias))
        else:
            yield name, f"from ..{module} import {name}"


def _alone(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    if isinstance(node, ast.ImportFrom):
        return ast.ImportFrom(node.module, [alias], node.level)
    return ast.Import([alias])
