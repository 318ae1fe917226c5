"""How a section is divided into the cells of a notebook."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from autograder.release.names import Meeting, demo_only, is_sibling, meetings, refuse_clashes
from autograder.release.pieces import Definition, Piece, docstring, joined, pieces
from autograder.release.siblings import imported, portable
from autograder.release.stubs import file_of
from autograder.syllabus import Exercise, Section


@dataclass(frozen=True)
class Room:
    """One section in the order of a notebook."""

    section: Section
    text: str
    """The module docstring."""
    work: tuple[str | tuple[Exercise, str], ...]
    """Given code, and each exercise with its function's source, as they follow each other."""
    demo: str
    """`demo` with `recipe` and all that only they read; empty where the section has no demo."""


def rooms(sections: Sequence[Section], sources: Mapping[str, str], reserved: str) -> list[Room]:
    """Return the sections, divided.

    sources: for each section's `module` its solutions.  reserved: code whose names no section may reuse.
    Raises ReleaseError when the sections cannot live in one notebook.
    """
    parts = {section: pieces(sources[section.module], file_of(section)) for section in sections}
    wanted = [name for s in sections for _, name in imported(parts[s], file_of(s))]
    passing = {s: demo_only(parts[s], [*wanted, *(e.name for e in s.exercises)]) for s in sections}
    met: list[Meeting] = list(meetings(pieces(reserved, "the setup cell"), set(), "the setup cell"))
    for section in sections:
        met += meetings(parts[section], passing[section], file_of(section))
    refuse_clashes(met)
    return [_room(s, docstring(sources[s.module], file_of(s)), parts[s], passing[s]) for s in sections]


def _room(section: Section, text: str, parts: Sequence[Piece], passing: set[int]) -> Room:
    kept = [replace(p, text=portable(p)) for i, p in enumerate(parts) if i not in passing]
    demo = joined([part for i, part in enumerate(parts) if i in passing])
    return Room(section, text, tuple(_work(section, kept)), demo)


def _work(section: Section, parts: Sequence[Piece]) -> Iterator[str | tuple[Exercise, str]]:
    exercises = {exercise.name: exercise for exercise in section.exercises}
    own = [part for part in parts if not is_sibling(part.node)]
    for name, group in groupby(own, key=lambda part: _exercise(part.node, exercises)):
        if name is None:
            yield joined(list(group))
        else:
            yield from ((exercises[name], part.text) for part in group)


def _exercise(node: ast.stmt, exercises: Mapping[str, Exercise]) -> str | None:
    return node.name if isinstance(node, Definition) and node.name in exercises else None
