"""`submitted.csv`: when everybody handed in. It is read, and never written."""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.syllabus import Syllabus

from . import sheets
from .sheets import Row

FILE = "submitted.csv"
NEEDED = ("student", "submitted")
OPTIONAL = ("part",)
EVERY_PART = ""
WRITTEN = re.compile(r"([\d-]{8,10})[ T]([\d:.]{4,})(?: ?(Z|[+-]\d\d:?\d\d))?")
"""A date, a time, and perhaps an offset; Gradescope puts a blank before it, Canvas writes UTC."""

Times = Mapping[str, Mapping[str, datetime]]
"""By student and part's letter."""


def read(path: Path, table: Syllabus, zone: tzinfo | None) -> dict[str, dict[str, datetime]]:
    """Return when each student handed in each part.

    A row says student, submitted (ISO 8601; without an offset it is the time in `zone`, and of an hour that
    comes twice the first) and perhaps part (a letter; empty: every part that has no row of its own).
    Raises ValueError that names the line, the value, the rule and the remedy.  Raises OSError.
    """
    letters = [part.letter for part in table.parts]
    found: dict[str, dict[str, datetime]] = {}
    for row in sheets.read(path, NEEDED, OPTIONAL):
        times = found.setdefault(row.cells["student"], {})
        part = row.cells["part"].lower()
        if part and part not in letters:
            raise ValueError(f"{row.place}: no part has the letter {part!r}; there are {', '.join(letters)}")
        if part in times:
            raise ValueError(f"{row.place}: {row.cells['student']} comes twice; keep the row that counts")
        times[part] = _time(row, zone)
    return {student: _by_part(times, letters) for student, times in found.items()}


def _by_part(times: Mapping[str, datetime], letters: list[str]) -> dict[str, datetime]:
    every = {part: times[EVERY_PART] for part in letters if EVERY_PART in times}
    return {**every, **{part: time for part, time in times.items() if part != EVERY_PART}}


def _time(row: Row, zone: tzinfo | None) -> datetime:
    text = row.cells["submitted"]
    written = WRITTEN.fullmatch(text.replace(" UTC", "Z"))
    try:
        time = datetime.fromisoformat("{}T{}{}".format(*written.groups(default=""))) if written else None
    except ValueError:
        time = None
    if time is None:
        rule = "write one such as 2026-11-02 23:59:00 or 2026-11-02T23:59:00+01:00"
        raise ValueError(f"{row.place}: {text!r} is no time; {rule}")
    if time.tzinfo is not None:
        return time.astimezone(zone) if zone else time
    if zone is None:
        raise ValueError(f"{row.place}: {text!r} has no time zone; add an offset, or timezone to class.toml")
    return time.replace(tzinfo=zone)
