"""A student's notebook as the files of its sections: the solution cells put into the stubs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.gradebook.cells import BROKEN, Cell, answer, helpers, sources
from autograder.release.notebook_text import SETUP
from autograder.release.notebooks import grade_id
from autograder.release.pieces import Definition, Piece, bound, pieces
from autograder.syllabus import Section

CHECK = "check-"


@dataclass
class Room:
    """What a notebook holds of one section."""

    section: Section
    given: list[Piece]
    """The stub."""
    answers: dict[str, Cell] = field(default_factory=dict)
    """By the exercises' names."""
    extras: list[Cell] = field(default_factory=list)
    """What helps them, from cells of the student's own."""

    @property
    def cells(self) -> list[Cell]:
        """All of the student's."""
        return [*self.extras, *self.answers.values()]

    @property
    def bound(self) -> set[str]:
        """The names that the section's module has."""
        given = {name for piece in self.given for name in bound(piece.node)}
        return given.union(*(cell.bound for cell in self.cells))

    @property
    def read(self) -> set[str]:
        """The names that the student's code needs from elsewhere."""
        return set[str]().union(*(cell.read for cell in self.cells))


def section_files(
    notebook: NotebookNode, sections: Sequence[Section], stubs: Mapping[str, str]
) -> tuple[dict[str, bytes], list[str]]:
    """Return a part's files by their names, "part_a/s1_1_forward.py", and remarks on unreadable cells.

    sections: the part's.  stubs: each section's, by its `module`; all that is given comes from there.  The
    student's functions take the place of the stubs'.  Other cells give what helps them: definitions, imports
    and variables, to their own section and, as in a notebook, to those after it.
    """
    rooms = [Room(section, pieces(stubs[section.module], section.file)) for section in sections]
    remarks = [*_answered(rooms, notebook), *_helped(rooms, notebook)]
    files, known = {}, _setup()
    for room in rooms:
        files[room.section.file] = _text(room, known).encode()
        module = room.section.module.partition(".")[2]
        known |= {name: f"from .{module} import {name}" for name in room.bound}
    return files, remarks


def _answered(rooms: Sequence[Room], notebook: NotebookNode) -> Iterator[str]:
    """Put the solution cells into the rooms they belong to; yield what is wrong with them."""
    places = {grade_id(e): (room, e.name) for room in rooms for e in room.section.exercises}
    for name, source in sources(notebook):
        if name in places:
            room, exercise = places[name]
            try:
                room.answers.setdefault(exercise, answer(source))
            except BROKEN as error:
                room.answers.setdefault(exercise, _failing(exercise, _said(error)))
                yield f"the cell {name} is no Python: {_said(error)}"


def _helped(rooms: Sequence[Room], notebook: NotebookNode) -> Iterator[str]:
    """Put what helps exercises into the room of the last solution cell before; yield what cannot be read."""
    places = {grade_id(e): room for room in rooms for e in room.section.exercises}
    known = {"show", "studio", *_setup()}.union(*map(_given, rooms))
    wanted = set[str]().union(*(room.read for room in rooms))
    current = rooms[0]
    for name, source in sources(notebook):
        current = places.get(name, current)
        if name in places or name.startswith(CHECK):
            continue
        try:
            current.extras.append(helpers(source, known, wanted))
        except BROKEN as error:
            yield f"a cell of your own in {current.section.label} is no Python: {_said(error)}"


def _given(room: Room) -> set[str]:
    return {name for piece in room.given for name in bound(piece.node)}


def _setup() -> dict[str, str]:
    """Return the imports of a notebook's setup cell, by the names they give."""
    imports: dict[str, str] = {}
    for piece in pieces(SETUP, "the setup cell"):
        if piece.text.startswith(("import ", "from ")):
            imports |= dict.fromkeys(bound(piece.node), piece.text)
    return imports


def _failing(exercise: str, reason: str) -> Cell:
    """Return the stand-in for an exercise whose cell is no Python: it alone fails."""
    text = f"def {exercise}(*args, **kwargs):\n    raise SyntaxError({reason!r})"
    return Cell(text, frozenset([exercise]), frozenset())


def _said(error: BaseException) -> str:
    said = str(error).encode("utf-8", "replace").decode()
    return f"{type(error).__name__}: {' '.join(said.split())}"


def _text(room: Room, known: Mapping[str, str]) -> str:
    """Return a section's module: names from before, what is given, helpers, and the student's functions."""
    future = ["from __future__ import annotations"] if any(cell.future for cell in room.cells) else []
    borrowed = sorted({known[name] for name in room.read - room.bound if name in known})
    first = next((i for i, piece in enumerate(room.given) if isinstance(piece.node, Definition)), 0)
    given = [_written(room, piece) for piece in room.given]
    extras = [cell.text for cell in room.extras]
    parts = [*future, *borrowed, *given[:first], *extras, *given[first:]]
    return "\n\n".join(part for part in parts if part) + "\n"


def _written(room: Room, piece: Piece) -> str:
    name = piece.node.name if isinstance(piece.node, Definition) else ""
    return room.answers[name].text if name in room.answers else piece.text
