"""The entries of a tarball that a stranger made: unpacked into a nameless file within bounds, then listed.

Python's `tarfile` trusts what a header says of sizes.  Here every single read is bounded, and so is the sum
of them while the headers are listed; no member is ever extracted under a name.
"""

import bz2
import gzip
import io
import lzma
import re
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .entries import ArchiveError, Entry, bounded, too_large

OPENERS: dict[str, Callable[[Path], io.BufferedIOBase]] = {
    ".tar": lambda path: path.open("rb"),
    ".tar.gz": gzip.GzipFile,
    ".tgz": gzip.GzipFile,
    ".tar.bz2": bz2.BZ2File,
    ".tbz2": bz2.BZ2File,
    ".tar.xz": lzma.LZMAFile,
    ".txz": lzma.LZMAFile,
}
ENDINGS = tuple(OPENERS)
LARGEST_UNPACKED = 256 * 2**20
LARGEST_HEADER = 2**16
LARGEST_HEADERS = 64 * 2**20
MOST_MEMBERS = 20_000
CHUNK = 2**20
MANY_DIGITS = re.compile(rb"[0-9]{200}")
"""What no header needs, and what `tarfile` searches in a time that grows with its square."""
DAMAGED = (tarfile.TarError, ValueError, OverflowError, RecursionError, EOFError, KeyError, IndexError)
UNREADABLE = (EOFError, zlib.error, lzma.LZMAError, MemoryError)


@contextmanager
def members(path: Path) -> Iterator[list[Entry]]:
    """Open a tarball; its files can be read until it closes.  Raises ArchiveError, OSError."""
    with tempfile.TemporaryFile() as room:
        _unpack(path, room)
        guarded = Guarded(room)
        with _opened(guarded) as archive:
            infos = list(_listed(archive))
            guarded.left, guarded.listing = LARGEST_UNPACKED, False
            yield [Entry(info.name, _reader(archive, info), _problem(info)) for info in infos]


class Guarded(io.BufferedIOBase):
    """A file for `tarfile` that gives little at once, and no more than `left` bytes altogether.

    listing: whether headers are being read, which are looked at before `tarfile` sees them.
    """

    def __init__(self, file: IO[bytes]) -> None:
        """Read from `file`, beginning at its beginning."""
        self._file = file
        self.left = LARGEST_HEADERS
        self.listing = True
        file.seek(0)

    def read(self, size: int | None = -1) -> bytes:
        """Return at most `size` bytes; raises ArchiveError where more is asked for than a header has."""
        if size is None or not 0 <= size <= LARGEST_HEADER:
            raise ArchiveError("it is no ordinary tarball: a header in it is too large; pack it again")
        content = self._file.read(size)
        self.left -= len(content) + 1
        if self.left < 0 or (self.listing and MANY_DIGITS.search(content)):
            raise ArchiveError("it holds too much that is no file; hand in the section files only")
        return content

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place; raises ArchiveError where it is before the beginning."""
        if offset < 0:
            raise ArchiveError("it is damaged (a size below zero); pack it again")
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()


def _unpack(path: Path, into: IO[bytes]) -> None:
    kind = max((end for end in ENDINGS if path.name.lower().endswith(end)), key=len)
    size = 0
    try:
        with OPENERS[kind](path) as packed:
            while chunk := packed.read(CHUNK):
                size += len(chunk)
                if size > LARGEST_UNPACKED:
                    raise ArchiveError(f"it unpacks to more than {LARGEST_UNPACKED // 2**20} MB")
                into.write(chunk)
    except UNREADABLE as error:
        raise ArchiveError(f"it is damaged ({error or type(error).__name__}); pack it again") from error
    except OSError as error:
        if error.errno is None:
            raise ArchiveError(f"it is not a {kind[1:]} ({error}); pack it again") from error
        raise


def _opened(file: Guarded) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=file, mode="r:", errorlevel=2)
    except DAMAGED as error:
        raise ArchiveError(f"it is not a tarball ({error}); pack it again") from error


def _listed(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    last, count = -1, 0
    try:
        while (info := archive.next()) is not None:
            count += 1
            if info.offset <= last or info.size < 0:
                raise ArchiveError("it is damaged (its members overlap); pack it again")
            if count > MOST_MEMBERS:
                raise ArchiveError(
                    f"it holds more than {MOST_MEMBERS:,} files; hand in the section files only"
                )
            last = info.offset
            if not info.isdir():
                yield info
    except DAMAGED as error:
        raise ArchiveError(f"it is damaged ({type(error).__name__}); pack it again") from error


def _problem(info: tarfile.TarInfo) -> str:
    if not info.isreg():
        return "it is a link or a device"
    if info.issparse():
        return "it is stored in an unusual way; use an ordinary tar or zip"
    return ""


def _reader(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        if info.size > most:
            raise too_large(most)
        try:
            file = archive.extractfile(info)
            if file is None:
                raise ArchiveError("it is a link or a device")
            return _whole(file, info.size, most)
        except DAMAGED as error:
            raise ArchiveError(f"it is damaged ({type(error).__name__}); pack it again") from error

    return read


def _whole(file: IO[bytes], size: int, most: int) -> bytes:
    parts = []
    while part := file.read(2**16):
        parts.append(part)
    content = bounded(b"".join(parts), most)
    if len(content) != size:
        raise ArchiveError("it is damaged (it is cut short); pack it again")
    return content
