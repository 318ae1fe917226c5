"""A solutions module as its docstring and its top-level statements, each with its lines of source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.release.errors import ReleaseError

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Piece:
    """One top-level statement with the comments before it."""

    node: ast.stmt
    text: str
    """Whole lines, without blank ones at either end."""
    gap: int
    """How many blank lines stand before it."""
    line: int
    """The number of its first line."""


def parsed(source: str, file: str) -> ast.Module:
    """Return the syntax tree; raises ReleaseError naming `file` and the line when there is none."""
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise ReleaseError(f"{file}, line {error.lineno}: {error.msg}; mend the Python there") from None


def docstring(source: str, file: str) -> str:
    """Return the module's docstring; raises ReleaseError when it has none."""
    text = ast.get_docstring(parsed(source, file), clean=False)
    if not text or not text.strip():
        raise ReleaseError(f"{file}, line 1: no module docstring; write the section's text there")
    return text.strip()


def pieces(source: str, file: str) -> list[Piece]:
    """Return the top-level statements after the module docstring.

    A piece reaches to the next one, so that an end marker after the last statement is in it.
    """
    tree, lines = parsed(source, file), source.split("\n")
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    floors = [0, *(node.end_lineno or 0 for node in tree.body)][-len(body) - 1 :]
    starts = [_first_line(node, lines, floor) for node, floor in zip(body, floors, strict=False)]
    ends = [*(start - 1 for start in starts[1:]), len(lines)]
    return [_piece(*triple, lines) for triple in zip(body, starts, ends, strict=True)]


def bound(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a definition, an import or an assignment gives a value to."""
    if isinstance(node, Definition):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        inner = (name for target in targets for name in ast.walk(target))
        yield from (
            name.id for name in inner if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        )


def mentioned(node: ast.stmt) -> set[str]:
    """Return every name that a statement reads, its inner functions' local names among them."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def joined(parts: list[Piece]) -> str:
    """Return the pieces' source with the blank lines that they had between them."""
    text = "".join("\n" * (part.gap + 1) + part.text for part in parts)
    return text.strip("\n")


def _first_line(node: ast.stmt, lines: list[str], floor: int) -> int:
    """Return the line where a statement begins: with its decorators, and the comments on top of it."""
    decorators = node.decorator_list if isinstance(node, Definition) else []
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    for number in range(first - 1, floor, -1):
        if lines[number - 1].startswith("#"):
            first = number
        elif lines[number - 1].strip():
            break
    return first


def _piece(node: ast.stmt, start: int, end: int, lines: list[str]) -> Piece:
    before = lines[: start - 1]
    gap = next((i for i, line in enumerate(reversed(before)) if line.strip()), 0)
    return Piece(node, "\n".join(lines[start - 1 : end]).rstrip(), gap, start)
