"""What somebody might use up. Most of these never return."""

import ctypes
import mmap
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

MEBIBYTE = 2**20


def start_many_processes(*args):
    for _ in range(64):
        if os.fork() == 0:
            os._exit(0)
        os.wait()
    return "many"


def start_many_threads(*args):
    threading.stack_size(64 * 1024)
    for _ in range(5_000):
        threading.Thread(target=time.sleep, args=[30], daemon=True).start()
    return "many"


def take_memory(*args):
    return len(bytearray(b"x") * (200 * 1024 * MEBIBYTE))


def take_shared_memory(*args):
    kept, much = [], b"x" * (64 * MEBIBYTE)
    for _ in range(200):
        kept.append(mmap.mmap(-1, len(much)))
        kept[-1].write(much)
    return "taken"


def fill(folder):
    for number in range(10_000):
        with open(f"{folder}/filler{number}", "wb") as file:
            file.write(b"x" * MEBIBYTE)
    return "filled"


def fill_the_disk(*args):
    try:
        return fill("/tmp")
    finally:
        empty("/tmp")


def fill_the_shared_memory(*args):
    try:
        return fill("/dev/shm")
    finally:
        empty("/dev/shm")


def empty(folder):
    for path in Path(folder).glob("filler*"):
        path.unlink()


def make_many_files(*args):
    for number in range(500_000):
        os.close(os.open(f"/tmp/{number}", os.O_CREAT | os.O_WRONLY))
    return "made"


def make_a_huge_file(*args):
    with open("/tmp/huge", "wb") as file:
        file.truncate(10**12)
    return "made"


def open_many_files(*args):
    kept = [os.open("/dev/null", os.O_RDONLY) for _ in range(10_000)]
    return len(kept)


def loop(*args):
    while True:
        pass


def loop_in_threads(*args):
    for _ in range(8):
        threading.Thread(target=loop, daemon=True).start()
    loop()


def ignore_all_signals(*args):
    for number in signal.valid_signals():
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    loop()


def hold_the_interpreter(*args):
    ctypes.PyDLL(None).sleep(3_600)


def flood_the_output(*args):
    while True:
        sys.stdout.write("x" * MEBIBYTE)


def crash_the_interpreter(*args):
    ctypes.string_at(0)


def recurse_in_c(*args):
    sys.setrecursionlimit(10**9)
    return (lambda f: f(f))(lambda f: sorted([1, 2], key=lambda _: f(f)))
