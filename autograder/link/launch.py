"""The worker as a process: how it is started, waited for, heard and ended."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import torch

from .frames import FrameError, Pipe
from .limits import Limits
from .printed import Printed

RUNTIME = ["calls", "describe", "failures", "frames", "packing", "rooms", "unpacking", "values", "worker"]
BOOT = (
    "import json, sys; settings = json.loads(sys.argv.pop()); sys.path += settings['path']; "
    "from link.worker import main; main(settings)"
)
HEARTBEAT_SECONDS = 0.25
MOMENT_SECONDS = 0.02
MOST_HEARD = 16 * 2**20
WHY = {
    "SIGSEGV": ": it recursed too deeply, or wrote to memory that is not its own",
    "SIGKILL": ": most likely it ran out of memory",
}


def command_line(
    runtime: Path, staged: Path, home: Path, channel: tuple[int, int], limits: Limits
) -> list[str]:
    """Return the command that starts a worker. Every wall around student code is built here.

    runtime: holds the worker's program.  staged: holds the student's package.  home: the only folder to
    write to.  channel: the two descriptors, incoming and outgoing, that the command must pass on.
    """
    settings = {
        "path": [str(runtime), str(staged), *site_packages()],
        "channel": channel,
        "frame_bytes": limits.frame_bytes,
        "memory_bytes": limits.memory_bytes,
        "processes": limits.processes,
    }
    return [sys.executable, "-s", "-P", "-S", "-B", "-c", BOOT, json.dumps(settings)]


def environment(home: Path) -> dict[str, str]:
    """Return all of the worker's environment; nothing of the grader's own is in it."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "MPLBACKEND": "Agg",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }


def site_packages() -> list[str]:
    """Return the folders of installed libraries, torch's first.

    The worker does not read the .pth files in them: an editable install would lead it to the solutions.
    """
    libraries = [str(Path(torch.__file__).parents[1])]
    libraries += [entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    return list(dict.fromkeys(libraries))


class Child:
    """A running worker. Set `deadline`, in terms of time.monotonic, before talking over `pipe`."""

    def __init__(self, staged: Path, limits: Limits, printed: Printed) -> None:
        """Start a worker on a staged folder; what it prints goes to `printed`."""
        self.deadline = time.monotonic() + limits.start_seconds
        self._printed = printed
        self._folder = Path(tempfile.mkdtemp(prefix="course-"))
        self._ended = False
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self._hearing, speaking = os.pipe()
        self._descriptors = [ours_out, ours_in, self._hearing]
        for descriptor in self._descriptors:
            os.set_blocking(descriptor, False)
        try:
            self._process = self._start(staged, (theirs_in, theirs_out), speaking, limits)
        except BaseException:
            self._clear()
            raise
        finally:
            for descriptor in (theirs_in, theirs_out, speaking):
                os.close(descriptor)
        self.pipe = Pipe(ours_in, ours_out, most_bytes=limits.frame_bytes, wait=self.wait)

    def _start(
        self, staged: Path, channel: tuple[int, int], speaking: int, limits: Limits
    ) -> subprocess.Popen[bytes]:
        runtime, home = self._folder / "runtime", self._folder / "home"
        home.mkdir()
        install_runtime(runtime / "link")
        return subprocess.Popen(
            command_line(runtime, staged, home, channel, limits),
            stdin=subprocess.DEVNULL,
            stdout=speaking,
            stderr=speaking,
            pass_fds=channel,
            cwd=home,
            env=environment(home),
            start_new_session=True,
        )

    def wait(self, descriptor: int, event: int) -> None:
        """Return when a descriptor is ready, recording meanwhile what is printed.

        Raises TimeoutError past the deadline, FrameError when the process has ended.
        """
        while (left := self.deadline - time.monotonic()) > 0:
            ended = self._has_ended()
            if descriptor in self._listen(descriptor, event, 0 if ended else min(left, HEARTBEAT_SECONDS)):
                return
            if ended:
                raise FrameError("it ended")
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

    def _has_ended(self) -> bool:
        # WNOWAIT leaves the dead leader in place, so that its group's number stays ours until `end`.
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, flags) is not None

    def end(self, *, patient: bool = False) -> str:
        """Kill the worker and all of its group, remove its folder; return how it had ended by itself.

        "" where it was still running, or when this is not the first time.  patient: whether to give it
        a moment, because a process closes its pipes a little before it has ended.
        """
        if self._ended:
            return ""
        self._ended = True
        moments = 20 if patient else 0
        while not (by_itself := self._has_ended()) and moments > 0:
            time.sleep(MOMENT_SECONDS)
            moments -= 1
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        status = self._process.wait()
        self.hear()
        self._clear()
        return ending(status) if by_itself else ""

    def _clear(self) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)
        with suppress(OSError, RecursionError):
            shutil.rmtree(self._folder)


def install_runtime(folder: Path) -> None:
    """Put the worker's program, and nothing else of the grader, into a folder of its own."""
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    for name in RUNTIME:
        shutil.copyfile(Path(__file__).with_name(f"{name}.py"), folder / f"{name}.py")


def ending(status: int) -> str:
    """Return how a process ended, in words, from its return code."""
    if status >= 0:
        return f"it ended itself with exit status {status}"
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    return f"it was ended by {name}{WHY.get(name, '')}"
