"""A notebook's cells as section modules: the course's own stubs, with the student's cells in them.

Given code and imports are the stub's.  In a notebook, though, all cells share one namespace; so a name that a
student's cell reads, and that its section lacks, comes from where a notebook has it: from an earlier section,
or from a cell that is no exercise's, be it the student's own or one of the course's with additions.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from autograder import pristine
from autograder.syllabus import Section, Syllabus

from .cells import Code, attempt, code, failing, why
from .naming import UNPARSABLE, Definition, Import, bound, missing, parsed
from .notebooks import Cell

CHECK = "check-"
"""How the names of cells begin that nobody writes."""
OTHERS = "%%"
"""How cells begin that are perhaps another language's."""
EVERYTHING = "*"

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


@dataclass
class _Work:
    """What a student wrote."""

    answers: dict[str, Code] = field(default_factory=dict)
    """By the names of the exercises' cells."""
    broken: dict[str, str] = field(default_factory=dict)
    """Why an exercise's cell is not Python."""
    own: dict[str, str] = field(default_factory=dict)
    """What other cells define, import or assign at their top level."""
    future: dict[str, None] = field(default_factory=dict)
    """The imports from __future__, which in a notebook hold for all that follows."""
    remarks: list[str] = field(default_factory=list)


@cache
def own_stub(section: Section) -> str:
    """Return the course's own stub of a section; raises pristine.NoStubError as `pristine.stub` does."""
    return pristine.stub(section)


def modules(cells: Sequence[Cell], table: Syllabus, stub: Callable[[Section], str] = own_stub) -> Made:
    """Return the section modules of every part that the cells have an exercise of.

    A cell that is missing leaves its exercise as the stub has it; one that is not Python makes its exercise
    fail with the reason.  Both are remarked upon.  Of cells with the same name the last counts.
    Raises pristine.NoStubError where the course has lost its stubs.
    """
    ids = {exercise.grade_id: section for section in table.sections for exercise in section.exercises}
    named = {cell.name: cell for cell in cells if cell.name in ids}
    sections = [s for s in table.sections if s.part in {ids[name].part for name in named}]
    work = _read(cells, named, ids)
    if absent := [e.grade_id for s in sections for e in s.exercises if e.grade_id not in named]:
        work.remarks.append(
            f"it has no cell named {', '.join(absent)}; what belongs there counts as not written"
        )
    files, untouched, known = {}, set(), dict(_setup())
    for section in sections:
        text = stub(section)
        written = _written(section, text, work)
        files[section.file] = _module(text, written, {**work.own, **known}, list(work.future))
        if not written:
            untouched.add(section.file)
        known |= _passed_on(section, text, written)
    return Made(files, frozenset(untouched), tuple(work.remarks))


def _read(cells: Sequence[Cell], named: Mapping[str, Cell], ids: Mapping[str, Section]) -> _Work:
    """Return the code of the cells in their order, with a remark on each that is not Python."""
    work = _Work()
    at = next((ids[cell.name] for cell in cells if cell.name in ids), None)
    for cell in cells:
        at = ids.get(cell.name, at)
        if at is None or cell.name.startswith(CHECK):
            continue
        try:
            found = code(cell.source)
            if named.get(cell.name) is cell:
                work.answers[cell.name] = found
            else:
                _define(found, work.own)
            work.future |= dict.fromkeys(found.future)
        except UNPARSABLE as error:
            _remark(cell, named, at, why(error), work)
    return work


def _remark(cell: Cell, named: Mapping[str, Cell], at: Section, reason: str, work: _Work) -> None:
    if named.get(cell.name) is cell:
        work.broken[cell.name] = f"the cell {cell.name} is not Python ({reason})"
        work.remarks.append(f"its cell {cell.name} is not Python ({reason}); the exercise fails for that")
    elif not cell.source.startswith(OTHERS):
        work.remarks.append(
            f"a cell of your own in {at.label} is not Python ({reason}); nothing in it counts"
        )


def _define(found: Code, own: dict[str, str]) -> None:
    """Add what a cell defines; what builds upon an earlier value, as f = cache(f) does, comes after it."""
    for node in found.nodes:
        if names := [name for name in bound(node) if name not in _notebooks_own()]:
            text = ast.unparse(node) if isinstance(node, Definition) else attempt(node)
            for name in names:
                own[name] = f"{own[name]}\n{text}" if name in own and _builds_on(node, name) else text


def _builds_on(node: ast.stmt, name: str) -> bool:
    if isinstance(node, Definition):
        return False
    reads = (n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return name == EVERYTHING or isinstance(node, ast.AugAssign) or any(n.id == name for n in reads)


@cache
def _setup_cell() -> tuple[ast.stmt, ...]:
    from autograder.release.notebook_text import SETUP

    return tuple(parsed(SETUP).body)


def _setup() -> Iterator[tuple[str, str]]:
    """Yield the names that a notebook's setup cell imports, with the statements that do."""
    for node in _setup_cell():
        if isinstance(node, Import):
            yield from _statements(node, "")


@cache
def _notebooks_own() -> frozenset[str]:
    """Return the names in the setup cell that only a notebook can have."""
    return frozenset(name for n in _setup_cell() if not isinstance(n, Import) for name in bound(n))


def _written(section: Section, stub: str, work: _Work) -> dict[str, Code]:
    """Return the student's cells by their exercises' names, without those that are as they were given."""
    nodes = {node.name: node for node in parsed(stub).body if isinstance(node, Definition)}
    found = {e.name: work.answers[e.grade_id] for e in section.exercises if e.grade_id in work.answers}
    spoilt = {e.name: work.broken[e.grade_id] for e in section.exercises if e.grade_id in work.broken}
    changed = {name: cell for name, cell in found.items() if not _is_only(cell, nodes[name])}
    return changed | {name: failing(nodes[name], reason) for name, reason in spoilt.items()}


def _is_only(cell: Code, definition: ast.stmt) -> bool:
    """Tell whether a cell holds nothing but a definition."""
    try:
        return [ast.dump(node) for node in cell.nodes] == [ast.dump(definition)]
    except UNPARSABLE:
        return False


def _module(stub: str, written: Mapping[str, Code], names: Names, future: Sequence[str]) -> str:
    """Return the stub with the cells in the places of their exercises, and what they need on top."""
    if not written:
        return stub
    lines = stub.split("\n")
    body = parsed(stub).body
    for node in reversed(body):
        if isinstance(node, Definition) and node.name in written:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            lines[first - 1 : node.end_lineno] = written[node.name].text.strip("\n").split("\n")
    if needed := _needed("\n".join(lines), names):
        top = _after_imports(body)
        lines[top:top] = ["", *needed]
    if future:
        top = 0 if ast.get_docstring(parsed(stub)) is None else body[0].end_lineno or 0
        lines[top:top] = ["", *future]
    return "\n".join(lines)


def _after_imports(body: Sequence[ast.stmt]) -> int:
    """Return the number of the line after which a module's own code begins."""
    head = [node for i, node in enumerate(body) if isinstance(node, Import) or i == 0]
    return max((node.end_lineno or 0 for node in head if not isinstance(node, Definition)), default=0)


def _needed(source: str, names: Names) -> list[str]:
    """Return the statements that a module lacks, each after those that it needs itself.

    Where a name comes from nowhere, the imports of everything from somewhere are among them.
    """
    found: dict[str, None] = {}
    seen: set[str] = set()

    def collect(text: str) -> None:
        for name in missing(text):
            given = name if name in names else EVERYTHING
            if given in names and not seen & {name, given}:
                seen.update((name, given))
                collect(names[given])
                found[names[given]] = None

    try:
        seen.update(name for node in parsed(source).body for name in bound(node))
        collect(source)
    except UNPARSABLE:
        return []
    return list(found)


def _passed_on(section: Section, stub: str, written: Mapping[str, Code]) -> dict[str, str]:
    """Return what later sections may have from this one: its imports, and what it and its cells define."""
    nodes = [*parsed(stub).body, *(node for cell in written.values() for node in cell.nodes)]
    return {name: statement for node in nodes for name, statement in _statements(node, section.module)}


def _statements(node: ast.stmt, module: str) -> Iterator[tuple[str, str]]:
    """Yield the names that a statement binds, with how to have each in another module.

    A definition is there for sure; of anything else nobody knows whether it works.
    """
    if isinstance(node, ast.ImportFrom) and node.level == 1:
        return
    for name in bound(node):
        if isinstance(node, Import):
            alias = next(a for a in node.names if name == (a.asname or a.name.split(".")[0]))
            yield name, attempt(_alone(node, alias))
        else:
            theirs = ast.ImportFrom(module, [ast.alias(name)], 2)
            yield name, ast.unparse(theirs) if isinstance(node, Definition) else attempt(theirs)


def _alone(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    if isinstance(node, ast.ImportFrom):
        return ast.ImportFrom(node.module, [alias], node.level)
    return ast.Import([alias])
