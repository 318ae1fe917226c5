"""The entries of what a stranger packed: a folder, a zip or a tarball."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import folders, tars, zips
from .entries import ArchiveError, Entry

READABLE = (".zip", *tars.ENDINGS)
OTHERS = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".lz", ".lzma")
"""Archives that are not opened; the student reads that they are not."""


@contextmanager
def entries(path: Path) -> Iterator[Iterable[Entry]]:
    """Open a folder or an archive; its files can be read until it closes.

    Raises ArchiveError, OSError.
    """
    name = path.name.lower()
    if path.is_dir():
        yield folders.in_folder(path)
    elif not path.is_file():
        raise ArchiveError("it is neither a folder nor a file")
    elif name.endswith(tars.ENDINGS):
        with tars.members(path) as members:
            yield members
    else:
        with zips.members(path) as members:
            yield members


def ending(name: str) -> str:
    """Return the ending by which a name is that of an archive, readable or not: ".tar.gz"; "" for others."""
    endings = (end for end in (*READABLE, *OTHERS) if name.lower().endswith(end))
    return max(endings, key=len, default="")
