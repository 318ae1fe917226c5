"""Names that meet in a notebook, where all sections of a part share one namespace."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.release.errors import ReleaseError
from autograder.release.pieces import Definition, Piece, bound, mentioned


@dataclass(frozen=True)
class Meeting:
    """A name that a cell gives a value to."""

    name: str
    value: str
    """What it is: the same text means the same."""
    place: str
    passing: bool
    """Whether only the demo in the same cell reads it."""


def demo_only(parts: Sequence[Piece], wanted: Iterable[str]) -> set[int]:
    """Return the indices of `demo`, of `recipe`, and of the definitions that nothing else reads.

    Both are looked up by commands, section by section; a notebook's later cells do not need them.
    wanted: the names that are needed in any case: the exercises, and what other sections import.
    Without a `demo` there is nothing to return.
    """
    if not any("demo" in bound(part.node) for part in parts):
        return set()
    reading = {i: mentioned(part.node) for i, part in enumerate(parts)}
    movable = {
        i for i, part in enumerate(parts) if isinstance(part.node, Definition | ast.Assign | ast.AnnAssign)
    }
    by_demo = _reached(parts, reading, {"demo", "recipe"}) & movable
    fixed = [reading[i] for i in reading.keys() - by_demo]
    return by_demo - _reached(parts, reading, set(wanted).union(*fixed))


def meetings(parts: Sequence[Piece], passing: set[int], file: str) -> Iterator[Meeting]:
    """Yield the names that the pieces of a section give values to, but not what it has from its siblings."""
    for i, part in enumerate(parts):
        for name in () if is_sibling(part.node) else bound(part.node):
            yield Meeting(name, _value(part, name), f"{file}, line {part.line}", i in passing)


def refuse_clashes(met: Iterable[Meeting]) -> None:
    """Raise ReleaseError when a name that later cells read has got two meanings by then."""
    by_name: dict[str, list[Meeting]] = {}
    for meeting in met:
        by_name.setdefault(meeting.name, []).append(meeting)
    for name, group in by_name.items():
        lasting = [meeting for meeting in group if not meeting.passing]
        others = [m for m in group if lasting and m.value != lasting[0].value]
        if others:
            raise ReleaseError(
                f"{others[0].place}: {name} means something else in {lasting[0].place}, and both meet in one "
                "notebook; rename one"
            )


def is_sibling(node: ast.stmt) -> bool:
    """Say whether a statement imports from a module of the same part: `from .s1_2_blur import …`."""
    return isinstance(node, ast.ImportFrom) and node.level == 1


def _reached(parts: Sequence[Piece], reading: dict[int, set[str]], names: set[str]) -> set[int]:
    """Return the pieces that define one of the names, or a name that such a piece reads, and so on."""
    reached: set[int] = set()
    while new := {i for i, part in enumerate(parts) if i not in reached and names & set(bound(part.node))}:
        reached |= new
        names = names.union(*(reading[i] for i in new))
    return reached


def _value(part: Piece, name: str) -> str:
    node = part.node
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return part.text
    alias = next(a for a in node.names if name == (a.asname or a.name.split(".")[0]))
    if isinstance(node, ast.ImportFrom):
        return f"{'.' * node.level}{node.module or ''}:{alias.name}"
    return alias.name if alias.asname else name
