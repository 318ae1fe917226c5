"""The entries of a zip that a stranger made, listed and read within bounds."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .entries import ArchiveError, Entry, bounded, too_large

LARGEST_DIRECTORY = 4 * 2**20
TAIL = 22 + 2**16 + 20
END, END_64 = b"PK\x05\x06", b"PK\x06\x07"


@contextmanager
def members(path: Path) -> Iterator[list[Entry]]:
    """Open a zip; its files can be read until it closes.  Raises ArchiveError, OSError."""
    check_directory(path)
    with _opened(path) as archive:
        files = [info for info in archive.infolist() if not info.is_dir()]
        yield [Entry(info.filename, _member_reader(archive, info), _problem(info)) for info in files]


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise ArchiveError(f"it is not a zip ({error}); pack it again") from error


def check_directory(path: Path) -> None:
    """Raise ArchiveError where a zip's table of contents is too long to be read into memory.

    `zipfile` reads the whole table when it opens an archive; where the table is and how long, the end of
    the file says.  Every place in that end is looked at that `zipfile` could take for the right one.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        tail = file.read(TAIL)
    if END not in tail:
        raise ArchiveError("it is not a zip; pack it again")
    if END_64 in tail:
        raise ArchiveError("it is a zip of more than 65,535 files or 4 GB; hand in the section files only")
    at = tail.find(END)
    while at >= 0:
        if len(tail) >= at + 16 and struct.unpack_from("<I", tail, at + 12)[0] > LARGEST_DIRECTORY:
            raise ArchiveError("it holds too many files; hand in the section files only")
        at = tail.find(END, at + 1)


def _problem(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "it is a link or a device"
    if info.flag_bits & 0x1:
        return "it is encrypted; hand it in without a password"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is compressed in an unusual way; use an ordinary zip"
    return ""


def _member_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        if info.file_size > most:
            raise too_large(most)
        try:
            with archive.open(info) as file:
                return bounded(file.read(most + 1), most)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
            raise ArchiveError(f"it is damaged ({error}); pack it again") from error

    return read
