"""A stranger's code behind a wall: called through a worker that is replaced when it breaks."""

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType, TracebackType

from .bridge import Bridge
from .calls import Message, Tensors
from .child import Child, Running
from .failures import Crashed, Failure, LinkError, TimedOut
from .frames import FrameError
from .implementation import NOTHING_LENT, Lent, Value
from .isolation import Isolation
from .launch import Launched
from .limits import Limits
from .nursery import Zygote
from .printed import Printed
from .trials import Experiment
from .values import Malformed

Key = tuple[str, str]
LOOP = "look for a loop that does not end"
DESCRIPTORS = "leave open file descriptors alone"
BROKEN = (TimeoutError, FrameError, Malformed)
MOST_IMPORTING = 1_000
LIMITS = Limits()
SECTION = re.compile(r"[\w.]{1,200}")


class Remote:
    """The code in a staged folder, run by a worker process."""

    def __init__(
        self, staged: Path, limits: Limits, isolation: Isolation, zygote: Zygote | None = None
    ) -> None:
        """Prepare; `start` is the way to get one that runs."""
        self._staged, self._limits, self._zygote = staged, limits, zygote
        self.isolation: str = isolation.value
        self._held = isolation
        self._printed = Printed(limits.output_bytes)
        self._child: Child | None = None
        self._calls = 0
        self._loaded: set[str] = set()
        self._importing: list[str] = []
        self._dead: dict[str, Failure] = {}
        self._strikes: Counter[Key] = Counter()
        self._reasons: dict[Key, Failure] = {}
        self._stops = 0
        self._last_stop: Failure | None = None

    @classmethod
    def start(
        cls,
        staged: Path,
        *,
        limits: Limits = LIMITS,
        isolation: Isolation = Isolation.PROCESS,
        zygote: Zygote | None = None,
    ) -> "Remote":
        """Return the implementation in a folder that `stage` made, its worker running.

        zygote: what workers in the sandbox are split off from while it lives; without one each of them
        imports torch.  Raises LinkError where no worker can be started.
        """
        remote = cls(staged, limits, isolation, zygote)
        remote._begin()
        return remote

    def __enter__(self) -> "Remote":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def call(
        self,
        section: str,
        function: str,
        args: Sequence[Value] = (),
        kwargs: Mapping[str, Value] = MappingProxyType({}),
        *,
        lent: Lent = NOTHING_LENT,
        echo: bool = False,
        trial: Experiment | None = None,
    ) -> Value:
        """Call a function, as `Implementation` says, within the limits."""
        self._admit((section, function))
        bridge = Bridge(most_bytes=self._limits.frame_bytes)
        request, tensors = bridge.request(section, function, args, kwargs, lent, echo, trial)
        self._load([section, *(lender for lender, _ in lent)])
        if section in self._dead and (section, function) not in lent:
            raise self._dead[section].with_traceback(None)
        try:
            return bridge.result(*self._converse(request, tensors, bridge, self._limits.call_seconds))
        except BROKEN as error:
            failure = self._stopped(error, f"`{function}`", self._limits.call_seconds)
        self._strikes[section, function] += 1
        self._reasons[section, function] = failure
        raise bridge.ended or failure

    def output(self) -> str:
        """Return what was printed since the last time, its beginning and end, and forget it."""
        if self._child is not None:
            self._child.hear()
        return self._printed.take()

    def close(self) -> None:
        """Kill the worker and remove its folder."""
        child, self._child = self._child, None
        if child is not None:
            with suppress(LinkError):
                child.end()

    def _admit(self, key: Key) -> None:
        if self._strikes[key] >= self._limits.strikes:
            raise self._reasons[key].with_traceback(None)

    def _running(self) -> Child:
        if self._child is None and self._stops > self._limits.restarts:
            often = f"the program had to be stopped {self._stops} times before"
            raise Crashed(f"not called, because {often}; the last time: {self._last_stop}")
        return self._child or self._begin()

    def _begin(self) -> Child:
        self._loaded = set()
        try:
            self._child = Child(self._start, self._limits, self._printed)
            if self._child.pipe.receive() == ({"ready": True}, {}):
                self._child.ready()
                return self._child
            reason = "it did not say that it is ready"
        except TimeoutError:
            reason = f"no word from it in {self._limits.start_seconds:g} s"
        except (OSError, FrameError) as error:
            reason = str(error)
        self.close()
        raise LinkError(f"the worker cannot start: {reason}\n{self.output()}".strip())

    def _start(self, channel: tuple[int, int], speaking: int) -> Running:
        if self._held is Isolation.SANDBOX and self._zygote is not None and self._zygote.alive:
            return self._zygote.fork(self._staged, self._limits, channel, speaking)
        return Launched(self._staged, self._limits, self._held, channel, speaking)

    def _load(self, sections: list[str]) -> None:
        self._running()
        wanted = [name for name in dict.fromkeys(sections) if name not in self._loaded]
        if not wanted:
            return
        request = {"import": wanted, "dead": [[name, str(reason)] for name, reason in self._dead.items()]}
        try:
            self._converse(request, {}, Bridge(), self._limits.import_seconds)
            self._loaded.update(wanted)
        except BROKEN as error:
            culprit = next((name for name in reversed(self._importing) if name not in self._dead), wanted[0])
            what = f"importing {culprit.replace('.', '/')}.py"
            self._dead[culprit] = self._stopped(error, what, self._limits.import_seconds)
            self._load(sections)

    def _converse(
        self, request: Message, tensors: Tensors, bridge: Bridge, seconds: float
    ) -> tuple[Message, Tensors]:
        """Send a request and serve the student's code until it answers; raises one of BROKEN."""
        child = self._running()
        child.deadline = time.monotonic() + seconds
        self._calls += 1
        self._importing = []
        try:
            child.pipe.send({"call": self._calls, **request}, tensors)
            while "value" not in (message := self._listen(child, bridge))[0]:
                if "failure" in message[0] or "imported" in message[0]:
                    break
            return message
        except BROKEN:
            raise
        except BaseException as error:
            self.close()
            if not isinstance(error, Exception):
                raise
            raise LinkError(f"the conversation with the worker failed: {error!r}") from error

    def _listen(self, child: Child, bridge: Bridge) -> tuple[Message, Tensors]:
        message, tensors = child.pipe.receive()
        if message.get("call") != self._calls:
            raise FrameError("it spoke out of turn")
        if "callback" in message:
            child.pipe.send(*bridge.answer(message, tensors))
        elif "importing" in message:
            self._note_import(message)
        elif not message.keys() & {"value", "failure", "imported"}:
            raise FrameError("it sent a message that means nothing")
        return message, tensors

    def _note_import(self, message: Message) -> None:
        section = message["importing"]
        if not isinstance(section, str) or not SECTION.fullmatch(section):
            raise FrameError("it named a section that does not exist")
        if len(self._importing) > MOST_IMPORTING:
            raise FrameError("it imports without end")
        if message.get("begins") is True:
            self._importing.append(section)
        elif section in self._importing:
            self._importing.remove(section)

    def _stopped(self, error: Exception, what: str, seconds: float) -> Failure:
        child, self._child = self._child, None
        ended = child.end(patient=isinstance(error, FrameError)) if child else ""
        self._stops += 1
        if isinstance(error, TimeoutError):
            failure: Failure = TimedOut(f"{what} took longer than {seconds:g} s; {LOOP}")
        elif ended:
            failure = Crashed(f"{what} ended the whole program: {ended}")
        else:
            failure = Crashed(f"{what} disturbed the program that called it: {error}; {DESCRIPTORS}")
        self._last_stop = failure
        return failure
