"""The files in a folder, and a file by itself: links are not followed, devices not opened."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from .entries import MOST_LISTED, ArchiveError, Entry, bounded

DEEPEST = 4


def in_folder(folder: Path) -> Iterator[Entry]:
    """Yield the files in a folder, down to DEEPEST folders within it, without hidden ones.

    Raises ArchiveError where there are more than MOST_LISTED, OSError where one cannot be listed.
    """
    for count, name in enumerate(_walk(folder, "")):
        if count >= MOST_LISTED:
            raise ArchiveError(f"it holds more than {MOST_LISTED:,} files; hand in the section files only")
        if not name.endswith("/"):
            yield Entry(name, file_reader(folder / name))


def file_reader(path: Path) -> Callable[[int], bytes]:
    """Return how to read a file of a disk that may be a link or a device by now, which is an ArchiveError."""

    def read(most: int) -> bytes:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ArchiveError("it is a link or a device")
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            return bounded(file.read(most + 1), most)

    return read


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    """Yield the names of files, and those of folders with a slash behind, so that both are counted."""
    with os.scandir(folder) as items:
        for item in items:
            if item.name.startswith("."):
                continue
            if not item.is_dir(follow_symlinks=False):
                yield prefix + item.name
                continue
            yield f"{prefix}{item.name}/"
            if prefix.count("/") < DEEPEST:
                yield from _walk(folder / item.name, f"{prefix}{item.name}/")
