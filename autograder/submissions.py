"""What students handed in, read into memory: a folder or a zip each, however it was packed.

Nothing of a submission is ever written under a name of its choosing, and no link is followed. What is
wrong with a submission is a remark beside it, never an exception: it is graded with what is left.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from .archives import ArchiveError, Entry, entries

PARTS = ("part_a", "part_b", "extension")
LARGEST_FILE = 2**20
LARGEST_TOTAL = 20 * 2**20
MOST_FILES = 2_000
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
HANDED_IN = "a folder or a zip with part_a/… in it"


class SubmissionsError(Exception):
    """The place where submissions should be cannot be read; the message says what to do."""


@dataclass(frozen=True)
class Submission:
    """One student's files.

    student: a name that can be a folder's.  files: path such as "part_a/s1_1_forward.py" -> content.
    remarks: what was wrong with it, a sentence each.
    """

    student: str
    files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    remarks: tuple[str, ...] = ()


def discover(folder: Path) -> list[Submission]:
    """Return the submissions in a folder, one for each folder or zip in it, in order of their names.

    A single submission is found too: a zip, or a folder that itself holds part_a, part_b or extension.
    Raises SubmissionsError where there is nothing to grade.
    """
    if not folder.exists():
        raise SubmissionsError(f"{folder} does not exist; give the folder that holds the submissions")
    if folder.is_file() or holds_parts(folder):
        return [the_only_one(folder)]
    entries = [entry for entry in sorted(listed(folder)) if is_entry(entry)]
    if not entries:
        raise SubmissionsError(f"{folder} holds no submission; put in it, for each student, {HANDED_IN}")
    return told_apart([read(entry) for entry in entries])


def read(entry: Path) -> Submission:
    """Return the submission in one folder or zip; whatever is wrong with it becomes a remark."""
    student = safe_name(entry.stem if entry.suffix.lower() == ".zip" else entry.name)
    if entry.is_symlink():
        return Submission(student, remarks=(f"{entry.name} is a link, which is not followed",))
    if entry.name.lower().endswith(OTHER_ARCHIVES):
        return Submission(student, remarks=(f"{entry.name} cannot be unpacked; hand in a zip",))
    try:
        with entries(entry) as items:
            found = Collected()
            for item in items:
                found.add(item)
            return found.submission(student)
    except (ArchiveError, OSError) as error:
        return Submission(student, remarks=(f"{entry.name} cannot be read: {error}",))


class Collected:
    """The section files found so far in one submission, and the remarks on it."""

    def __init__(self) -> None:
        """Start with none."""
        self._remarks: list[str] = []
        self._roots: dict[str, dict[str, Entry]] = {}
        self._seen: set[tuple[str, str]] = set()

    def add(self, entry: Entry) -> None:
        """Take an entry into account: a section file, or one to be ignored."""
        place = placed(entry.name)
        if place is None:
            return
        root, name = place
        files = self._roots.setdefault(root, {})
        twice = (root, name.casefold()) in self._seen
        self._seen.add((root, name.casefold()))
        if entry.problem or twice:
            self._remarks.append(f"{name} is left out: {entry.problem or 'its name occurs twice'}")
        elif len(self._seen) > MOST_FILES:
            raise ArchiveError(f"it holds more than {MOST_FILES:,} section files")
        else:
            files[name] = entry

    def submission(self, student: str) -> Submission:
        """Read the files of the outermost folder that holds any."""
        roots = [root for root, files in self._roots.items() if files]
        roots.sort(key=lambda root: (len(PurePosixPath(root).parts), root))
        if not roots:
            self._remarks.append(f"no section file was found; hand in {HANDED_IN}")
            return Submission(student, remarks=tuple(self._remarks))
        for other in roots[1:]:
            self._remarks.append(f"section files are in {where(other)} too; those in {where(roots[0])} count")
        contents = self._contents(self._roots[roots[0]])
        return Submission(student, MappingProxyType(contents), tuple(self._remarks))

    def _contents(self, files: dict[str, Entry]) -> dict[str, bytes]:
        contents: dict[str, bytes] = {}
        total = 0
        for name, entry in sorted(files.items()):
            content = self._content(name, entry)
            total += len(content or b"")
            if total > LARGEST_TOTAL:
                raise ArchiveError(f"its section files are larger than {LARGEST_TOTAL // 2**20} MB together")
            if content is not None:
                contents[name] = content
        return contents

    def _content(self, name: str, entry: Entry) -> bytes | None:
        try:
            content = entry.read(LARGEST_FILE)
        except (ArchiveError, OSError) as error:
            self._remarks.append(f"{name} is left out: {error}")
            return None
        if not is_utf8(content):
            self._remarks.append(f"{name} is not UTF-8 text; save it in that encoding")
        return content


def placed(name: str) -> tuple[str, str] | None:
    """Return the folder a section file is in and its name from there, None where it is no section file.

    It may lie at the top, under course/, or in either way within one single other folder.
    """
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if len(parts) < 2 or not is_section_file("/".join(parts[-2:])):
        return None
    root = parts[:-2]
    nested = len(root) - (root[-1:] == ("course",))
    if nested > 1 or any(part.startswith((".", "__MACOSX", "/")) for part in root):
        return None
    return "/".join(root), "/".join(parts[-2:])


def is_section_file(name: str) -> bool:
    """Tell whether a path is a Python file directly in part_a, part_b or extension."""
    part, _, file = name.partition("/")
    return part in PARTS and re.fullmatch(r"\w[\w\- ]*\.py", file) is not None


def is_utf8(content: bytes) -> bool:
    """Tell whether a file is text as Python wants it; a byte order mark is accepted."""
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def the_only_one(entry: Path) -> Submission:
    """Return the submission that was given by itself; raises SubmissionsError where it is none."""
    submission = read(entry.resolve())
    if not submission.files and entry.is_file():
        reasons = "; ".join(submission.remarks)
        raise SubmissionsError(f"{entry} is no submission ({reasons}); give a folder of them, or {HANDED_IN}")
    return submission


def holds_parts(folder: Path) -> bool:
    """Tell whether a folder is itself a submission."""
    return any((folder / root / part).is_dir() for root in ("", "course") for part in PARTS)


def listed(folder: Path) -> list[Path]:
    """Return what is in a folder; raises SubmissionsError where it cannot be read."""
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise SubmissionsError(
            f"{folder} cannot be read: {error.strerror}; give a folder that can"
        ) from error


def is_entry(path: Path) -> bool:
    """Tell whether something among the submissions is one, rather than a stray file such as grades.csv."""
    if path.name.startswith((".", "__MACOSX")):
        return False
    return path.is_dir() or path.is_symlink() or path.name.lower().endswith((".zip", *OTHER_ARCHIVES))


def safe_name(name: str) -> str:
    """Return a name that can be a folder's anywhere: letters, digits and a few signs, 1 to 100 of them."""
    plain = re.sub(r"[^\w.@+\- ]", "_", unicodedata.normalize("NFC", name)).strip(" .")
    return plain[:100].rstrip(" .") or "unnamed"


def told_apart(submissions: list[Submission]) -> list[Submission]:
    """Return the submissions with different names, also where capital letters do not count."""
    taken: set[str] = set()
    apart = []
    for submission in submissions:
        name, number = submission.student, 1
        while name.casefold() in taken:
            number += 1
            name = f"{submission.student}-{number}"
        taken.add(name.casefold())
        if number > 1:
            remark = f"another submission is named {submission.student} too; this one is called {name}"
            submission = replace(submission, student=name, remarks=(*submission.remarks, remark))
        apart.append(submission)
    return apart


def where(root: str) -> str:
    """Return a folder's name for a sentence."""
    return root or "the top folder"
