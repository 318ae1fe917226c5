"""What can go wrong when student code is called, in words that the student reads.

This file also runs beside student code, so it imports nothing of the project.
"""

from collections.abc import Callable
from typing import Any

LONGEST_MESSAGE = 2_000
LONGEST_TRACE = 6_000
MOST_BASES = 20


class Failure(Exception):  # noqa: N818 - what happened, not an error of ours
    """A call that gave no value, through the student's code; `str(failure)` is for the student."""

    kind: str = "failure"

    def __init__(self, message: str) -> None:
        """Keep `message`, at most 2,000 characters of it."""
        super().__init__(clip(message, LONGEST_MESSAGE))


class Missing(Failure):
    """The section's file, or the function in it, is not there."""

    kind = "missing"


class NotWritten(Failure):
    """The function is still a stub: it raised NotImplementedError."""

    kind = "not_written"


class Raised(Failure):
    """Student code raised an exception, in a call or while its file was imported.

    type_name: the exception's class.  bases: the names in its method resolution order, itself first.
    trace: the frames in student files, one or two lines each, outermost first.
    """

    kind = "raised"

    def __init__(
        self, message: str, type_name: str = "Exception", bases: tuple[str, ...] = (), trace: str = ""
    ) -> None:
        """Keep everything, shortened to what a page can show."""
        super().__init__(message)
        self.type_name = clip(type_name, 100)
        self.bases = tuple(clip(base, 100) for base in bases[:MOST_BASES])
        self.trace = clip(trace, LONGEST_TRACE)


class Refused(Failure):
    """The function returned something that may not cross: too much, too deep, or without end."""

    kind = "refused"


class Crashed(Failure):
    """The program that ran the student's code ended, or broke the rules of the conversation."""

    kind = "crashed"


class TimedOut(Failure):
    """The student's code took longer than its limit."""

    kind = "timed_out"


class LinkError(Exception):
    """The link itself could not work: never the student's fault, and never a zero."""


def clip(text: str, most: int) -> str:
    """Return `text` as storable UTF-8, cut to `most` characters with a mark where it was cut."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= most else text[: most - 2] + " …"


def to_message(failure: Failure) -> dict[str, Any]:
    """Return the failure as JSON values."""
    message: dict[str, Any] = {"kind": failure.kind, "message": str(failure)}
    if isinstance(failure, Raised):
        message |= {"type_name": failure.type_name, "bases": list(failure.bases), "trace": failure.trace}
    return message


def from_message(message: object) -> Failure:
    """Return the failure that a worker reported; raises ValueError where it is none."""
    if not isinstance(message, dict) or not isinstance(message.get("message"), str):
        raise ValueError("a failure without a message")
    simple: dict[str, Callable[[str], Failure]] = {kind.kind: kind for kind in (Missing, NotWritten, Refused)}
    kind = str(message.get("kind"))
    if kind in simple:
        return simple[kind](message["message"])
    if kind != Raised.kind:
        raise ValueError("a failure of an unknown kind")
    return _raised(message)


def _raised(message: dict[str, Any]) -> Raised:
    type_name, bases, trace = message.get("type_name"), message.get("bases"), message.get("trace")
    named = isinstance(type_name, str) and isinstance(trace, str)
    if not named or not isinstance(bases, list) or not all(isinstance(base, str) for base in bases):
        raise ValueError("a failure without its exception")
    return Raised(message["message"], str(type_name), tuple(bases), str(trace))
