"""The regions of a solution: what stands between `# BEGIN SOLUTION` and `# END SOLUTION`."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.release.errors import ReleaseError
from autograder.release.pieces import Definition

BEGIN = "# BEGIN SOLUTION"
END = "# END SOLUTION"
MENTION = re.compile(r"(BEGIN|END) SOLUTION")


@dataclass(frozen=True)
class Region:
    """The numbers of the two lines that hold the markers."""

    begin: int
    end: int


def regions(source: str, file: str) -> list[Region]:
    """Return the regions in their order.

    Raises ReleaseError, naming the line, for nested or unbalanced markers and for words that nbgrader would
    take for a marker.
    """
    found: list[Region] = []
    begin = 0
    for number, line in _markers(source, file):
        if line == BEGIN and begin:
            raise ReleaseError(f"{file}, line {number}: a region within that of line {begin}; end that first")
        if line == END and not begin:
            raise ReleaseError(f"{file}, line {number}: {END} without a beginning; put {BEGIN} before it")
        if line == END:
            found.append(Region(begin, number))
        begin = number if line == BEGIN else 0
    if begin:
        raise ReleaseError(f"{file}, line {begin}: the region has no end; put {END} after it")
    return found


def cleared(source: str, found: dict[Region, str]) -> str:
    """Return the source with each region replaced by its line, indented as the region's first marker is."""
    lines = source.split("\n")
    for region, line in sorted(found.items(), key=lambda pair: -pair[0].begin):
        marker = lines[region.begin - 1]
        indent = marker[: len(marker) - len(marker.lstrip())]
        lines[region.begin - 1 : region.end] = [indent + line]
    return "\n".join(lines)


def owner(region: Region, tree: ast.Module, file: str) -> str:
    """Return the name of the top-level function or class in which the region is a part of a function's body.

    Raises ReleaseError for a region that is elsewhere, is empty, or cuts a statement.
    """
    function = _innermost(tree, region.begin)
    inside = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _within(node, region)]
    if function is None or (inside and max(_last(node) for node in inside) > _last(function)):
        raise ReleaseError(
            f"{file}, line {region.begin}: a region outside a function; move it into one's body"
        )
    if not inside:
        raise ReleaseError(f"{file}, line {region.begin}: an empty region; write the solution into it")
    for node in inside:
        if _last(node) > region.end:
            raise ReleaseError(f"{file}, line {region.end}: the region ends within a statement; move its end")
    return next(
        n.name for n in tree.body if isinstance(n, Definition) and n.lineno <= region.begin <= _last(n)
    )


def _markers(source: str, file: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.split("\n"), 1):
        if line.strip() in (BEGIN, END):
            yield number, line.strip()
        elif MENTION.search(line):
            raise ReleaseError(
                f"{file}, line {number}: {line.strip()!r} would be a marker to nbgrader; use other words, "
                f"or write exactly {BEGIN} or {END}"
            )


def _innermost(tree: ast.Module, line: int) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno < line <= _last(node)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _within(node: ast.stmt, region: Region) -> bool:
    return region.begin < node.lineno < region.end


def _last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno
