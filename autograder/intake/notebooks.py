"""The code in a notebook that a stranger made: its cells by their names, never its outputs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .entries import ArchiveError

LARGEST = 16 * 2**20
LARGEST_CODE = 2**18
MOST_CELLS = 5_000
MOST_VALUES = 1_000_000
"""Values in the whole notebook, outputs included: what it takes in memory goes by their number."""


@dataclass(frozen=True)
class Cell:
    """A code cell: its nbgrader grade id or else its cell id, "" where it has none, and its source.

    Of cells with the same grade id the last has it, as nbgrader decides too, and the others have no name.
    """

    name: str
    source: str


def cells(content: bytes) -> list[Cell]:
    """Return the code cells of a notebook in their order.

    Raises ArchiveError where it is none, or too large.
    """
    found = list(_cells(_parsed(content)))
    if sum(len(cell.source) for cell in found) > LARGEST_CODE:
        raise ArchiveError(f"its cells hold more than {LARGEST_CODE // 2**10} KB of code")
    return found


def _parsed(content: bytes) -> list[Any]:
    if sum(content.count(sign) for sign in (b"[", b"{", b",")) > MOST_VALUES:
        raise ArchiveError("it holds too many values; clear its outputs and hand it in again")
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)[:100]
        raise ArchiveError(f"it is no notebook ({why}); save it again in Jupyter") from error
    found = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise ArchiveError("it is no notebook of version 4; save it again in a recent Jupyter")
    if len(found) > MOST_CELLS:
        raise ArchiveError(f"it holds more than {MOST_CELLS:,} cells")
    return found


def _cells(found: list[Any]) -> Iterator[Cell]:
    code = [cell for cell in found if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    last = {_grade_id(cell): i for i, cell in enumerate(code)}
    for i, cell in enumerate(code):
        name = _grade_id(cell)
        if name and last[name] != i:
            name = ""
        elif not name and (own := _identity(cell.get("id"))) not in last:
            name = own
        yield Cell(name, _text(cell.get("source")))


def _grade_id(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return _identity(nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None)


def _identity(name: Any) -> str:
    return name if isinstance(name, str) else ""


def _text(source: Any) -> str:
    """Return a source, which is a text or a list of them; whatever else stands there is nothing."""
    pieces = source if isinstance(source, list) else [source]
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    return text.replace("\r\n", "\n").replace("\r", "\n")
