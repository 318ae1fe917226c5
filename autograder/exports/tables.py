"""Gradebook tables: the columns of the parts, and CSV that holds nothing but text and numbers."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.exports.graded import points
from autograder.reports.grades import cell
from autograder.reports.text import line, number
from autograder.results import Report
from autograder.syllabus import Part, Syllabus

LONGEST = 10_000


@dataclass(frozen=True)
class Column:
    """One assignment of the other gradebook: a part of the course."""

    part: Part
    name: str

    @property
    def possible(self) -> str:
        """The points to be had: "0" for an extra part, whose points come on top."""
        return "0" if self.part.extra else number(self.part.points)


def columns(reports: Sequence[Report], table: Syllabus, names: Mapping[str, str]) -> list[Column]:
    """Return a column for each part that a report speaks of, under its name by letter, or else its title."""
    spoken = [p for p in table.parts if any(points(report, p, table) is not None for report in reports)]
    return [Column(p, names.get(p.letter, f"Part {p.letter.upper()}: {p.title}")) for p in spoken]


def names(options: Sequence[str], table: Syllabus) -> dict[str, str]:
    """Return the assignments' names by the parts' letters, given as "a=Project 5A (1234)".

    Raises ValueError when one is written otherwise, SyllabusError when no part has the letter.
    """
    named = {}
    for option in options:
        letter, sign, name = option.partition("=")
        if not sign or not name.strip():
            raise ValueError(f"--assignment {option}: write it as PART=NAME, such as 'a=Project 5A (1234)'")
        named[table.part(letter.strip().lower()).letter] = name.strip()
    return named


def grade(report: Report, part: Part, table: Syllabus) -> str:
    """Return the points of a part as people write them; "" when the report says nothing about it."""
    found = points(report, part, table)
    return "" if found is None else number(found)


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as CSV: every cell cleaned and in one line, none the beginning of a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([cell(line(entry, LONGEST)) if entry else "" for entry in row] for row in rows)
    return text.getvalue()
