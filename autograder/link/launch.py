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

from . import sandbox
from .frames import FrameError, Pipe
from .isolation import Isolation
from .limits import Limits
from .printed import Printed
from .watch import Watch

RUNTIME = [
    *("calls", "describe", "failures", "filling", "frames", "lending", "networks", "packing", "rooms"),
    *("trials", "unpacking", "values", "worker"),
]
BOOT = (
    "import json, sys; settings = json.loads(sys.argv.pop()); sys.path += settings['path']; "
    "from link.worker import main; main(settings)"
)
HEARTBEAT_SECONDS = 0.25
MOMENT_SECONDS = 0.02
SECONDS_OF_GRACE = 5
MOST_HEARD = 16 * 2**20
WHY = {
    "SIGSEGV": ": it recursed too deeply, or wrote to memory that is not its own",
    "SIGKILL": ": most likely it ran out of memory, or of processor time",
}


def command_line(
    python: str, runtime: Path, staged: Path, channel: tuple[int, int], limits: Limits
) -> list[str]:
    """Return the command that runs a worker, from the folders as it sees them.

    runtime: holds the worker's program.  staged: holds the student's package.  channel: the two
    descriptors, incoming and outgoing, that the command must pass on.
    """
    settings = {
        "path": [str(runtime), str(staged), *site_packages()],
        "channel": channel,
        "frame_bytes": limits.frame_bytes,
        "memory_bytes": limits.memory_bytes,
        "processes": limits.processes,
        "cpu_seconds": limits.cpu_seconds and limits.cpu_seconds + SECONDS_OF_GRACE,
        "file_bytes": limits.file_bytes,
        "open_files": limits.open_files,
    }
    return [python, "-s", "-P", "-S", "-B", "-c", BOOT, json.dumps(settings)]


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

    def __init__(self, staged: Path, limits: Limits, printed: Printed, isolation: Isolation) -> None:
        """Start a worker on a staged folder; what it prints goes to `printed`.

        In the sandbox it dies with the thread that started it.
        """
        self.deadline = time.monotonic() + limits.start_seconds
        self._printed, self._limits = printed, limits
        self._watch: Watch | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="course-"))
        self._ended = False
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self._hearing, speaking = os.pipe()
        self._descriptors = [ours_out, ours_in, self._hearing]
        for descriptor in self._descriptors:
            os.set_blocking(descriptor, False)
        try:
            install_runtime(self._folder / "runtime" / "link")
            start = self._walled if isolation is Isolation.SANDBOX else self._bare
            self._process = start(staged, (theirs_in, theirs_out), speaking)
        except BaseException:
            self._clear()
            raise
        finally:
            for descriptor in (theirs_in, theirs_out, speaking):
                os.close(descriptor)
        self.pipe = Pipe(ours_in, ours_out, most_bytes=limits.frame_bytes, wait=self.wait)

    def _bare(self, staged: Path, channel: tuple[int, int], speaking: int) -> subprocess.Popen[bytes]:
        home = self._folder / "home"
        home.mkdir()
        command = command_line(sys.executable, self._folder / "runtime", staged, channel, self._limits)
        return started(command, channel, speaking, home)

    def _walled(self, staged: Path, channel: tuple[int, int], speaking: int) -> subprocess.Popen[bytes]:
        """Start in the sandbox, and take hold of the process inside."""
        rooms = {self._folder / "runtime": sandbox.RUNTIME, staged: sandbox.STAGED}
        inside = command_line(sandbox.python(), sandbox.RUNTIME, sandbox.STAGED, channel, self._limits)
        with sandbox.Walled(inside, rooms, site_packages(), self._limits) as walls:
            passed = (*channel, *walls.descriptors)
            process = started(walls.command, passed, speaking, self._folder, sandbox.HOME)
            try:
                self._watch = Watch(walls.process(), self._limits)
            except BaseException as error:
                process.kill()
                process.wait()
                self._record()
                if not isinstance(error, OSError):
                    raise
                raise OSError(f"{error}; it says: {self._printed.take().strip()}") from error
        return process

    def ready(self) -> None:
        """Start to measure what the worker uses: from now on it may run student code."""
        if self._watch is not None:
            self._watch.begin()

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
        if self._watch is not None:
            self._watch.end()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        status = self._process.wait()
        self.hear()
        self._clear()
        if self._watch is not None and self._watch.reason:
            return f"it was stopped, because {self._watch.reason}"
        return ending(status) if by_itself else ""

    def _clear(self) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)
        with suppress(OSError, RecursionError):
            shutil.rmtree(self._folder)


def started(
    command: list[str], descriptors: tuple[int, ...], speaking: int, folder: Path, home: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a command with these descriptors and no others; its home is `folder`, or `home` as it sees it."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=speaking,
        stderr=speaking,
        pass_fds=descriptors,
        cwd=folder,
        env=environment(home or folder),
        start_new_session=True,
    )


def install_runtime(folder: Path) -> None:
    """Put the worker's program, and nothing else of the grader, into a folder of its own."""
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    for name in RUNTIME:
        shutil.copyfile(Path(__file__).with_name(f"{name}.py"), folder / f"{name}.py")


def ending(status: int) -> str:
    """Return how a process ended, in words, from its return code; bubblewrap's is 128 + the signal's."""
    status = 128 - status if status > 128 else status
    if status >= 0:
        return f"it ended itself with exit status {status}"
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    return f"it was ended by {name}{WHY.get(name, '')}"
