"""The walls around a stranger's code: a command line under bubblewrap that can see and reach next to nothing.

Inside there are the system's libraries, Python's own and the installed ones, all read-only; the worker's
program and the student's package; and two small folders in memory to write to. There is no network, no
other process, no capability, no program to run, and no way to start a process.
"""

import importlib.util
import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO

from . import seccomp
from .limits import Limits

RUNTIME, STAGED, HOME, SHARED = Path("/runtime"), Path("/submission"), Path("/tmp"), Path("/dev/shm")
SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64", "/lib", "/lib64")
FILES = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
DEVICES = ("null", "zero", "full", "random", "urandom")
OURS = ("course", "solutions", "autograder")
APART = "--unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try"
ALONE = "--as-pid-1 --die-with-parent --new-session --cap-drop ALL --uid 65534 --gid 65534 --hostname student"
BREEDING = f"--cap-add CAP_SYS_ADMIN --dir {STAGED}"
INSTALL = "install it, on Debian and Ubuntu by `apt-get install bubblewrap`"


class Walled:
    """A command in the sandbox, ready to be started; to be used with `with`."""

    def __init__(
        self,
        program: Sequence[str],
        rooms: Mapping[Path, Path],
        libraries: Sequence[str],
        limits: Limits,
        *,
        zygote: bool = False,
    ) -> None:
        """Run `program` in the sandbox; raises OSError where there is no bubblewrap.

        rooms: folder -> where it is seen inside, read-only.  libraries: folders of installed libraries,
        seen where they are, without this project's packages.  zygote: whether the program is ours and
        starts others inside, each of which it has to wall in further.
        """
        bubblewrap = shutil.which("bwrap")
        if bubblewrap is None:
            raise FileNotFoundError(f"bubblewrap (bwrap) is not there; {INSTALL}")
        rights = BREEDING if zygote else ""
        arguments = [*APART.split(), *ALONE.split(), *rights.split(), *_mounts(rooms, libraries, limits)]
        self._news, report = map(_file, os.pipe(), "rw")
        contents = {"--args": "\0".join(arguments).encode() + b"\0"}
        if not zygote:
            contents["--seccomp"] = seccomp.program()
        self._passed = [*map(_holding, contents.values()), report]
        self.descriptors = tuple(file.fileno() for file in self._passed)
        options = zip((*contents, "--info-fd"), map(str, self.descriptors), strict=True)
        self.command = [bubblewrap, *chain(*options), "--", *program]

    def __enter__(self) -> "Walled":
        """Return itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the descriptors that the command was passed."""
        for file in (self._news, *self._passed):
            file.close()

    def process(self) -> int:
        """Return the number of the process inside, as it is known out here; raises OSError."""
        self._passed[-1].close()
        try:
            return int(json.load(self._news)["child-pid"])
        except ValueError:
            raise OSError("bubblewrap cannot build the sandbox") from None


def python() -> str:
    """Return the interpreter itself, behind all links of virtual environments."""
    return str(Path(sys.executable).resolve())


def _mounts(rooms: Mapping[Path, Path], libraries: Sequence[str], limits: Limits) -> Iterator[str]:
    """Yield what is seen inside, as bubblewrap's arguments; later ones cover earlier ones."""
    seen = [*SYSTEM, *_interpreter()]
    for folder in (HOME, SHARED):  # first, because Python may be installed below /tmp
        yield from ("--size", str(limits.disk_bytes), "--tmpfs", str(folder))
    yield from _bound([*seen, *FILES])
    yield from _hidden([*_installed(seen), str(_repository())], seen)
    yield from _bound(libraries)
    yield from _hidden(_our_packages(libraries), [*seen, *libraries])
    for outside, inside in rooms.items():
        yield from ("--ro-bind", str(outside), str(inside))
    for device in DEVICES:
        yield from ("--dev-bind-try", f"/dev/{device}", f"/dev/{device}")
    yield from ("--proc", "/proc", "--remount-ro", "/proc", "--remount-ro", "/", "--chdir", str(HOME))


def _bound(paths: Iterable[str]) -> Iterator[str]:
    """Yield what is at these paths, read-only; the system's own links between folders stay links."""
    for path in paths:
        if path in SYSTEM and os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
        else:
            yield from ("--ro-bind-try", os.path.realpath(path), path)


def _hidden(paths: Iterable[str], seen: Sequence[str]) -> Iterator[str]:
    """Yield an empty folder over each folder that would be seen."""
    for path in paths:
        if os.path.isdir(path) and any(Path(path).is_relative_to(top) for top in seen):
            yield from ("--tmpfs", path, "--remount-ro", path)


def _interpreter() -> list[str]:
    """Return the interpreter and its libraries, without what else lies beside them."""
    real = Path(python())
    folders = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    folders += [str(real.parents[1] / name) for name in ("lib", "lib64")]
    folders.append(str(sysconfig.get_config_var("LIBDIR") or folders[0]))
    return [str(real), *dict.fromkeys(folders)]


def _installed(tops: Sequence[str]) -> list[str]:
    """Return all folders of installed packages below; those in use are put back afterwards."""
    patterns = ("*-packages", "python*/*-packages")
    return [str(found) for top in tops for pattern in patterns for found in Path(top).glob(pattern)]


def _repository() -> Path:
    return Path(__file__).resolve().parents[2]


def _our_packages(libraries: Sequence[str]) -> list[str]:
    """Return where this project's packages are, or would be if it were installed among the libraries."""
    places = [f"{library}/{name}" for library in libraries for name in OURS]
    for spec in filter(None, map(importlib.util.find_spec, OURS)):
        places += map(os.path.abspath, spec.submodule_search_locations or [])
    return list(dict.fromkeys(places))


def _holding(content: bytes) -> IO[str]:
    """Return a file from which `content`, less than a pipe holds, can be read."""
    reading, writing = os.pipe()
    with open(writing, "wb") as file:
        file.write(content)
    return _file(reading, "r")


def _file(descriptor: int, mode: str) -> IO[str]:
    return open(descriptor, mode)
