"""A zygote as this side knows it: started once, in the sandbox, and asked for a worker in milliseconds."""

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import IO

import torch

from . import sandbox, seccomp
from .calls import Message, Tensors
from .launch import bounds, command_line, install_runtime, site_packages, started
from .limits import Limits
from .watch import LAST_SECONDS, Watch

LONGEST_COMPLAINT = 2_000


class Zygote:
    """A process in the sandbox that has torch imported; it dies with this process.

    number: of the process inside, as it is known out here.
    """

    def __init__(self, limits: Limits) -> None:
        """Start it, and wait until it is ready; raises OSError where that cannot be."""
        self.number = 0
        self._owner = os.getpid()
        self._begun, self._over = Event(), Event()
        self._trouble: OSError | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._inside: int | None = None
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with tempfile.TemporaryDirectory(prefix="course-") as folder, tempfile.TemporaryFile() as said:
            install_runtime(Path(folder, "runtime", "link"))
            Thread(target=self._hold, args=(Path(folder), theirs, said, limits), daemon=True).start()
            self._await(limits.start_seconds, said)

    @property
    def alive(self) -> bool:
        """Whether it can be asked: it runs, and this is the process that started it."""
        return self._owner == os.getpid() and not self._over.is_set()

    def close(self) -> None:
        """End it and every worker that it started; a second time does nothing."""
        self._line.close()
        if self.alive and self._inside is not None:
            with suppress(OSError):
                signal.pidfd_send_signal(self._inside, signal.SIGKILL)
            self._over.wait(LAST_SECONDS)

    def _hold(self, folder: Path, theirs: socket.socket, said: IO[bytes], limits: Limits) -> None:
        """Start the process and wait for its end, in a thread of its own, because it dies with its thread."""
        try:
            self._process = self._start(folder, theirs, said, limits)
        except OSError as error:
            self._trouble = error
        finally:
            theirs.close()
            self._begun.set()
        if self._process is not None:
            self._process.wait()
        self._over.set()
        if self._inside is not None:
            os.close(self._inside)

    def _start(
        self, folder: Path, theirs: socket.socket, said: IO[bytes], limits: Limits
    ) -> subprocess.Popen[bytes]:
        settings: dict[str, object] = {"control": theirs.fileno()}
        libraries, rooms = site_packages(), {folder / "runtime": sandbox.RUNTIME}
        inside = command_line(sandbox.python(), sandbox.search_path(libraries), "zygote", settings)
        with sandbox.Walled(inside, rooms, libraries, limits, zygote=True) as walls:
            passed = (theirs.fileno(), *walls.descriptors)
            process = started(walls.command, passed, said.fileno(), folder, sandbox.HOME)
            try:
                self.number = walls.process()
                self._inside = os.pidfd_open(self.number)
            except OSError:
                process.kill()
        return process

    def _await(self, seconds: float, said: IO[bytes]) -> None:
        """Return when it is ready; raises OSError with its own words when it will not be."""
        self._begun.wait()
        self._line.settimeout(seconds)
        try:
            word = self._line.recv(16)
        except OSError:
            word = b""
        if word != b"ready":
            self.close()
            said.seek(0)
            words = said.read().decode(errors="replace").strip()[-LONGEST_COMPLAINT:]
            raise self._trouble or OSError(f"it did not become ready; it says: {words}")

    def fork(self, staged: Path, limits: Limits, channel: tuple[int, int], speaking: int) -> "Forked":
        """Return a new worker on what is in a staged folder; raises OSError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                socket.send_fds(self._line, [b"fork"], [*channel, speaking, theirs.fileno()])
            ours.settimeout(limits.start_seconds)
            _, handles, _, _ = socket.recv_fds(ours, 16, 1)
            if not handles:
                raise OSError("it started no worker")
            return Forked(ours, Watch(handles[0], limits), opening(contents(staged), limits))
        except BaseException:
            ours.close()
            raise


class Forked:
    """A worker that a zygote has split off."""

    def __init__(self, report: socket.socket, watch: Watch, opening: tuple[Message, Tensors]) -> None:
        """Take the socket that reports its end, its watch, and the first message that it waits for."""
        self.watch: Watch | None = watch
        self.opening: tuple[Message, Tensors] | None = opening
        self._report, self._process = report, watch

    def ended(self) -> bool:
        """Tell whether it has ended."""
        return self._process.gone()

    def end(self) -> int | None:
        """Kill it, and return how it ended, None where its keeper is gone."""
        self._process.end()
        self._report.settimeout(LAST_SECONDS)
        with self._report, suppress(OSError, ValueError):
            status = int(self._report.recv(16))
            self._report.recv(1)  # comes back empty when the keeper has ended too
            return status
        return None


def contents(staged: Path) -> dict[str, bytes]:
    """Return the files of a staged folder by their names in it."""
    files = [path for path in sorted(staged.rglob("*")) if path.is_file()]
    return {path.relative_to(staged).as_posix(): path.read_bytes() for path in files}


def opening(files: Mapping[str, bytes], limits: Limits) -> tuple[Message, Tensors]:
    """Return the first message to a worker: what it runs, and how it is bounded."""
    together = bytearray(b"".join(files.values()))
    message = {
        "files": [[name, len(content)] for name, content in files.items()],
        "disk_bytes": limits.disk_bytes,
        "filter": seccomp.program().hex(),
        "settings": bounds(limits),
    }
    return message, {"contents": torch.frombuffer(together, dtype=torch.uint8)} if together else {}
