"""A worker as a new process of its own, bare or in the sandbox: slow to start, because it imports torch."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import torch

from . import sandbox
from .calls import Message, Tensors
from .isolation import Isolation
from .limits import Limits
from .watch import Watch

RUNTIME = [
    *("calls", "describe", "failures", "filling", "frames", "lending", "networks", "packing", "rooms"),
    *("trials", "unpacking", "values", "walls", "worker", "zygote"),
]
BOOT = (
    "import json, sys; settings = json.loads(sys.argv.pop()); sys.path += settings['path']; "
    "from link.{program} import main; main(settings)"
)
SECONDS_OF_GRACE = 5
WHY = {
    "SIGSEGV": ": it recursed too deeply, or wrote to memory that is not its own",
    "SIGKILL": ": most likely it ran out of memory, or of processor time",
}


def command_line(python: str, path: list[str], program: str, settings: dict[str, object]) -> list[str]:
    """Return the command that runs a program of the runtime with these settings.

    path: the folders where modules are looked for, the installed libraries included, as it sees them.
    """
    settings = {**settings, "path": path}
    return [python, "-s", "-P", "-S", "-B", "-c", BOOT.format(program=program), json.dumps(settings)]


def bounds(limits: Limits) -> dict[str, object]:
    """Return the limits that a worker sets for itself."""
    return {
        "frame_bytes": limits.frame_bytes,
        "memory_bytes": limits.memory_bytes,
        "processes": limits.processes,
        "cpu_seconds": limits.cpu_seconds and limits.cpu_seconds + SECONDS_OF_GRACE,
        "file_bytes": limits.file_bytes,
        "open_files": limits.open_files,
    }


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


class Launched:
    """A worker as a process that this one has started. In the sandbox it dies with the thread that did."""

    opening: tuple[Message, Tensors] | None = None

    def __init__(
        self, staged: Path, limits: Limits, isolation: Isolation, channel: tuple[int, int], speaking: int
    ) -> None:
        """Start it on a staged folder; raises OSError."""
        self.watch: Watch | None = None
        self._staged, self._limits = staged, limits
        self._folder = Path(tempfile.mkdtemp(prefix="course-"))
        try:
            install_runtime(self._folder / "runtime" / "link")
            start = self._walled if isolation is Isolation.SANDBOX else self._bare
            self._process = start(channel, speaking)
        except BaseException:
            self._clear()
            raise

    def _command(self, python: str, path: list[str], channel: tuple[int, int]) -> list[str]:
        settings = {"channel": channel, **bounds(self._limits)}
        return command_line(python, path, "worker", settings)

    def _bare(self, channel: tuple[int, int], speaking: int) -> subprocess.Popen[bytes]:
        home = self._folder / "home"
        home.mkdir()
        path = [str(self._folder / "runtime"), str(self._staged), *site_packages()]
        command = self._command(sys.executable, path, channel)
        return started(command, channel, speaking, home)

    def _walled(self, channel: tuple[int, int], speaking: int) -> subprocess.Popen[bytes]:
        """Start in the sandbox, and take hold of the process inside."""
        rooms = {self._folder / "runtime": sandbox.RUNTIME, self._staged: sandbox.STAGED}
        libraries = site_packages()
        inside = self._command(sandbox.python(), sandbox.search_path(libraries), channel)
        with sandbox.Walled(inside, rooms, libraries, self._limits) as walls:
            passed = (*channel, *walls.descriptors)
            process = started(walls.command, passed, speaking, self._folder, sandbox.HOME)
            try:
                self.watch = Watch(os.pidfd_open(walls.process()), self._limits)
            except BaseException:
                process.kill()
                process.wait()
                raise
        return process

    def ended(self) -> bool:
        """Tell whether it has ended."""
        # WNOWAIT leaves the dead leader in place, so that its group's number stays ours until `end`.
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, flags) is not None

    def end(self) -> int:
        """Kill it and all of its group, remove its folder, and return how it ended."""
        if self.watch is not None:
            self.watch.end()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        status = self._process.wait()
        self._clear()
        return status

    def _clear(self) -> None:
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
