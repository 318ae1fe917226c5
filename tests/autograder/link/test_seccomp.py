"""The filter, run by a small interpreter of classic BPF as the kernel would."""

import errno
import struct

import pytest

from autograder.link import seccomp

X86_64, AARCH64, I386 = 0xC000003E, 0xC00000B7, 0x40000003
REFUSED, ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS


def verdict(program: bytes, number: int, argument: int = 0, architecture: int = X86_64) -> int:
    data = struct.pack("=IIQQ", number, architecture, 0, argument)
    steps = [seccomp.INSTRUCTION.unpack(part) for part in chunks(program)]
    register, here = 0, 0
    while True:
        operation, if_true, if_false, operand = steps[here]
        here += 1
        if operation == seccomp.RETURN:
            return operand
        if operation == seccomp.LOAD:
            register = struct.unpack_from("=I", data, operand)[0]
        elif operation == seccomp.AND:
            register &= operand
        else:
            holds = register == operand if operation == seccomp.JUMP_EQUAL else register >= operand
            here += if_true if holds else if_false


def chunks(program: bytes) -> list[bytes]:
    size = seccomp.INSTRUCTION.size
    return [program[start : start + size] for start in range(0, len(program), size)]


@pytest.mark.parametrize("number", [0, 1, 9, 59, 202, 231, 435 + 100])
def test_ordinary_calls_pass(number: int) -> None:
    assert verdict(seccomp.program("x86_64"), number) == seccomp.ALLOW


@pytest.mark.parametrize(
    "number", [57, 58, 272, 308, 165, 161, 101, 310, 311, 321, 298, 323, 425, 41, 319, 29, 250, 428, 442]
)
def test_refused_calls_do_not(number: int) -> None:
    assert verdict(seccomp.program("x86_64"), number) == REFUSED


@pytest.mark.parametrize("number", [97, 268, 40, 51, 117, 270, 271, 280, 241, 282, 425, 198, 279, 194, 219])
def test_refused_calls_do_not_on_aarch64(number: int) -> None:
    assert verdict(seccomp.program("aarch64"), number, architecture=AARCH64) == REFUSED


@pytest.mark.parametrize(
    ("machine", "architecture", "clone"), [("x86_64", X86_64, 56), ("aarch64", AARCH64, 220)]
)
def test_a_thread_may_be_started_and_a_process_not(machine: str, architecture: int, clone: int) -> None:
    program = seccomp.program(machine)
    thread, child, apart = 0x003D0F00, 0x01200011, 0x003D0F00 | 0x10000000
    assert verdict(program, clone, thread, architecture) == seccomp.ALLOW
    assert verdict(program, clone, child, architecture) == REFUSED
    assert verdict(program, clone, apart, architecture) == REFUSED
    assert verdict(program, seccomp.CLONE3, 0, architecture) == ABSENT


def test_nobody_outlives_the_grader() -> None:
    program = seccomp.program("x86_64")
    assert verdict(program, 157, 1) == REFUSED
    assert verdict(program, 157, 15) == seccomp.ALLOW


def test_another_architectures_calls_end_the_process() -> None:
    assert verdict(seccomp.program("x86_64"), 0, architecture=I386) == seccomp.KILL
    assert verdict(seccomp.program("x86_64"), 0x40000000 + 57) == REFUSED


def test_an_unknown_machine_is_refused_in_words() -> None:
    with pytest.raises(OSError, match="no system call filter for pdp11; use x86_64 or aarch64"):
        seccomp.program("pdp11")
