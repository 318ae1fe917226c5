"""A roster: who the students are to somebody else's gradebook, by the names of their submissions."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from autograder.reports.text import line
from autograder.results import Report

SUBMISSION = "submission"

Row = Mapping[str, str]

if TYPE_CHECKING:
    from _csv import Reader as Lines


@dataclass(frozen=True)
class Roster:
    """The rows of a roster."""

    columns: tuple[str, ...]
    """The headings, in lower case."""
    rows: Mapping[str, Row]
    """By the submission's name: the cells by their headings."""


def read(path: Path, keys: Sequence[str]) -> Roster:
    """Return the roster in a CSV file, such as the other gradebook's export with a column `submission` added.

    Rows without a submission are passed over.  Raises ValueError, naming the line, when it is no such table,
    has none of the columns `keys` or has a submission twice.  Raises OSError.
    """
    try:
        return _roster(path.read_bytes().decode("utf-8-sig"), keys)
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text; save it as CSV in UTF-8") from None
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{path}: {error}") from None


def by_name(reports: Sequence[Report], login: str) -> Roster:
    """Return the roster of those whose submissions are called by their `login`, a column's name."""
    rows = {_name(report.student): {login.lower(): report.student} for report in reports}
    return Roster((SUBMISSION, login.lower()), rows)


def matched(
    reports: Sequence[Report], roster: Roster, keys: Sequence[str]
) -> tuple[list[tuple[Report, Row]], list[str]]:
    """Return the reports with their rows, and a sentence for each student who has none of `keys` there.

    Raises ValueError when nobody has one.
    """
    found: list[tuple[Report, Row]] = []
    left_out = []
    for report in reports:
        row = roster.rows.get(_name(report.student))
        if row is not None and any(row.get(key.lower()) for key in keys):
            found.append((report, row))
        else:
            why = "not in the roster" if row is None else f"without {', '.join(keys)} in the roster"
            left_out.append(f"{line(report.student)} is left out: {why}")
    if not found:
        raise ValueError(f"the roster has none of the {len(reports)} students; {left_out[0]}")
    return found, left_out


def _roster(text: str, keys: Sequence[str]) -> Roster:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = tuple(column.strip().lower() for column in next(lines, []))
    if SUBMISSION not in columns:
        found = ", ".join(filter(None, columns)) or "nothing"
        raise ValueError(
            f"no column is called {SUBMISSION!r} (there is {found}); "
            "add it, with the names of the students' folders in the grades"
        )
    if not {key.lower() for key in keys} & set(columns):
        raise ValueError(
            f"none of the columns {', '.join(keys)} is there; add one, so that students are found"
        )
    rows: dict[str, Row] = {}
    for number, row in _rows(lines, columns):
        if row[SUBMISSION] in rows:
            raise ValueError(f"line {number}: {row[SUBMISSION]!r} comes a second time; keep one of the two")
        rows[row[SUBMISSION]] = row
    return Roster(columns, rows)


def _rows(lines: "Lines", columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
    for cells in lines:
        if len(cells) > len(columns):
            raise ValueError(
                f"line {lines.line_num} has {len(cells)} cells, the heading {len(columns)}; mend the line"
            )
        row = {column: _name(text) for column, text in zip(columns, cells, strict=False)}
        if row.get(SUBMISSION):
            yield lines.line_num, row


def _name(text: str) -> str:
    return normalize("NFC", text.strip())
