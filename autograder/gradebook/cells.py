"""The cells of a notebook as code that can stand in a module: tried, and rid of what only a notebook has."""

import ast
import symtable
import warnings
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.release.pieces import Definition, bound

LARGEST = 2**20
BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)
FOR_NOTEBOOKS = ("%", "!")
FUTURE = "__future__"


@dataclass(frozen=True)
class Cell:
    """The code of one cell."""

    text: str
    bound: frozenset[str]
    """The names that it gives values to."""
    read: frozenset[str]
    """The names that it needs from elsewhere, its builtins among them."""
    future: bool = False
    """Whether it wants `from __future__ import annotations`, which is not in its text."""


def sources(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield each code cell's grade id, "" where it has none, and its source."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            settings = cell.metadata.get("nbgrader") or {}
            yield str(settings.get("grade_id", "")), str(cell.source)


def answer(source: str) -> Cell:
    """Return the code of a solution cell, all of it; what is no definition may fail at no cost.

    Such a statement tries things out, perhaps with what only a notebook has.  Lines for the notebook itself
    (`%matplotlib`, `!course hint`) are left out.  Raises one of `BROKEN` where it is no Python.
    """
    tree, text = _parsed(source)
    return _cell(tree.body, (_standing(node, text) for node in tree.body if not _from_the_future(node)))


def helpers(source: str, known: Collection[str], wanted: Collection[str]) -> Cell:
    """Return of a cell that is nobody's exercise what helps exercises: definitions, imports, variables.

    known: names that the course gives meanings to; what only gives them another is left out.  wanted: names
    that exercises read; other variables are left out, as those of somebody who tries things out.  Each
    statement may fail at no cost.  Raises as `answer` does.
    """
    tree, _ = _parsed(source)
    nodes = [node for node in tree.body if _helps(node, known)]
    needed = set(wanted).union(*(_read(ast.unparse(node)) for node in nodes if isinstance(node, Definition)))
    nodes = [node for node in nodes if not _assigns(node) or needed & set(bound(node))]
    return _cell(nodes, map(_attempt, (node for node in nodes if not _from_the_future(node))))


def _helps(node: ast.stmt, known: Collection[str]) -> bool:
    names = set(bound(node)) - set(known)
    return bool(names) and (not _assigns(node) or names == set(bound(node)))


def _assigns(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign | ast.AnnAssign)


def _from_the_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == FUTURE


def _standing(node: ast.stmt, text: str) -> str:
    return _lines(node, text) if isinstance(node, Definition) else _attempt(node)


def _parsed(source: str) -> tuple[ast.Module, str]:
    if len(source) > LARGEST:
        raise ValueError(f"it is longer than {LARGEST:,} characters; shorten it")
    text = source.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text.encode()
    try:
        return _tree(text), text
    except SyntaxError:
        lines = ["" if line.lstrip().startswith(FOR_NOTEBOOKS) else line for line in text.split("\n")]
        return _tree("\n".join(lines)), "\n".join(lines)


def _tree(text: str) -> ast.Module:
    """Return the syntax tree of code that Python would run, whatever it warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(text, "the cell", "exec", dont_inherit=True)
        return ast.parse(text)


def _cell(nodes: list[ast.stmt], texts: Iterable[str]) -> Cell:
    text = "\n".join(texts)
    names = frozenset(name for node in nodes for name in bound(node))
    return Cell(text, names, frozenset(_read(text)) - names, any(map(_from_the_future, nodes)))


def _lines(node: Definition, text: str) -> str:
    """Return the source of a definition; it is written anew where it shares its lines with something."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = "\n".join(text.split("\n")[first - 1 : node.end_lineno])
    try:
        alone = len(_tree(lines).body) == 1
    except SyntaxError:
        alone = False
    return lines if alone else ast.unparse(node)


def _attempt(node: ast.stmt) -> str:
    failed = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Pass()])
    return ast.unparse(ast.fix_missing_locations(ast.Try([node], [failed], [], [])))


def _read(text: str) -> set[str]:
    """Return the names that code looks up in its module: in functions those that are not their own."""
    names: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        waiting = [symtable.symtable(text, "the cell", "exec")]
    while waiting:
        scope = waiting.pop()
        top = scope.get_type() == "module"
        names |= {s.get_name() for s in scope.get_symbols() if s.is_referenced() and (top or s.is_global())}
        waiting += scope.get_children()
    return names
