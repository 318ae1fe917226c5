"""`class.toml`: deadlines, what lateness costs, and who has longer. It is read, and never written."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from autograder.syllabus import Syllabus

from .lateness import LatePolicy

FILE = "class.toml"
TABLES = ("timezone", "deadlines", "late", "extensions")
LAST_SECOND = time(23, 59, 59)
MOST_DAYS = 366


@dataclass(frozen=True)
class Calendar:
    """When the parts are due; by the parts' letters."""

    zone: tzinfo | None = None
    """Of times that say none."""
    due: Mapping[str, datetime] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    """For students with more time, the deadlines that are theirs."""
    policy: LatePolicy = field(default_factory=LatePolicy)

    def due_for(self, student: str) -> dict[str, datetime]:
        """Return the deadlines of one student."""
        return {**self.due, **self.extensions.get(student, {})}


def read(path: Path, table: Syllabus) -> Calendar:
    """Return the calendar in the file; one without deadlines where there is no file.

    Raises ValueError that names the line, the value, the rule and the remedy.  Raises OSError.
    """
    if not path.exists():
        return Calendar()
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return _Reader(path.name, text, table).calendar()
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not UTF-8 text; save it in that encoding") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name} is not TOML: {error}; mend it there") from None


class _Reader:
    """One class file on its way to a calendar."""

    def __init__(self, name: str, text: str, table: Syllabus) -> None:
        """Take the text apart; raises TOMLDecodeError."""
        self._name, self._text = name, text
        self._data = tomllib.loads(text)
        self._letters = [part.letter for part in table.parts]
        self._zone: tzinfo | None = None

    def calendar(self) -> Calendar:
        for key in self._data:
            if key not in TABLES:
                raise self._error((key,), f"{key} is nothing known here; there are {', '.join(TABLES)}")
        self._zone = self._read_zone()
        due = {part: self._due(("deadlines", part)) for part in self._table("deadlines")}
        students = self._table("extensions")
        longer = {normalize("NFC", name): self._longer(name, value, due) for name, value in students.items()}
        return Calendar(self._zone, due, longer, self._policy())

    def _read_zone(self) -> tzinfo | None:
        name = self._data.get("timezone")
        if name is None:
            return None
        try:
            return ZoneInfo(name)
        except (ValueError, LookupError, TypeError, OSError, AttributeError):
            rule = f"timezone = {name!r} is no time zone; write one such as 'Europe/Berlin'"
            raise self._error(("timezone",), rule) from None

    def _table(self, key: str) -> Mapping[str, Any]:
        value = self._data.get(key, {})
        if not isinstance(value, dict):
            raise self._error((key,), f"{key} = {value!r} is no table; write [{key}] and lines below it")
        return value

    def _due(self, path: tuple[str, ...]) -> datetime:
        """Return the deadline at a place in the file, whose last word is a part's letter."""
        self._known_part(path)
        value: Any = self._data
        for word in path:
            value = value[word]
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, LAST_SECOND)
        said = f"{'.'.join(path)} = {value}"
        if not isinstance(value, datetime):
            raise self._error(path, f"{said} is no time; write one such as 2026-11-02T23:59:00")
        if value.tzinfo is None and self._zone is None:
            raise self._error(path, f"{said} has no time zone; add a line such as timezone = 'Europe/Berlin'")
        if value.tzinfo is None:
            return value.replace(tzinfo=self._zone)
        return value.astimezone(self._zone) if self._zone else value

    def _longer(self, name: str, value: Any, due: Mapping[str, datetime]) -> dict[str, datetime]:
        """Return the deadlines of a student: `3` gives 3 days more for every part, a table each its own."""
        path = "extensions", name
        if not isinstance(value, dict):
            return {part: self._later(path, value, due[part]) for part in due}
        return {part: self._extended((*path, part), value[part], due) for part in value}

    def _extended(self, path: tuple[str, ...], value: Any, due: Mapping[str, datetime]) -> datetime:
        self._known_part(path)
        if isinstance(value, date):
            return self._due(path)
        if path[-1] not in due:
            raise self._error(path, f"part {path[-1]} has no deadline to extend; add it to [deadlines]")
        return self._later(path, value, due[path[-1]])

    def _later(self, path: tuple[str, ...], days: Any, due: datetime) -> datetime:
        if type(days) is int and 0 < days <= MOST_DAYS:
            return due + timedelta(days=days)
        said = f"{'.'.join(path)} = {days!r}"
        raise self._error(path, f"{said} is no extension; write 1 to {MOST_DAYS} days, or {{ a = TIME }}")

    def _known_part(self, path: tuple[str, ...]) -> None:
        if path[-1] not in self._letters:
            known = f"no part has the letter {path[-1]!r}; there are {', '.join(self._letters)}"
            raise self._error(path, f"{'.'.join(path)}: {known}")

    def _policy(self) -> LatePolicy:
        known = {each.name for each in fields(LatePolicy)}
        given = self._table("late")
        for name, value in given.items():
            path = "late", name
            if name not in known:
                raise self._error(path, f"late.{name} is nothing known; there are {', '.join(sorted(known))}")
            whole = name in ("closed_after_days", "slip_days")
            if type(value) is not int and (whole or type(value) is not float):
                kind = "whole number" if whole else "number"
                raise self._error(path, f"late.{name} = {value!r} is no {kind}; write one such as 10")
            if not 0 <= value <= (100 if "percent" in name else 1e6):
                most = "0 to 100" if "percent" in name else "0 or more"
                raise self._error(path, f"late.{name} = {value} cannot be; write {most}")
        return LatePolicy(**given)

    def _error(self, path: tuple[str, ...], said: str) -> ValueError:
        line = _line(self._text, path)
        return ValueError(f"{self._name}{f', line {line}' if line else ''}: {said}")


def _line(text: str, path: tuple[str, ...]) -> int:
    """Return the number of the line that says what stands at a place, or of the one around it; 0: unknown."""
    table, longest, found = "", 0, 0
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].replace('"', "").replace("'", "").strip()
        key = words.partition("=")[0].strip()
        if words.startswith("["):
            table, key = words.strip("[] "), ""
        said = ".".join(filter(None, (table, key)))
        length = next((n for n in range(len(path), 0, -1) if said == ".".join(path[:n])), 0)
        if length > longest:
            longest, found = length, number
    return found
