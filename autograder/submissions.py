"""What students handed in, read into memory: a folder, an archive, notebooks or files, however packed.

Nothing of a submission is ever written under a name of its choosing, and no link is followed. What is
wrong with a submission is a remark beside it, never an exception: it is graded with what is left.  How it is
read is told in `autograder.intake`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from .intake.archives import READABLE, ending, entries
from .intake.collecting import HANDED_IN, Collected
from .intake.entries import ArchiveError, Entry
from .intake.folders import file_reader
from .intake.places import PARTS, is_own, is_section_file, owner

__all__ = [
    "PARTS",
    "Submission",
    "SubmissionsError",
    "discover",
    "gathered",
    "holds_parts",
    "is_entry",
    "is_section_file",
    "listed",
    "read",
    "safe_name",
    "told_apart",
]


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
    """Return the submissions in a folder, in order of their names.

    Each folder and each archive in it is one, and so are the notebooks and section files that begin with
    the same name: zoe_part_a.ipynb, zoe_part_b.ipynb.  A single submission is found too: an archive, a
    notebook, a section file, or a folder that itself holds part_a … or files with the course's names.
    Raises SubmissionsError where there is nothing to grade.
    """
    if not folder.exists():
        raise SubmissionsError(f"{folder} does not exist; give the folder that holds the submissions")
    if folder.is_file() or holds_parts(folder):
        return [the_only_one(folder)]
    inside = sorted(listed(folder))
    found = [read(entry) for entry in inside if is_entry(entry)]
    found += [gathered(student, files) for student, files in _lone(inside).items()]
    if not found:
        raise SubmissionsError(f"{folder} holds no submission; put in it, for each student, {HANDED_IN}")
    return told_apart(sorted(found, key=lambda submission: submission.student))


def read(entry: Path) -> Submission:
    """Return the submission in one folder, archive or file; whatever is wrong with it becomes a remark."""
    kind = "" if entry.is_dir() else ending(entry.name)
    whose = None if kind or entry.is_dir() else owner(entry.name)
    if whose is not None:
        return gathered(safe_name(whose[0]), [_lone_entry(whose[1], entry)])
    student = safe_name(entry.name[: -len(kind)] if kind else entry.name)
    if entry.is_symlink():
        return Submission(student, remarks=(f"{safe_name(entry.name)} is a link, which is not followed",))
    if kind and kind not in READABLE:
        return Submission(student, remarks=(f"{safe_name(entry.name)} cannot be unpacked; hand in a zip",))
    found = Collected()
    try:
        with entries(entry) as items:
            for item in items:
                found.add(item)
            contents = found.contents()
    except (ArchiveError, OSError) as error:
        found.remarks.add(f"{entry.name} cannot be read: {error}")
        contents = {}
    return Submission(student, MappingProxyType(contents), found.remarks.said())


def gathered(student: str, files: Iterable[Entry], remarks: Iterable[str] = ()) -> Submission:
    """Return the submission of a student who handed in files by themselves, each with its course's name.

    remarks: what has been noticed already.
    """
    found = Collected()
    contents: dict[str, bytes] = {}
    for remark in remarks:
        found.remarks.add(remark)
    try:
        for entry in files:
            found.add(entry)
        contents = found.contents()
    except (ArchiveError, OSError) as error:
        found.remarks.add(f"the files of {student} cannot be read: {error}")
    return Submission(student, MappingProxyType(contents), found.remarks.said())


def the_only_one(entry: Path) -> Submission:
    """Return the submission that was given by itself; raises SubmissionsError where it is none."""
    submission = read(entry.resolve())
    if not submission.files and entry.is_file():
        reasons = "; ".join(submission.remarks)
        raise SubmissionsError(f"{entry} is no submission ({reasons}); give a folder of them, or {HANDED_IN}")
    return submission


def holds_parts(folder: Path) -> bool:
    """Tell whether a folder is itself a submission: by the parts in it, or by files with the course's names.

    A notebook that lies among other people's submissions does not make all of them one.
    """
    if any((folder / root / part).is_dir() for root in ("", "course") for part in PARTS):
        return True
    inside = listed(folder) if folder.is_dir() else []
    return any(is_own(path.name) for path in inside) and not any(_is_somebodys(path) for path in inside)


def listed(folder: Path) -> list[Path]:
    """Return what is in a folder; raises SubmissionsError where it cannot be read."""
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise SubmissionsError(
            f"{folder} cannot be read: {error.strerror}; give a folder that can"
        ) from error


def is_entry(path: Path) -> bool:
    """Tell whether something among the submissions is one, rather than a stray file such as grades.csv.

    Notebooks and section files by themselves are none: several of them may be one student's.
    """
    if path.name.startswith((".", "__MACOSX")):
        return False
    lone = owner(path.name) is not None
    return path.is_dir() or (path.is_symlink() and not lone) or bool(ending(path.name))


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


def _is_somebodys(path: Path) -> bool:
    """Tell whether a folder or an archive looks like one of several submissions."""
    if path.name.startswith((".", "__MACOSX")) or path.is_symlink() or path.name in ("course", "notebooks"):
        return False
    if not path.is_dir():
        return bool(ending(path.name))
    return any(owner(each.name) or each.name in (*PARTS, "course", "notebooks") for each in listed(path))


def _lone(inside: Sequence[Path]) -> dict[str, list[Entry]]:
    """Return the notebooks and section files that lie by themselves, by their students."""
    found: dict[str, list[Entry]] = {}
    for path in inside:
        whose = None if is_entry(path) or path.name.startswith(".") else owner(path.name)
        if whose is not None:
            found.setdefault(safe_name(whose[0]), []).append(_lone_entry(whose[1], path))
    return found


def _lone_entry(name: str, path: Path) -> Entry:
    return Entry(name, file_reader(path))
