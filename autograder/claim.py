"""A folder of grades, for one grader at a time."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from autograder.reports import files

LOCK = ".lock"
REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG)
"""How a disk says that it will not take any more, or nothing at all."""


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold a folder, made where needed, against other graders; clear away what a killed one half wrote.

    The claim ends with the process, however that ends.  Raises ValueError while another grader holds it,
    OSError that says what to do where the folder cannot be written to, also when that turns out within.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCK).acquire(timeout=0):
            files.sweep(folder)
            yield
    except Timeout:
        raise ValueError(
            f"another grader is at work on {folder}; wait until it ends, or choose another --out"
        ) from None
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        raise OSError(
            f"{error}. What was graded into {folder} until now is kept: "
            "make room, or make it writable, and grade again"
        ) from error
