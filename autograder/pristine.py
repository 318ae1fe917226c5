"""`course reset`: a section's stub as it was handed out, with the student's own file kept beside it."""

import zipfile
from itertools import count
from pathlib import Path

from autograder.reports import files
from autograder.syllabus import PATH, Section

ROOT = PATH.parents[1]
ARCHIVE = Path("course/assets/stubs.zip")
"""Where the student edition has the stubs, each under its section's `file`."""


class NoStubError(ValueError):
    """There is nothing to put a file back from; the message says what to do."""


def place(section: Section, root: Path = ROOT) -> Path:
    """Return where the student's file of the section is."""
    return root / "course" / section.file


def stub(section: Section, root: Path = ROOT) -> str:
    """Return the section's stub: out of the edition's archive or, where none is, made from `solutions/`.

    Raises NoStubError when the edition has lost its archive or the archive is damaged.
    """
    archive = root / ARCHIVE
    try:
        if not archive.exists():
            return _made(section, root)
        with zipfile.ZipFile(archive) as opened:
            return opened.read(section.file).decode()
    except (ImportError, FileNotFoundError, KeyError, zipfile.BadZipFile, UnicodeDecodeError):
        raise NoStubError(
            f"{ARCHIVE.as_posix()} is missing, damaged or without {section.file}; copy it again from the "
            "course that you were given"
        ) from None


def is_untouched(section: Section, root: Path = ROOT) -> bool:
    """Tell whether the student's file is still the stub; raises NoStubError as `stub` does, and OSError."""
    own = place(section, root)
    return own.exists() and own.read_bytes() == stub(section, root).encode()


def reset(section: Section, root: Path = ROOT) -> Path | None:
    """Put the section's stub back and return where the file that was there is now; None where none was.

    No earlier file is ever written over: the first gets the name s1_1_forward.py.1.bak, the next .2.bak.
    Raises NoStubError and OSError before anything has changed.
    """
    fresh, own = stub(section, root), place(section, root)
    kept = _kept(own) if own.exists() else None
    files.replace(own, fresh)
    return kept


def _kept(own: Path) -> Path:
    """Return a new copy of the file, under the first free name."""
    names = (own.with_name(f"{own.name}.{number}.bak") for number in count(1))
    backup = next(name for name in names if not name.exists())
    with backup.open("xb") as file:
        file.write(own.read_bytes())
    return backup


def _made(section: Section, root: Path) -> str:
    from autograder.release import stubs

    return stubs.stub((root / stubs.file_of(section)).read_text(encoding="utf-8"), section)
