"""Choosing among a stranger's files: which are section files, which are notebooks, and what is left out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder import syllabus
from autograder.reports.text import line

from . import notebooks
from .entries import ArchiveError, Entry
from .modules import modules, own_stub
from .places import PARTS, Kind, Place, leads_out, placed, same

LARGEST_FILE = 2**20
LARGEST_TOTAL = 20 * 2**20
MOST_FILES = 2_000
MOST_NOTEBOOKS = 20
MOST_REMARKS = 50
LONGEST_NAME = 120
HANDED_IN = "a folder or a zip with part_a/… in it, or the course's notebooks"
_DECLARED = re.compile(rb"(?:[ \t\f]*#[^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*[-\w.]+")
"""A line, the first or the second, in which a Python file says what encoding it has."""
SHADOWED = "nothing may take the place of a library or of the course"


@dataclass(frozen=True)
class Found:
    """A file and what it is taken for."""

    place: Place
    entry: Entry


class Remarks:
    """Sentences for the student: each once, in one line, and not too many of them."""

    def __init__(self) -> None:
        """Start with none."""
        self._said: dict[str, None] = {}
        self._unsaid = 0

    def add(self, sentence: str) -> None:
        """Take a sentence down."""
        if len(self._said) < MOST_REMARKS:
            self._said[line(sentence, 1_000)] = None
        else:
            self._unsaid += 1

    def left_out(self, name: str, why: object) -> None:
        """Say that a file is left out."""
        self.add(f"{shown(name)} is left out: {why}")

    def said(self) -> tuple[str, ...]:
        """Return the sentences, with the number of those that are not among them."""
        more = (f"{self._unsaid:,} remarks more are not shown",) if self._unsaid else ()
        return (*self._said, *more)


class Collected:
    """The files found so far in one submission, and the remarks on it."""

    def __init__(self) -> None:
        """Start with none."""
        self.remarks = Remarks()
        self._found: dict[tuple[str, str], Found] = {}

    def add(self, entry: Entry) -> None:
        """Take an entry into account: a section file, a notebook, or one to be ignored."""
        place = placed(entry.name)
        if leads_out(entry.name):
            self.remarks.left_out(entry.name, "its path leads out of the submission")
        elif place is not None:
            self._place(Found(place, entry))

    def _place(self, found: Found) -> None:
        place, problem = found.place, found.entry.problem
        key = (same(place.root), same(_within(found)))
        if problem or key in self._found:
            self.remarks.left_out(place.name, problem or "its name occurs twice")
        elif len(self._found) >= MOST_FILES:
            raise ArchiveError(f"it holds more than {MOST_FILES:,} section files")
        else:
            self._found[key] = found

    def contents(self) -> dict[str, bytes]:
        """Return the section files of the outermost folder that holds any, notebooks made into such files.

        Raises ArchiveError where they are too large together, NoStubError where the course has no stubs.
        """
        root = self._root()
        for found in _of(list(self._found.values()), Kind.SHADOW):
            if root in (None, found.place.root):
                self.remarks.left_out(found.place.name, SHADOWED)
        if root is None:
            self.remarks.add(f"no section file was found; hand in {HANDED_IN}")
            return {}
        here = [found for found in self._found.values() if found.place.root == root]
        contents = self._read(self._chosen(here))
        read = [self._notebook(found) for found in _ordered(_of(here, Kind.NOTEBOOK))[:MOST_NOTEBOOKS]]
        _Merged(contents, self.remarks).take([pair for pair in read if pair])
        return contents

    def _root(self) -> str | None:
        """Return the folder whose files count, and remark upon others."""
        roots = {found.place.root for found in self._found.values() if found.place.kind is not Kind.SHADOW}
        ordered = sorted(roots, key=lambda root: (len(PurePosixPath(root).parts), root))
        for other in ordered[1:]:
            self.remarks.add(f"section files are in {_where(other)} too; those in {_where(ordered[0])} count")
        return ordered[0] if ordered else None

    def _chosen(self, here: list[Found]) -> dict[str, Entry]:
        """Return the section files by their paths; one in its part's folder counts before a loose one."""
        files = {found.place.name: found.entry for found in _of(here, Kind.SECTION)}
        for found in _of(here, Kind.LOOSE):
            if found.place.name in files:
                self.remarks.left_out(found.entry.name, f"{found.place.name} is there too")
            else:
                files[found.place.name] = found.entry
        return files

    def _read(self, files: Mapping[str, Entry]) -> dict[str, bytes]:
        contents: dict[str, bytes] = {}
        for name, entry in sorted(files.items()):
            content = self._content(name, entry, LARGEST_FILE)
            if content is not None:
                contents[name] = content
                _check_total(contents)
        for name in contents:
            if not (is_utf8(contents[name]) or _DECLARED.match(contents[name])):
                self.remarks.add(f"{shown(name)} is not UTF-8 text; save it in that encoding")
        return contents

    def _notebook(self, found: Found) -> tuple[str, list[notebooks.Cell]] | None:
        content = self._content(found.place.name, found.entry, notebooks.LARGEST)
        try:
            return (found.place.name, notebooks.cells(content)) if content is not None else None
        except ArchiveError as error:
            self.remarks.left_out(found.place.name, error)
            return None

    def _content(self, name: str, entry: Entry, most: int) -> bytes | None:
        try:
            return entry.read(most)
        except (ArchiveError, OSError) as error:
            self.remarks.left_out(name, error)
            return None


@dataclass(frozen=True)
class _Merged:
    """Section files to which those made from notebooks are added."""

    contents: dict[str, bytes]
    remarks: Remarks

    def take(self, read: list[tuple[str, list[notebooks.Cell]]]) -> None:
        """Add the sections of notebooks, given with their names, the first of which count most.

        An untouched section never takes the place of one that somebody has worked on.
        """
        whose: dict[str, str] = {}
        for name, cells in read:
            made = modules(cells, syllabus.load())
            if not made.files:
                self.remarks.add(
                    f"{shown(name)} has no cell with the name of an exercise; hand in the course's own"
                )
            for remark in made.remarks:
                self.remarks.add(f"{shown(name)}: {remark}")
            for file, text in made.files.items():
                self._settle(file, text, name, whose, untouched=file in made.untouched)
        _check_total(self.contents)

    def _settle(self, file: str, text: str, name: str, whose: dict[str, str], *, untouched: bool) -> None:
        present = self.contents.get(file)
        if present is None or (not untouched and _is_stub(file, present)):
            self.contents[file] = text.encode("utf-8", "replace")
            whose[file] = name
        elif not untouched:
            other = f"those in {shown(whose[file])}" if file in whose else f"the file {file}"
            self.remarks.add(f"{shown(name)} has cells of {file} too; {other} counts")


def is_utf8(content: bytes) -> bool:
    """Tell whether a file is text as Python wants it; a byte order mark is accepted."""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def shown(name: str) -> str:
    """Return a stranger's file name for a sentence: one line, without anything unseen, not too long."""
    return line(name, LONGEST_NAME)


def _within(found: Found) -> str:
    """Return a file's path below its root: a loose file is another than that in its part's folder."""
    path = found.entry.name.replace("\\", "/")
    return path if found.place.kind in (Kind.LOOSE, Kind.NOTEBOOK) else found.place.name


def _of(here: list[Found], kind: Kind) -> Iterator[Found]:
    return (found for found in here if found.place.kind is kind)


def _ordered(found: Iterator[Found]) -> list[Found]:
    """Return notebooks in the order in which they count: the course's names first, then by name."""
    own = {f"{part}.ipynb" for part in PARTS}
    return sorted(found, key=lambda each: (each.place.name not in own, len(each.entry.name), each.entry.name))


def _is_stub(file: str, content: bytes) -> bool:
    section = next((section for section in syllabus.load().sections if section.file == file), None)
    text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    return section is not None and text.strip() == own_stub(section).strip()


def _check_total(contents: Mapping[str, bytes]) -> None:
    if sum(map(len, contents.values())) > LARGEST_TOTAL:
        raise ArchiveError(f"its section files are larger than {LARGEST_TOTAL // 2**20} MB together")


def _where(root: str) -> str:
    return shown(root) if root else "the top folder"
