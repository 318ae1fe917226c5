"""What a path within a submission stands for: a section file, a notebook, a stray file, or nothing to us."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from pathlib import PurePosixPath

from autograder import syllabus

PARTS = ("part_a", "part_b", "extension")
PACKERS = (".", "__MACOSX")
"""How names begin that editors and archivers leave behind."""
SHADOWS = {
    *("torch", "torchvision", "numpy", "scipy", "sklearn", "diffusers", "transformers", "accelerate"),
    *("safetensors", "matplotlib", "PIL", "tqdm", "pytest", "hypothesis", "nbgrader"),
    *("conftest", "sitecustomize", "usercustomize", "course", "autograder", "solutions"),
}
"""Modules that student code may not put itself in the place of; its files of these names are left out."""
_COPY = r"(?:[ _-]*\(\d{1,3}\)|-\d{1,3}|[ _-]+[Cc]opy\d{0,3})?"
_OUT = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:|\0")


class Kind(Enum):
    """What a file is taken for."""

    SECTION = auto()
    """A Python file in part_a, part_b or extension."""
    LOOSE = auto()
    """A section's file without its part's folder, known by its name."""
    NOTEBOOK = auto()
    SHADOW = auto()
    """Named like a library or a start-up file of Python's."""


@dataclass(frozen=True)
class Place:
    """Where a file belongs.

    root: the folder that the submission is in.  name: from there, as the course calls it.
    """

    kind: Kind
    root: str
    name: str


def placed(path: str) -> Place | None:
    """Return what a path stands for, None where it is nothing that is graded.

    The submission may lie at the top or in one single other folder, with or without course/ around it.
    """
    parts = PurePosixPath(path.replace("\\", "/")).parts
    if not parts or leads_out(path) or any(part.startswith(PACKERS) for part in parts):
        return None
    kind, length, name = _known(parts)
    root = parts[: len(parts) - length]
    if kind is None or not _is_root(root):
        return None
    return Place(kind, "/".join(root), name)


def leads_out(path: str) -> bool:
    """Tell whether a path leads out of the folder that it is in, or is none."""
    return _OUT.search(path.replace("\\", "/")) is not None


def is_section_file(name: str) -> bool:
    """Tell whether a path is a Python file directly in part_a, part_b or extension."""
    part, _, file = name.partition("/")
    return part in PARTS and re.fullmatch(r"\w[\w\- ]*\.py", file) is not None


def section_file(name: str) -> str:
    """Return the path of the section that a lone file is by its name: "s1_1_forward (2).py"; "" for none."""
    match = re.fullmatch(rf"(s\w+?){_COPY}\.py", name)
    return _files().get(match[1], "") if match else ""


def owner(name: str) -> tuple[str, str] | None:
    """Return whose a lone file is and what it is: ("zoe", "part_a.ipynb") for "zoe_part_a.ipynb".

    A notebook of another name is its owner's; a file that is no section's is nobody's: None.
    """
    stem, dot, ending = name.rpartition(".")
    if ending == "py":
        for section in sorted(_files(), key=len, reverse=True):
            if match := re.fullmatch(rf"(.*?)[ _-]*{section}{_COPY}", stem):
                return match[1] or section, f"{section}.py"
    if ending == "ipynb" and dot:
        match = re.fullmatch(rf"(.+?)[ _-]+({'|'.join(PARTS)}){_COPY}", stem)
        return (match[1], f"{match[2]}.ipynb") if match else (stem, name)
    return None


def is_own(name: str) -> bool:
    """Tell whether a file has the course's own name for it, so that the folder it is in is a submission."""
    return name in {f"{part}.ipynb" for part in PARTS} or bool(section_file(name))


def same(name: str) -> str:
    """Return what is equal for two names that a file system may take for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _known(parts: tuple[str, ...]) -> tuple[Kind | None, int, str]:
    """Return what the end of a path is, how many of its parts that takes, and the name they give."""
    last, inner = parts[-1], "/".join(parts[-2:])
    if len(parts) > 1 and parts[-2] in PARTS and last.removesuffix(".py") in SHADOWS:
        return Kind.SHADOW, 2, inner
    if is_section_file(inner):
        return Kind.SECTION, 2, inner
    if last.endswith(".ipynb"):
        return Kind.NOTEBOOK, 2 if len(parts) > 1 and parts[-2] in ("notebooks", *PARTS) else 1, last
    if last.endswith(".py") and last[:-3] in SHADOWS:
        return Kind.SHADOW, 1, last
    found = section_file(last)
    return (Kind.LOOSE, 1, found) if found else (None, 0, "")


def _is_root(root: tuple[str, ...]) -> bool:
    return len(root) - (root[-1:] == ("course",)) <= 1


@cache
def _files() -> dict[str, str]:
    return {PurePosixPath(section.file).stem: section.file for section in syllabus.load().sections}
