"""The program that student code runs in. It knows how to call, and nothing of what is right.

It runs from a copy outside the project, so it imports nothing of the project but its siblings here and,
when a Stage arrives, `course.toolkit.stage` beside the student's files.
"""

import os
import resource
import sys
from contextlib import suppress
from importlib.abc import MetaPathFinder
from threading import Lock
from types import ModuleType
from typing import Any

import torch

from . import walls
from .calls import Caller, Message, Tensors
from .failures import Missing, Refused, to_message
from .frames import FrameError, Pipe
from .rooms import Rooms
from .values import Unsendable

PACKAGE = "course"
NOT_FOR_STUDENTS = ("solutions", "autograder")


class Closed(MetaPathFinder):
    """Hides the packages that a grader has installed and student code has no business with."""

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> None:
        """Raise ModuleNotFoundError for them; leave all others to the next finder."""
        if fullname.partition(".")[0] in NOT_FOR_STUDENTS:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


class Server:
    """Answers requests, one after the other, until the pipe closes."""

    def __init__(self, pipe: Pipe, frame_bytes: int) -> None:
        """Talk over `pipe`."""
        self._pipe = pipe
        self._lock = Lock()
        self._call = 0
        self._rooms = Rooms(PACKAGE, announce=self._announce)
        self._caller = Caller(self._rooms, most_bytes=frame_bytes)

    def serve(self) -> None:
        """Answer for ever; raises FrameError when the pipe closes."""
        self._pipe.send({"ready": True}, {})
        while True:
            with self._lock:
                request, tensors = self._pipe.receive()
            self._call = request["call"]
            self._answer(request, tensors)

    def _answer(self, request: Message, tensors: Tensors) -> None:
        if "import" in request:
            for section, reason in request["dead"]:
                self._rooms.bury(section, Missing(reason))
            self._caller.load(request["import"])
            self._say({"imported": True}, {})
        else:
            answer = self._caller.answer(request, tensors, self._exchange)
            flush()
            self._say(*answer)

    def _say(self, message: Message, tensors: Tensors) -> None:
        try:
            with self._lock:
                self._pipe.send({"call": self._call, **message}, tensors)
        except Unsendable as error:
            self._say({"failure": to_message(Refused(f"the function returned {error}"))}, {})

    def _announce(self, section: str, begins: bool) -> None:
        self._say({"importing": section, "begins": begins}, {})

    def _exchange(self, message: Message, tensors: Tensors) -> tuple[Message, Tensors]:
        with self._lock:
            self._pipe.send({"call": self._call, **message}, tensors)
            return self._pipe.receive()


def flush() -> None:
    """Push out what the student's code has printed; a stream that it closed or replaced may refuse."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(BaseException):
            stream.flush()  # type: ignore[union-attr]


def confine(settings: dict[str, Any]) -> None:
    """Set the limits that a process can set for itself."""
    bounds = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_DATA: settings["memory_bytes"],
        resource.RLIMIT_NPROC: settings["processes"],
        resource.RLIMIT_CPU: settings["cpu_seconds"],
        resource.RLIMIT_FSIZE: settings["file_bytes"],
        resource.RLIMIT_NOFILE: settings["open_files"],
    }
    for kind, bound in bounds.items():
        if bound is not None:
            resource.setrlimit(kind, (bound, bound))


def main(settings: dict[str, Any], refused: bytes = b"") -> None:
    """Run a worker with the settings that `launch.settings` made; never returns.

    refused: the filter of system calls, where this process is not under one already.
    """
    confine(settings)
    torch.set_num_threads(1)
    sys.meta_path.insert(0, Closed())
    if refused:
        walls.refuse(refused)
    incoming, outgoing = settings["channel"]
    pipe = Pipe(incoming, outgoing, most_bytes=settings["frame_bytes"])
    try:
        Server(pipe, settings["frame_bytes"]).serve()
    except FrameError:
        flush()
        os._exit(0)
