"""Imports between sections, which a notebook does not need: there the names are known from earlier cells."""

import ast
from collections.abc import Iterator, Sequence

from autograder.release.errors import ReleaseError
from autograder.release.names import is_sibling
from autograder.release.pieces import Piece


def imported(parts: Sequence[Piece], file: str) -> Iterator[tuple[str, str]]:
    """Yield (module, name) for all that a section has from its siblings: ("s1_1_forward", "forward").

    Raises ReleaseError, naming the line, for a relative import that a notebook could not do without.
    """
    for part in parts:
        for node in ast.walk(part.node):
            if isinstance(node, ast.ImportFrom) and node.level:
                _refuse_unportable(node, part, file)
        if isinstance(part.node, ast.ImportFrom) and is_sibling(part.node):
            yield from ((part.node.module or "", alias.name) for alias in part.node.names)


def borrowed(parts: Sequence[Piece]) -> set[str]:
    """Return the folders of other parts that a section imports from: {"part_b"}."""
    nodes = [part.node for part in parts if isinstance(part.node, ast.ImportFrom)]
    return {(node.module or "").partition(".")[0] for node in nodes if node.level == 2}


def portable(part: Piece) -> str:
    """Return the source of a statement for a notebook: an import from another part becomes absolute."""
    node = part.node
    if not isinstance(node, ast.ImportFrom) or node.level < 2:
        return part.text
    return ast.unparse(ast.ImportFrom(f"course.{node.module}", node.names, 0))


def _refuse_unportable(node: ast.ImportFrom, part: Piece, file: str) -> None:
    where = f"{file}, line {node.lineno if node is not part.node else part.line}"
    if node is not part.node:
        raise ReleaseError(f"{where}: a relative import within a statement; move it to the top of the module")
    if node.level > 2 or node.module is None:
        raise ReleaseError(
            f"{where}: import names from a section's module, as in `from .s1_1_forward import …`"
        )
    for alias in node.names if node.level == 1 else ():
        if alias.asname or alias.name == "*":
            raise ReleaseError(
                f"{where}: a notebook knows {alias.name} by its own name only; import it as that"
            )
