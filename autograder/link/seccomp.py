"""The system calls that the sandbox refuses, as a program that the kernel runs before each of them.

A denylist in classic BPF. Its first purpose is that student code stays one process: threads may be
started, processes may not, so that nothing multiplies, outlives or escapes a count. Its second is to keep
the rarely used corners of the kernel out of reach.
"""

import errno
import platform
import struct
from collections.abc import Iterator
from dataclasses import dataclass

INSTRUCTION = struct.Struct("=HBBI")
LOAD, AND, JUMP_EQUAL, JUMP_AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE, PRETEND_ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
X32 = 0x40000000

CLONE_THREAD = 0x00010000
CLONE_NEW_ANYTHING = 0x7E020080
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Machine:
    """A processor architecture: its name to the kernel, and its numbers of the calls that differ."""

    architecture: int
    clone: int
    prctl: int
    refused: tuple[int, ...]


# Each call with its numbers on x86-64 and on aarch64.
REFUSED = """
unshare 272 97, setns 308 268, mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51,
ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, kcmp 312 272, add_key 248 217,
request_key 249 218, keyctl 250 219, bpf 321 280, perf_event_open 298 241, userfaultfd 323 282,
kexec_load 246 104, init_module 175 105, finit_module 313 273, delete_module 176 106,
memfd_create 319 279, shmget 29 194, msgget 68 186, semget 64 190, mq_open 240 180,
name_to_handle_at 303 264, open_by_handle_at 304 265, socket 41 198, personality 135 92,
quotactl 179 60, swapon 167 224, swapoff 168 225, reboot 169 142, acct 163 89, syslog 103 116,
settimeofday 164 170, clock_settime 227 112, adjtimex 159 171, clock_adjtime 305 266, vhangup 153 58,
sethostname 170 161, setdomainname 171 162, fanotify_init 300 262, kexec_file_load 320 294,
io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427, open_tree 428 428,
move_mount 429 429, fsopen 430 430, fsconfig 431 431, fsmount 432 432, fspick 433 433,
pidfd_getfd 438 438, process_madvise 440 440, mount_setattr 442 442, memfd_secret 447 447
"""
ONLY_X86_64 = {"fork": 57, "vfork": 58, "modify_ldt": 154, "iopl": 172, "ioperm": 173}
CLONE3 = 435
CALLS = [call.split() for call in REFUSED.split(",")]
MACHINES = {
    "x86_64": Machine(0xC000003E, 56, 157, (*(int(call[1]) for call in CALLS), *ONLY_X86_64.values())),
    "aarch64": Machine(0xC00000B7, 220, 167, tuple(int(call[2]) for call in CALLS)),
}


def program(machine: str | None = None) -> bytes:
    """Return the filter for an architecture, by default this one; raises OSError where there is none."""
    name = machine or platform.machine()
    if name not in MACHINES:
        raise OSError(f"there is no system call filter for {name}; use x86_64 or aarch64")
    return b"".join(INSTRUCTION.pack(*instruction) for instruction in _instructions(MACHINES[name]))


def _instructions(machine: Machine) -> Iterator[tuple[int, int, int, int]]:
    """Yield (operation, instructions to skip if true, if false, operand)."""
    yield LOAD, 0, 0, ARCHITECTURE
    yield from _if(machine.architecture, [], otherwise=KILL)
    yield LOAD, 0, 0, NUMBER
    yield JUMP_AT_LEAST, 0, 1, X32
    yield RETURN, 0, 0, REFUSE
    for number in machine.refused:
        yield from _if(number, [(RETURN, 0, 0, REFUSE)])
    yield from _if(CLONE3, [(RETURN, 0, 0, PRETEND_ABSENT)])
    kinds = [(LOAD, 0, 0, FIRST_ARGUMENT), (AND, 0, 0, CLONE_THREAD | CLONE_NEW_ANYTHING)]
    yield from _if(machine.clone, [*kinds, *_if(CLONE_THREAD, [], otherwise=REFUSE), (RETURN, 0, 0, ALLOW)])
    deadly = [(LOAD, 0, 0, FIRST_ARGUMENT), *_if(PR_SET_PDEATHSIG, [(RETURN, 0, 0, REFUSE)])]
    yield from _if(machine.prctl, deadly)
    yield RETURN, 0, 0, ALLOW


def _if(
    value: int, then: list[tuple[int, int, int, int]], *, otherwise: int | None = None
) -> Iterator[tuple[int, int, int, int]]:
    """Yield `then` for where the loaded number is `value`, and the verdict `otherwise` for where not."""
    if otherwise is None:
        yield JUMP_EQUAL, 0, len(then), value
        yield from then
    else:
        yield JUMP_EQUAL, 1, 0, value
        yield RETURN, 0, 0, otherwise
        yield from then
