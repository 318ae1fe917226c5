"""The walls around a stranger's code: a command line under bubblewrap that can see and reach next to nothing.

Inside there are the system's libraries, Python's own and the installed ones, all read-only; the worker's
program and the student's package; and two small folders in memory to write to. There is no network, no
other process, no capability, no program to run, and no way to start a process.

The installed libraries are seen at places of their own inside, never where they lie outside: that may be
below /tmp, which student code writes to, and is nobody's business.
"""

import importlib.util
import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO

from . import seccomp
from .limits import Limits

RUNTIME, STAGED, LIBRARIES = Path("/runtime"), Path("/submission"), Path("/libraries")
HOME, SHARED = Path("/tmp"), Path("/dev/shm")
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
        """Run `program` in the sandbox; raises OSError without bubblewrap, or with Python in its way.

        rooms: folder -> where it is seen inside, read-only.  libraries: folders of installed libraries,
        seen inside on their `shelves`, without this project's packages.  zygote: whether the program is
        ours and starts others inside, each of which it has to wall in further.
        """
        bubblewrap = shutil.which("bwrap")
        if bubblewrap is None:
            raise FileNotFoundError(f"bubblewrap (bwrap) is not there; {INSTALL}")
        _refuse_python_in_the_way()
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


def shelves(libraries: Sequence[str]) -> list[str]:
    """Return where these folders of libraries are seen inside."""
    return [str(LIBRARIES / str(number)) for number in range(len(libraries))]


def search_path(libraries: Sequence[str]) -> list[str]:
    """Return where modules are looked for inside: the worker's, the student's, and then the libraries."""
    return [str(RUNTIME), str(STAGED), *shelves(libraries)]


def _refuse_python_in_the_way() -> None:
    """Raise OSError where the sandbox has something else in the place that Python itself lies in."""
    for path in _interpreter():
        for place in (HOME, SHARED, RUNTIME, STAGED, LIBRARIES):
            if Path(path).is_relative_to(place):
                raise OSError(
                    f"Python itself lies in {path}, and inside the sandbox {place} is another folder; "
                    "install Python somewhere else (a virtual environment that links to it may stay)"
                )


def _mounts(rooms: Mapping[Path, Path], libraries: Sequence[str], limits: Limits) -> Iterator[str]:
    """Yield what is seen inside, as bubblewrap's arguments; later ones cover earlier ones."""
    shelved = dict(zip(shelves(libraries), libraries, strict=True))
    for folder in (HOME, SHARED):
        yield from ("--size", str(limits.disk_bytes), "--tmpfs", str(folder))
    yield from _system()
    for inside, library in shelved.items():
        yield from ("--ro-bind-try", os.path.realpath(library), inside)
    for inside in _hidden(libraries, shelved):
        yield from ("--tmpfs", inside, "--remount-ro", inside)
    for outside, room in rooms.items():
        yield from ("--ro-bind", str(outside), str(room))
    for device in DEVICES:
        yield from ("--dev-bind-try", f"/dev/{device}", f"/dev/{device}")
    yield from ("--proc", "/proc", "--remount-ro", "/proc", "--remount-ro", "/", "--chdir", str(HOME))


def _system() -> Iterator[str]:
    """Yield what is seen where it is, read-only; the system's own links between folders stay links."""
    for path in (*SYSTEM, *_interpreter(), *FILES):
        if path in SYSTEM and os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
        else:
            yield from ("--ro-bind-try", os.path.realpath(path), path)


def _hidden(libraries: Sequence[str], shelved: Mapping[str, str]) -> list[str]:
    """Return the folders inside, none below another, that have to be empty.

    Of the system those are all folders of installed packages, of the libraries this project's packages, and
    everywhere the project itself, wherever an editable install has it.
    """
    system = [path for path in (*SYSTEM, *_interpreter()) if not os.path.islink(path)]
    private = [*_installed(system), *libraries, str(_repository()), *_our_packages(libraries)]
    folders = {Path(os.path.realpath(path)) for path in private if os.path.isdir(path)}
    shown = {Path(path): Path(os.path.realpath(path)) for path in system}
    shown |= {Path(inside): Path(os.path.realpath(path)) for inside, path in shelved.items()}
    found = {
        inside / folder.relative_to(outside)
        for folder in folders
        for inside, outside in shown.items()
        if outside in folder.parents
    }
    return [str(path) for path in sorted(found) if found.isdisjoint(path.parents)]


def _interpreter() -> list[str]:
    """Return the interpreter and its libraries, without what else lies beside them."""
    real = Path(python())
    base = {"platbase": sys.base_exec_prefix}  # a virtual environment's own would be its libraries
    folders = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib", vars=base)]
    folders += [str(real.parents[1] / name) for name in ("lib", "lib64")]
    folders.append(str(sysconfig.get_config_var("LIBDIR") or folders[0]))
    return [path for path in dict.fromkeys([str(real), *folders]) if os.path.exists(path)]


def _installed(tops: Sequence[str]) -> list[str]:
    """Return all folders of installed packages below."""
    patterns = ("*-packages", "python*/*-packages")
    return [str(found) for top in tops for pattern in patterns for found in Path(top).glob(pattern)]


def _repository() -> Path:
    return Path(__file__).resolve().parents[2]


def _our_packages(libraries: Sequence[str]) -> list[str]:
    """Return where this project's packages are, or would be if it were installed among the libraries."""
    places = [f"{library}/{name}" for library in libraries for name in OURS]
    for spec in filter(None, map(importlib.util.find_spec, OURS)):
        places += spec.submodule_search_locations or []
    return places


def _holding(content: bytes) -> IO[str]:
    """Return a file from which `content`, less than a pipe holds, can be read."""
    reading, writing = os.pipe()
    with open(writing, "wb") as file:
        file.write(content)
    return _file(reading, "r")


def _file(descriptor: int, mode: str) -> IO[str]:
    return open(descriptor, mode)
