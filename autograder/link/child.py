"""The conversation with a worker, however it was started: heard, timed and ended."""

import os
import select
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeAlias

from .calls import Message, Tensors
from .failures import LinkError
from .frames import FrameError, Pipe
from .launch import ending
from .limits import Limits
from .printed import Printed
from .watch import Watch

HEARTBEAT_SECONDS = 0.25
MOMENT_SECONDS = 0.02
MOST_HEARD = 16 * 2**20


class Running(Protocol):
    """A worker's process.

    watch: what measures it, where it can be looked at from outside.  opening: the first message that it
    waits for, if any.
    """

    watch: Watch | None
    opening: tuple[Message, Tensors] | None

    def ended(self) -> bool:
        """Tell whether it has ended."""
        ...

    def end(self) -> int | None:
        """Kill it and all that it started, wait for its end, and clean up.

        Returns how it ended, as subprocess puts it, or None where the one who should know is gone too.
        """
        ...


Start: TypeAlias = Callable[[tuple[int, int], int], Running]
"""Starts a worker on a channel, incoming and outgoing, that prints to a third descriptor; raises OSError."""


class Child:
    """A running worker. Set `deadline`, in terms of time.monotonic, before talking over `pipe`."""

    def __init__(self, start: Start, limits: Limits, printed: Printed) -> None:
        """Start a worker; what it prints goes to `printed`.  Raises OSError, FrameError or TimeoutError."""
        self.deadline = time.monotonic() + limits.start_seconds
        self._printed = printed
        self._ended = False
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self._hearing, speaking = os.pipe()
        self._descriptors = [ours_out, ours_in, self._hearing]
        for descriptor in self._descriptors:
            os.set_blocking(descriptor, False)
        try:
            self._process = start((theirs_in, theirs_out), speaking)
        except BaseException:
            self.hear()
            self._clear()
            raise
        finally:
            for descriptor in (theirs_in, theirs_out, speaking):
                os.close(descriptor)
        self.pipe = Pipe(ours_in, ours_out, most_bytes=limits.frame_bytes, wait=self.wait)
        self._open()

    def _open(self) -> None:
        try:
            if self._process.opening is not None:
                self.pipe.send(*self._process.opening)
        except BaseException:
            self.end(patient=True)
            raise

    def ready(self) -> None:
        """Start to measure what the worker uses: from now on it may run student code."""
        if self._process.watch is not None:
            self._process.watch.begin()

    def wait(self, descriptor: int, event: int) -> None:
        """Return when a descriptor is ready, recording meanwhile what is printed.

        Raises TimeoutError past the deadline, FrameError when the process has ended.
        """
        ended = False
        while (left := self.deadline - time.monotonic()) > 0:
            if descriptor in self._listen(descriptor, event, 0 if ended else min(left, HEARTBEAT_SECONDS)):
                return
            if ended:
                raise FrameError("it ended")
            ended = self._process.ended()
        raise TimeoutError

    def hear(self) -> None:
        """Record what has been printed until now."""
        for _ in range(MOST_HEARD // 2**16):
            if self._hearing < 0 or not self._listen(self._hearing, select.POLLIN, 0):
                return

    def _listen(self, descriptor: int, event: int, seconds: float) -> set[int]:
        poll = select.poll()
        if self._hearing >= 0:
            poll.register(self._hearing, select.POLLIN)
        if descriptor != self._hearing:
            poll.register(descriptor, event)
        ready = {found for found, _ in poll.poll(seconds * 1000)}
        if self._hearing in ready:
            self._record()
        return ready

    def _record(self) -> None:
        with suppress(BlockingIOError):
            data = os.read(self._hearing, 2**16)
            self._printed.feed(data)
            if not data:
                self._hearing = -1

    def end(self, *, patient: bool = False) -> str:
        """Kill the worker and all of its group, clean up after it; return how it had ended by itself.

        "" where it was still running, or when this is not the first time.  patient: whether to give it
        a moment, because a process closes its pipes a little before it has ended.  Raises LinkError where
        it ended because what held it did.
        """
        if self._ended:
            return ""
        self._ended = True
        moments = 20 if patient else 0
        while not (by_itself := self._process.ended()) and moments > 0:
            time.sleep(MOMENT_SECONDS)
            moments -= 1
        status = self._process.end()
        self.hear()
        self._clear()
        if self._process.watch is not None and self._process.watch.reason:
            return f"it was stopped, because {self._process.watch.reason}"
        if by_itself and status is None:
            raise LinkError("the process that held the worker has ended")
        return ending(status) if by_itself and status is not None else ""

    def _clear(self) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)
