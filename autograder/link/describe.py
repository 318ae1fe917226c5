"""An exception of student code, in words: what, where, and the way there through the student's files.

This file also runs beside student code, so it imports nothing of the project but the failures.
"""

import linecache
from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb

from .failures import MOST_BASES, Failure, NotWritten, Raised, clip

FIRST_FRAMES, LAST_FRAMES = 5, 15
LONGEST_LINE = 200


class Frame:
    """One line of a student's file that an exception passed through."""

    def __init__(self, file: str, line: int, function: str, source: str) -> None:
        """Take the file relative to the student's folder, such as "part_a/s1_1_forward.py"."""
        self.place = f"{file}, line {line}" + ("" if function == "<module>" else f", in {function}")
        self.text = self.place + (f"\n    {clip(source, LONGEST_LINE)}" if source else "")


def describe(error: BaseException, root: Path) -> Failure:
    """Return the failure that `error`, raised by student code under the folder `root`, amounts to."""
    if isinstance(error, Failure):
        return error
    frames = list(student_frames(error, root))
    text = words(error)
    if isinstance(error, NotImplementedError) and raised_by_student(error, root):
        return NotWritten(text or "not written yet: it raises NotImplementedError")
    name = type(error).__name__
    place = frames[-1].place if frames else ""
    if isinstance(error, SyntaxError) and error.filename and inside(error.filename, root):
        place, text = f"{relative(error.filename, root)}, line {error.lineno}", str(error.msg)
    message = name + (f": {text}" if text else "") + (f" ({place})" if place else "")
    bases = tuple(base.__name__ for base in type(error).__mro__[:MOST_BASES])
    return Raised(message, name, bases, "\n".join(shortened([frame.text for frame in frames])))


def words(error: BaseException) -> str:
    """Return the exception's message, also where asking for it raises."""
    try:
        return clip(str(error), 1_000)
    except BaseException as another:  # a student's __str__ may raise anything
        return f"(its message cannot be read: __str__ raised {type(another).__name__})"


def student_frames(error: BaseException, root: Path) -> Iterator[Frame]:
    """Yield the frames of the traceback that lie in student files, outermost first."""
    for frame, line in walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if inside(file, root):
            source = linecache.getline(file, line).strip()
            yield Frame(relative(file, root), line, frame.f_code.co_name, source)


def raised_by_student(error: BaseException, root: Path) -> bool:
    """Tell whether the line that raised is the student's own, not one of a library."""
    files = [frame.f_code.co_filename for frame, _ in walk_tb(error.__traceback__)]
    return bool(files) and inside(files[-1], root)


def inside(file: str, root: Path) -> bool:
    """Tell whether a file is one of the student's: under `root`, but not of the given toolkit."""
    return Path(file).is_relative_to(root) and not Path(file).is_relative_to(root / "toolkit")


def relative(file: str, root: Path) -> str:
    """Return a file's path from the student's folder, with forward slashes."""
    return Path(file).relative_to(root).as_posix()


def shortened(lines: list[str]) -> list[str]:
    """Return the first and last frames of a long trace, with a count of those between."""
    hidden = len(lines) - FIRST_FRAMES - LAST_FRAMES
    if hidden <= 0:
        return lines
    return [*lines[:FIRST_FRAMES], f"… {hidden:,} more …", *lines[-LAST_FRAMES:]]
