"""The folder a worker sees: the given toolkit as we have it, and the student's own section files."""

import shutil
from pathlib import Path

import course

from ..submissions import PARTS, Submission, is_section_file


def stage(submission: Submission, into: Path) -> Path:
    """Build the package `course` of one submission in the folder `into`, and return that folder.

    The student's files come from memory and go to part_a, part_b and extension only; a copy of the
    toolkit that they handed in does not take part.  Raises FileExistsError where `into` is in use,
    ValueError where a file's path is not that of a section file.
    """
    if strange := [name for name in submission.files if not is_section_file(name)]:
        raise ValueError(f"{strange[0]!r} is no section file; a submission holds only those")
    package = into / "course"
    package.mkdir(parents=True)
    given = Path(str(course.__file__)).parent
    shutil.copyfile(given / "__init__.py", package / "__init__.py")
    for source in sorted((given / "toolkit").rglob("*.py")):
        copy_to(package / source.relative_to(given), source.read_bytes())
    for part in PARTS:
        copy_to(package / part / "__init__.py", b"")
    for name, content in submission.files.items():
        copy_to(package / name, content)
    return into


def copy_to(target: Path, content: bytes) -> None:
    """Write a file, its folders included."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
