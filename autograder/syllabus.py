"""The course's one table, `course/syllabus.toml`, as frozen records."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

PATH = Path(__file__).parents[1] / "course" / "syllabus.toml"


Kind = TypeVar("Kind")


class SyllabusError(ValueError):
    """The table contradicts itself, or somebody asked it for what it does not hold."""


@dataclass(frozen=True)
class Exercise:
    """One function or class that the student writes."""

    key: str
    """Part, section and name: "a1.1.forward"."""
    name: str
    module: str
    """The section's module below `course` or `solutions`: "part_a.s1_1_forward"."""
    points: int
    needs: tuple[str, ...]
    hints: tuple[str, ...]

    @property
    def section(self) -> str:
        """The key of the section: "a1.1"."""
        return self.key.rpartition(".")[0]

    @property
    def grade_id(self) -> str:
        """Its key in the letters that nbgrader and cell ids allow: "a1-1-forward"."""
        return self.key.replace(".", "-")


@dataclass(frozen=True)
class Section:
    """One module: a text, what it shows, and its exercises, if it has any."""

    key: str
    part: str
    number: str
    module: str
    title: str
    minutes: int
    exercises: tuple[Exercise, ...]

    @property
    def label(self) -> str:
        """The section as people say it: "A 1.1"."""
        return f"{self.part.upper()} {self.number}"

    @property
    def file(self) -> str:
        """The path of its module below `course` or `solutions`: "part_a/s1_1_forward.py"."""
        return f"{self.module.replace('.', '/')}.py"

    @property
    def points(self) -> int:
        """The sum of its exercises' points."""
        return sum(exercise.points for exercise in self.exercises)


@dataclass(frozen=True)
class Part:
    """A part of the course; an extra part's points count on top."""

    letter: str
    folder: str
    title: str
    points: int
    extra: bool


@dataclass(frozen=True)
class Syllabus:
    """Everything in the table, in the order of the course."""

    parts: tuple[Part, ...]
    sections: tuple[Section, ...]

    def exercises(self) -> Iterator[Exercise]:
        """Yield every exercise in the order of the course."""
        for section in self.sections:
            yield from section.exercises

    def exercise(self, name: str) -> Exercise:
        """Return the exercise called by its key or, where that is unique, by its bare name.

        Raises SyllabusError that names the exercises with a similar or equal name.
        """
        if name in self._by_key:
            return self._by_key[name]
        wanted = name.strip().lower()
        found = [e for e in self.exercises() if wanted in (e.key.lower(), e.name.lower())]
        if len(found) == 1:
            return found[0]
        if found:
            keys = ", ".join(e.key for e in found)
            raise SyllabusError(f"{name!r} is the name of several exercises; say which: {keys}")
        raise SyllabusError(f"no exercise is called {name!r}; there are {', '.join(self._names())}")

    def section(self, name: str) -> Section:
        """Return the section that people call "1.4", "a1.4", "A 1.4", "part_a.s1_4_iterative" …

        A number alone means the first part that has it.  Raises SyllabusError with the names there are.
        """
        wanted = name.strip().lower().replace(" ", "")
        for section in self.sections:
            if wanted in (section.key, section.number, section.module, section.module.split(".")[-1]):
                return section
        keys = ", ".join(section.key for section in self.sections)
        raise SyllabusError(f"no section is called {name!r}; there are {keys}")

    def part(self, letter: str) -> Part:
        """Return the part with that letter; raises SyllabusError when there is none."""
        for part in self.parts:
            if part.letter == letter:
                return part
        raise SyllabusError(
            f"no part has the letter {letter!r}; there are {', '.join(p.letter for p in self.parts)}"
        )

    @cached_property
    def _by_key(self) -> dict[str, Exercise]:
        return {e.key: e for e in self.exercises()}

    def _names(self) -> list[str]:
        return [e.key for e in self.exercises()]


def parse(text: str) -> Syllabus:
    """Return the table in `text` (TOML): names unique, points adding up, needs coming first.

    Raises SyllabusError naming the entry, the rule and the remedy.
    """
    try:
        table = tomllib.loads(text)
        parts = tuple(_part(entry) for entry in table["part"])
        folders = {part.letter: part.folder for part in parts}
        sections = tuple(_section(entry, folders) for entry in table["section"])
    except tomllib.TOMLDecodeError as error:
        raise SyllabusError(f"syllabus.toml is not TOML: {error}") from None
    except KeyError as error:
        raise SyllabusError(f"syllabus.toml: an entry lacks {error}; add it") from None
    syllabus = Syllabus(parts, sections)
    for problem in _problems(syllabus):
        raise SyllabusError(f"syllabus.toml: {problem}")
    return syllabus


@cache
def load(path: Path = PATH) -> Syllabus:
    """Return the course's own table.  Raises SyllabusError as `parse` does."""
    return parse(path.read_text(encoding="utf-8"))


def _part(entry: Mapping[str, Any]) -> Part:
    letter, folder, title = (_field(entry, name, str) for name in ("letter", "folder", "title"))
    return Part(letter, folder, title, _field(entry, "points", int), entry.get("extra", False))


def _section(entry: Mapping[str, Any], folders: Mapping[str, str]) -> Section:
    part, number, name, title = (_field(entry, name, str) for name in ("part", "number", "module", "title"))
    if part not in folders:
        raise SyllabusError(
            f"syllabus.toml: section {number} is of part {part!r}; there are {sorted(folders)}"
        )
    key, module = f"{part}{number}", f"{folders[part]}.{name}"
    exercises = tuple(_exercise(key, module, exercise) for exercise in entry.get("exercise", ()))
    return Section(key, part, number, module, title, _field(entry, "minutes", int), exercises)


def _exercise(section: str, module: str, entry: Mapping[str, Any]) -> Exercise:
    return Exercise(
        key=f"{section}.{_field(entry, 'name', str)}",
        name=entry["name"],
        module=module,
        points=_field(entry, "points", int),
        needs=tuple(entry.get("needs", ())),
        hints=tuple(_field(entry, "hints", list)),
    )


def _field(entry: Mapping[str, Any], name: str, kind: type[Kind]) -> Kind:
    """Return a field of an entry; raises KeyError without it, SyllabusError where it is of another kind."""
    value = entry[name]
    if type(value) is not kind:
        raise SyllabusError(f"syllabus.toml: {name} = {value!r} must be of type {kind.__name__}; mend it")
    return value


def _problems(syllabus: Syllabus) -> Iterator[str]:
    seen: set[str] = set()
    for exercise in syllabus.exercises():
        if exercise.key in seen:
            yield f"{exercise.key} stands there twice; rename one"
        for need in exercise.needs:
            if need not in seen:
                yield f"{exercise.key} needs {need}, which does not come before it; mend its `needs`"
        if not exercise.hints or not all(hint.strip() for hint in exercise.hints):
            yield f"{exercise.key} has an empty hint; write it"
        if exercise.points < 1:
            yield f"{exercise.key} is worth {exercise.points} points; give it at least 1"
        seen.add(exercise.key)
    for part in syllabus.parts:
        total = sum(section.points for section in syllabus.sections if section.part == part.letter)
        if total != part.points:
            yield f"part {part.letter} adds up to {total} points, not {part.points}; mend either"
