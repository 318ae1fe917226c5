"""The walls that a worker, split off from a zygote, builds around itself before it runs student code.

The zygote's sandbox already shows nothing but libraries.  Each worker adds namespaces of its own: for
processes, so that it sees and signals nobody; for mounts, with a new `/tmp`, `/dev/shm`, `/proc` and the
student's package, which nobody else can see; for users, in which it ends without any capability.

This file also runs beside student code, so it imports nothing of the project.
"""

import ctypes
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

HOME, SHARED, STAGED, PROC = "/tmp", "/dev/shm", "/submission", "/proc"
NOBODY = 65534
SPARE_BYTES = 2**20

NEW_MOUNTS, NEW_NAME, NEW_IPC, NEW_USER, NEW_PROCESSES, NEW_NETWORK = (
    0x00020000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
APART = NEW_MOUNTS | NEW_NAME | NEW_IPC | NEW_PROCESSES | NEW_NETWORK
READ_ONLY, NO_SUID, NO_DEVICES, NO_PROGRAMS, REMOUNT, BIND, RECURSIVE, PRIVATE = (
    0x1,
    0x2,
    0x4,
    0x8,
    0x20,
    0x1000,
    0x4000,
    0x40000,
)
PLAIN = NO_SUID | NO_DEVICES
SET_DEATH_SIGNAL, SET_SECCOMP, DROP_FROM_BOUNDS, SET_NO_NEW_PRIVILEGES, AMBIENT = 1, 22, 24, 38, 47
FILTER, CLEAR_ALL = 2, 4
CAPABILITIES_VERSION_3 = 0x20080522
MOST_CAPABILITIES = 64

libc = ctypes.CDLL(None, use_errno=True)


class Program(ctypes.Structure):
    """The kernel's struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def build(disk_bytes: int, files: Mapping[str, bytes]) -> None:
    """Mount what this process alone shall see, `files` among it, and give up every right to change it.

    disk_bytes: the size of each folder that can be written to.  Needs CAP_SYS_ADMIN over mount and process
    namespaces of its own; raises OSError where the kernel refuses.
    """
    mount(None, "/", None, RECURSIVE | PRIVATE)
    for place in (HOME, SHARED):
        mount("tmpfs", place, "tmpfs", PLAIN, f"mode=0755,size={disk_bytes}")
    furnish(files)
    mount("proc", PROC, "proc", PLAIN | NO_PROGRAMS)
    own = os.open(f"{PROC}/self", os.O_PATH | os.O_DIRECTORY)
    mount(PROC, PROC, None, BIND)
    mount(None, PROC, None, REMOUNT | BIND | READ_ONLY | PLAIN | NO_PROGRAMS)
    become_nobody(own)
    os.close(own)
    os.chdir(HOME)
    os.setsid()


def furnish(files: Mapping[str, bytes]) -> None:
    """Put the student's package into memory, where only this process sees it, read-only."""
    size = sum(map(len, files.values())) + 4096 * 4 * len(files) + SPARE_BYTES
    mount("tmpfs", STAGED, "tmpfs", PLAIN, f"mode=0755,size={size}")
    for name, content in files.items():
        path = Path(STAGED, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    mount(None, STAGED, None, REMOUNT | BIND | READ_ONLY | PLAIN)


def become_nobody(own: int) -> None:
    """Enter a user namespace of its own, and drop every capability there and for good.

    own: this process's folder of a /proc that can be written to.  It has capabilities in the new namespace
    for a moment; over what was mounted before it has none from here on.
    """
    unshare(NEW_USER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {NOBODY} 1"),
        ("gid_map", f"{NOBODY} {NOBODY} 1"),
    ):
        with open(os.open(name, os.O_WRONLY, dir_fd=own), "w") as file:
            file.write(text)
    for capability in range(MOST_CAPABILITIES):
        with suppress(OSError):  # the last ones do not exist
            prctl(DROP_FROM_BOUNDS, capability)
    prctl(AMBIENT, CLEAR_ALL)
    call("capset", ctypes.byref((ctypes.c_uint32 * 2)(CAPABILITIES_VERSION_3, 0)), (ctypes.c_uint32 * 6)())


def refuse(program: bytes) -> None:
    """Let the kernel run `program`, a filter in classic BPF, before every system call from now on."""
    instructions = Program(len(program) // 8, program)
    prctl(SET_NO_NEW_PRIVILEGES, 1)
    prctl(SET_SECCOMP, FILTER, ctypes.addressof(instructions))


def die_with_parent() -> None:
    """Be killed when the process that started this one ends."""
    prctl(SET_DEATH_SIGNAL, signal.SIGKILL)


def unshare(spaces: int) -> None:
    """Leave the namespaces of these kinds for new ones; raises OSError."""
    call("unshare", spaces)


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """Mount something, as the manual's section 2 says; raises OSError."""
    words = [word if word is None else word.encode() for word in (source, target, kind, options)]
    call("mount", *words[:3], ctypes.c_ulong(flags), words[3])


def prctl(option: int, *numbers: int) -> None:
    """Change something about this process, as the manual's section 2 says; raises OSError."""
    call("prctl", option, *map(ctypes.c_ulong, (*numbers, 0, 0, 0, 0)[:4]))


def call(name: str, *args: object) -> None:
    """Call a function of the C library that returns 0; raises OSError where it does not."""
    if getattr(libc, name)(*args) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
