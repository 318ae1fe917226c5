"""The entries of a folder or a zip that a stranger made, listed and read within bounds."""

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MOST_LISTED = 100_000
DEEPEST = 4
LARGEST_DIRECTORY = 4 * 2**20
TAIL = 22 + 2**16 + 20
END, END_64 = b"PK\x05\x06", b"PK\x06\x07"


class ArchiveError(Exception):
    """An entry, or all of them, cannot be had; the message says why, without naming it."""


@dataclass(frozen=True)
class Entry:
    """One file in a folder or a zip.

    read(most): returns its content; raises ArchiveError where it is larger than `most` bytes or broken.
    problem: why it must not be read, or "".
    """

    name: str
    read: Callable[[int], bytes]
    problem: str = ""


@contextmanager
def entries(path: Path) -> Iterator[Iterable[Entry]]:
    """Open a folder or a zip; its files can be read until it closes. Raises ArchiveError, OSError."""
    if path.is_dir():
        yield (Entry(name, _file_reader(path / name)) for name in _walk(path, ""))
    elif path.is_file():
        check_directory(path)
        with _opened(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            yield [Entry(info.filename, _member_reader(archive, info), _problem(info)) for info in members]
    else:
        raise ArchiveError("it is neither a folder nor a file")


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    if prefix.count("/") >= DEEPEST:
        return
    with os.scandir(folder) as items:
        for count, item in enumerate(items):
            if count >= MOST_LISTED:
                raise ArchiveError("it holds too many files")
            if item.name.startswith("."):
                continue
            if item.is_dir(follow_symlinks=False):
                yield from _walk(folder / item.name, f"{prefix}{item.name}/")
            else:
                yield prefix + item.name


def _file_reader(path: Path) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ArchiveError("it is a link or a device")
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            return _bounded(file.read(most + 1), most)

    return read


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
            raise ArchiveError(f"it is larger than {most // 2**20} MB")
        try:
            with archive.open(info) as file:
                return _bounded(file.read(most + 1), most)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
            raise ArchiveError(f"it is damaged ({error}); pack it again") from error

    return read


def _bounded(content: bytes, most: int) -> bytes:
    if len(content) > most:
        raise ArchiveError(f"it is larger than {most // 2**20} MB")
    return content
