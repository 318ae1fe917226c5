"""What somebody might do to those who are graded beside, before or after. Each returns its success."""

import builtins
import ctypes
import os
import re
import socket
import sys
from pathlib import Path

import torch

DIARY = re.compile(rb"diar[y]-[0-9a-f]{16}")
CHUNK = 2**24
DETACH, REMOUNT_AND_BIND, NEW_PROCESSES = 2, 0x1020, 0x20000000
libc = ctypes.CDLL(None, use_errno=True)


def see_other_processes(*args):
    return [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]


def signal_each_number(*args):
    found = []
    for pid in (number for number in range(1, 5_000) if number != os.getpid()):
        try:
            os.kill(pid, 9)
            found.append(pid)
        except OSError:
            continue
    return found


def signal_everybody(*args):
    os.kill(-1, 9)
    return "killed"


def signal_the_group(*args):
    before = os.getpgid(0)
    return [] if before in (0, os.getpid()) else [before]


def hold_other_processes(*args):
    found = []
    for pid in (number for number in range(1, 5_000) if number != os.getpid()):
        try:
            os.close(os.pidfd_open(pid))
            found.append(pid)
        except OSError:
            continue
    return found


def find_diaries_on_disk(*args):
    return [str(path) for top in ("/submission", "/tmp", "/dev/shm") for path in Path(top).rglob("*diary*")]


def find_diaries_in_memory(*args):
    """Return the diaries in this process's memory; those of a predecessor would be in what it inherited."""
    found = set()
    with open("/proc/self/mem", "rb", buffering=0) as memory:
        for start, end in writable_parts():
            for place in range(start, end, CHUNK):
                found.update(DIARY.findall(read(memory, place, min(CHUNK, end - place))))
    return sorted(match.decode() for match in found)


def writable_parts():
    lines = [line.split() for line in Path("/proc/self/maps").read_text().splitlines()]
    spans = [line[0].split("-") for line in lines if line[1].startswith("rw")]
    return [(int(start, 16), int(end, 16)) for start, end in spans]


def read(memory, place, length):
    try:
        memory.seek(place)
        return memory.read(length) or b""
    except OSError:
        return b""


def find_leftover_files(*args):
    return os.listdir("/tmp") + os.listdir("/dev/shm")


def find_leftover_changes(*args):
    marks = [name for name in sys.modules if "diary" in name]
    return marks + [module.__name__ for module in (builtins, os, torch) if hasattr(module, "diary")]


def find_leftover_environment(*args):
    return [name for name in os.environ if "DIARY" in name]


def use_foreign_descriptors(*args):
    places = {
        name: os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if int(name) > 4
    }
    return [place for place in places.values() if not place.startswith("/proc/")]


def speak_to_the_zygote(*args):
    spoken = []
    for descriptor in range(1_024):
        try:
            line = socket.socket(fileno=os.dup(descriptor))
            line.sendmsg([b"fork"])
            spoken.append(descriptor)
        except OSError:
            continue
    return spoken


def uncover_what_the_zygote_has(*args):
    places = (b"/tmp", b"/dev/shm", b"/submission", b"/proc")
    return [place.decode() for place in places if libc.umount2(place, DETACH) == 0]


def make_it_writable(*args):
    places = (b"/submission", b"/proc", b"/")
    return [
        p.decode() for p in places if libc.mount(None, p, None, ctypes.c_ulong(REMOUNT_AND_BIND), None) == 0
    ]


def regain_capabilities(*args):
    header, wanted = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
    return ["all"] if libc.capset(ctypes.byref(header), wanted) == 0 else []


def change_its_own_user(*args):
    with open("/proc/self/uid_map", "w") as file:
        return file.write("0 65534 1")


def join_its_keepers_processes(*args):
    return ["joined"] if libc.unshare(NEW_PROCESSES) == 0 else []


def split_off_from_the_zygotes_program(*args):
    import link.zygote

    try:
        link.zygote.walls.unshare(link.zygote.walls.APART)
    except OSError:
        return []
    return ["apart"]


def spaces(*args):
    return {
        name: os.readlink(f"/proc/self/ns/{name}") for name in ("net", "pid", "ipc", "uts", "user", "mnt")
    }


def spoil_everything(*args):
    """Change whatever a later process could inherit, if this one were its parent."""
    for module in (builtins, os, torch):
        module.diary = True
    os.environ["DIARY"] = "here"
    torch.Tensor.sqrt = torch.Tensor.__mul__ = torch.Tensor.__add__ = lambda *args: torch.zeros(1)
    sys.modules["diary"] = sys.modules["link.frames"]
    for folder in ("/tmp", "/dev/shm"):
        Path(folder, "diary").write_text("diary")
    return "spoilt"
