"""One file among a stranger's: its name, why it must not be read, and its content within bounds."""

from collections.abc import Callable
from dataclasses import dataclass

MOST_LISTED = 100_000
"""Files of one submission that are looked at."""


class ArchiveError(Exception):
    """An entry, or all of them, cannot be had; the message says why, without naming it."""


@dataclass(frozen=True)
class Entry:
    """One file in a folder or an archive.

    read(most): returns its content; raises ArchiveError where it is larger than `most` bytes or broken.
    problem: why it must not be read, or "".
    """

    name: str
    read: Callable[[int], bytes]
    problem: str = ""


def bounded(content: bytes, most: int) -> bytes:
    """Return the content; raises ArchiveError where it is larger than `most` bytes."""
    if len(content) > most:
        raise too_large(most)
    return content


def too_large(most: int) -> ArchiveError:
    """Return the error that something is larger than `most` bytes."""
    return ArchiveError(f"it is larger than {most // 2**20} MB")
