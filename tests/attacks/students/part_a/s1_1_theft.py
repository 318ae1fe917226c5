"""What somebody might read who wants the answers. Each function returns what it has found."""

import ctypes
import gc
import os
import sys
import sysconfig
from importlib.machinery import PathFinder
from pathlib import Path

REPOSITORY, PRIVATE = "@REPOSITORY@", "@PRIVATE@"
PTRACE_TRACEME = 0
SECRETIVE = {"Live", "Terms", "AnswerKey", "Session", "Draw", "Bridge"}
OURS = ("solutions", "autograder")


def read_the_solutions(*args):
    return [path.read_text()[:20] for path in Path(REPOSITORY, "solutions").rglob("*.py")]


def read_the_answer_key(*args):
    return [path.read_bytes()[:8].hex() for path in Path(REPOSITORY).rglob("*.safetensors")]


def read_the_secret(*args):
    return Path(PRIVATE, "secret.key").read_text()


def read_other_submissions(*args):
    return [str(path) for path in Path(PRIVATE).parent.rglob("s1_*.py")]


def read_the_home_folder(*args):
    return os.listdir("/home") + os.listdir("@HOME@")


def read_the_users(*args):
    return Path("/etc/passwd").read_text()[:20]


def import_from_the_repository(*args):
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "Closed"]
    return [name for name in OURS if holds(PathFinder.find_spec(name, [REPOSITORY]))]


def import_from_installed_libraries(*args):
    stdlib = Path(sysconfig.get_path("stdlib"))
    places = [*sys.path, *map(str, stdlib.glob("*-packages")), *map(str, stdlib.parent.glob("*/*-packages"))]
    return [name for name in (*OURS, "course") if holds(PathFinder.find_spec(name, places), "/submission")]


def holds(spec, but="\0"):
    """Tell whether there is a package with files in it, elsewhere than in a folder."""
    folders = [place for place in (spec and spec.submodule_search_locations) or [] if but not in place]
    return any(os.listdir(folder) for folder in folders)


def follow_the_editable_install(*args):
    texts = [path.read_text() for place in sys.path for path in Path(place).glob("__editable__*")]
    known = {word for text in texts for word in text.replace("'", "\n").splitlines() if "/" in word}
    return [word for word in known | {REPOSITORY} if os.path.isdir(word) and os.listdir(word)]


def read_others_environments(*args):
    return [pid for pid in others() if os.access(f"/proc/{pid}/environ", os.R_OK) and tells(pid)]


def tells(pid):
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def read_the_launchers_environment(*args):
    return [name for name in ("COURSE_SECRET", "USER", "PYTHONPATH") if name in launcher()]


def launcher():
    return Path("/proc/1/environ").read_text() + Path("/proc/self/environ").read_text()


def read_the_parents_memory(*args):
    with open(f"/proc/{os.getppid()}/mem", "rb"):
        return "open"


def read_the_parents_descriptors(*args):
    return os.listdir(f"/proc/{os.getppid()}/fd")


def read_through_a_parents_folder(*args):
    return os.listdir(f"/proc/{os.getppid()}/root") + os.listdir(f"/proc/{os.getppid()}/cwd")


def use_inherited_descriptors(*args):
    return [place for place in open_descriptors() if place not in ("pipe", "/dev/null")]


def look_into_the_callers_frames(*args):
    frame, found = sys._getframe(), []
    while frame := frame.f_back:
        found += [name for name in ("expected", "reference", "terms") if name in frame.f_locals]
    return found + [type(thing).__name__ for thing in gc.get_objects() if type(thing).__name__ in SECRETIVE]


def look_into_the_environment(*args):
    return [value for value in os.environ.values() if value == "open sesame"]


def list_other_processes(*args):
    return others()


def others():
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]


def trace_a_process(*args):
    if hasattr(os, "register_at_fork") and (child := forked()) is not None:
        return ["traced"] if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0 else []
    return ["traced"] if ctypes.CDLL(None).ptrace(PTRACE_TRACEME, 0, 0, 0) == 0 else []


def forked():
    try:
        child = os.fork()
    except OSError:
        return None
    if child == 0:
        os._exit(0 if ctypes.CDLL(None).ptrace(PTRACE_TRACEME, 0, 0, 0) == 0 else 1)
    return child


def read_memory_by_system_call(*args):
    class Span(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

    source, target = ctypes.create_string_buffer(b"memory"), ctypes.create_string_buffer(6)
    spans = [Span(ctypes.addressof(buffer), 6) for buffer in (target, source)]
    ends = [ctypes.byref(span) for span in spans]
    count = ctypes.CDLL(None).process_vm_readv(os.getpid(), ends[0], 1, ends[1], 1, 0)
    return [target.raw.decode()] if count == 6 else []


def find_the_graders_host(*args):
    return [name for name in [os.uname().nodename] if name != "student"]


def open_descriptors():
    places = []
    for number in os.listdir("/proc/self/fd"):
        try:
            places.append(os.readlink(f"/proc/self/fd/{number}").partition(":")[0])
        except FileNotFoundError:  # the folder that was listed
            continue
    return [place for place in places if not place.endswith(".ttf")]  # fonts that matplotlib keeps open


def namespaces():
    return {
        name: os.readlink(f"/proc/self/ns/{name}") for name in ("net", "pid", "ipc", "uts", "user", "mnt")
    }
