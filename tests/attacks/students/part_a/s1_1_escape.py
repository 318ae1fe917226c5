"""What somebody might do to the machine. Each function returns what it has achieved."""

import ctypes
import os
import socket
import time
from pathlib import Path

PRIVATE, PORT, PORT_6 = "@PRIVATE@", int("@PORT@"), int("@PORT_6@")
CLONE_NEWUSER, CLONE_NEWNS, PR_SET_PDEATHSIG = 0x10000000, 0x00020000, 1
SYSTEM_CALLS = {"bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425}
SYSTEM_CALLS |= {"keyctl": 250, "memfd_create": 319, "open_tree": 428, "add_key": 248, "shmget": 29}
EPERM = 1
libc = ctypes.CDLL(None, use_errno=True)


def reached(family, kind, address):
    with socket.socket(family, kind) as telephone:
        telephone.settimeout(2)
        telephone.connect(address)
        telephone.send(b"hello")
        return "connected"


def connect_by_ipv4(*args):
    return reached(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", PORT))


def connect_by_ipv6(*args):
    return reached(socket.AF_INET6, socket.SOCK_STREAM, ("::1", PORT_6))


def send_a_datagram(*args):
    return reached(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", PORT))


def connect_to_a_unix_socket(*args):
    return reached(socket.AF_UNIX, socket.SOCK_STREAM, f"{PRIVATE}/socket")


def connect_to_an_abstract_socket(*args):
    return reached(socket.AF_UNIX, socket.SOCK_STREAM, "\0course-attacks-@PORT@")


def see_network_interfaces(*args):
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    return [name for line in lines if (name := line.split(":")[0].strip()) != "lo"]


def in_a_child(action):
    """Return what an action returns, tried in a child where there can be one."""
    try:
        child = os.fork()
    except OSError:
        return action()
    if child == 0:
        os._exit(bool(action()))
    return ["done"] if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) else []


def make_a_user_namespace(*args):
    return in_a_child(lambda: ["done"] if libc.unshare(CLONE_NEWUSER) == 0 else [])


def join_a_namespace(*args):
    def join():
        space = os.open("/proc/self/ns/uts", os.O_RDONLY)
        try:
            return ["done"] if libc.setns(space, 0) == 0 else []
        finally:
            os.close(space)

    return in_a_child(join)


def mount_a_file_system(*args):
    def mount():
        libc.unshare(CLONE_NEWNS)
        libc.mount(b"none", b"/", None, 0x44000, None)
        return ["done"] if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0 else []

    return in_a_child(mount)


def change_the_root(*args):
    return in_a_child(lambda: ["done"] if libc.chroot(b"/tmp") == 0 else [])


def make_a_device(*args):
    os.mknod("/tmp/course-device-@PORT@", 0o660 | 0x2000, os.makedev(1, 3))
    os.remove("/tmp/course-device-@PORT@")
    return "made"


def become_root(*args):
    return in_a_child(lambda: ["done"] if libc.setuid(0) == 0 and os.getuid() == 0 else [])


def survive_the_grader(*args):
    return in_a_child(lambda: ["done"] if libc.prctl(PR_SET_PDEATHSIG, 0) == 0 else [])


def try_rare_system_calls(*args):
    found = []
    for name, number in SYSTEM_CALLS.items():
        result = libc.syscall(number, 0, 0, 0, 0, 0)
        if result >= 0 or ctypes.get_errno() != EPERM:
            found.append(name)
    return found


def signal_others(*args):
    os.kill(-1, 0)
    return "there are others"


def find_programs(*args):
    return os.listdir("/usr/bin")


def start_a_program(*args):
    return os.popen("echo it runs").read()


def start_a_process(*args):
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return "started"


def leave_a_daemon(*args):
    if (child := os.fork()) > 0:
        os.waitpid(child, 0)
        return "left"
    os.setsid()
    if os.fork() == 0:
        time.sleep(2)
        Path(PRIVATE, "daemon").touch()
    os._exit(0)


def write_outside(*args):
    Path(PRIVATE, "written").write_text("I was here")
    return "written"


def write_over_own_package(*args):
    with open(__file__, "r+"):
        return "open"


def write_over_the_worker(*args):
    import link.worker

    with open(link.worker.__file__, "r+"):
        return "open"


def write_over_libraries(*args):
    with open(socket.__file__, "r+"):
        return "open"


def write_to_the_kernel(*args):
    with open("/proc/sys/kernel/hostname", "r+"):
        return "open"


def write_where_files_are_run(*args):
    return [folder for folder in ("/", "/usr", "/etc", "/dev", "/lib") if os.access(folder, os.W_OK)]
