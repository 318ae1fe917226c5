"""What a sandboxed process uses, measured from outside of it, and its end when that is too much."""

import os
import re
import select
import signal
from contextlib import suppress
from pathlib import Path
from threading import Thread

from .limits import Limits
from .sandbox import HOME, SHARED

EVERY_SECONDS = 0.05
LAST_SECONDS = 5.0
NUMBER = re.compile(r"^Pid:\s+(-?\d+)", re.MULTILINE)
USED = re.compile(r"^(VmRSS|Threads):\s+(\d+)", re.MULTILINE)


class Watch:
    """Watches one process. `reason` says why it was killed, if it was."""

    def __init__(self, process: int, limits: Limits) -> None:
        """Take over a descriptor of the process; raises OSError, and closes it, where it is gone."""
        self.reason = ""
        self._process, self._limits = process, limits
        try:
            self._pid = number(process)
        except OSError:
            os.close(process)
            raise
        self._folders: list[int] = []
        self._over = False
        self._thread = Thread(target=self._run, name="watch", daemon=True)

    def begin(self) -> None:
        """Start to measure; before this, student code must not run."""
        for folder in (HOME, SHARED):
            place = f"/proc/{self._pid}/root{folder}"
            self._folders.append(os.open(place, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW))
        self._thread.start()

    def end(self) -> None:
        """Kill the process, and return when it is gone."""
        self._over = True
        self._kill()
        if self._thread.ident is not None:
            self._thread.join()
        self.gone(LAST_SECONDS)
        for descriptor in (self._process, *self._folders):
            os.close(descriptor)
        self._folders.clear()

    def gone(self, seconds: float = 0.0) -> bool:
        """Wait up to `seconds` for the process to end; tell whether it has."""
        poll = select.poll()
        poll.register(self._process, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _run(self) -> None:
        while not self._over and not self.gone(EVERY_SECONDS):
            with suppress(OSError):
                self.reason = self._excess()
            if self.reason:
                return self._kill()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)

    def _seconds(self) -> float:
        """Return the processor time used, its threads' and the system's on its behalf included."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _excess(self) -> str:
        """Return what there is too much of, in words, "" where all is within the limits."""
        limits, used = self._limits, dict(USED.findall(Path(f"/proc/{self._pid}/status").read_text()))
        memory, threads = int(used.get("VmRSS", 0)) * 1024, int(used.get("Threads", 0))
        if limits.memory_bytes is not None and memory > limits.memory_bytes:
            return f"it used {memory / 2**30:.1f} GiB of memory; the limit is {limits.memory_bytes / 2**30:g}"
        if limits.cpu_seconds is not None and self._seconds() >= limits.cpu_seconds:
            return f"it used {limits.cpu_seconds} seconds of processor time, which is the limit"
        if threads > limits.threads:
            return f"it had {threads:,} threads at once; the limit is {limits.threads:,}"
        for folder in self._folders:
            room = os.fstatvfs(folder)
            if (files := room.f_files - room.f_ffree) > limits.disk_files:
                return f"it kept {files:,} files; the limit is {limits.disk_files:,}"
        return ""


def number(process: int) -> int:
    """Return a process's number out here, from a descriptor of it; raises OSError where it is gone."""
    found = NUMBER.search(Path(f"/proc/self/fdinfo/{process}").read_text())
    if found is None or int(found[1]) <= 0:
        raise ProcessLookupError("the process has ended")
    return int(found[1])
