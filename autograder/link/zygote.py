"""The program that has torch imported before anybody needs it, and splits off a process for each submission.

No student code ever runs in it, and not a byte of a submission passes through it: it receives descriptors,
hands them to a new process, and forgets them.  Between it and each worker stands a keeper, which opens new
namespaces, starts the worker as the first process in them, and reports its end.

It runs from a copy outside the project, so it imports nothing of the project but its siblings here.
"""

import gc
import importlib
import os
import signal
import socket
import traceback
from contextlib import suppress
from typing import Any, NoReturn

import torch

from . import walls, worker
from .frames import Pipe

PRELOADED = ("numpy", "PIL.Image", "torchvision.transforms.functional", "matplotlib.pyplot", "torch._dynamo")
DESCRIPTORS = 4
CHANNEL = (3, 4)
OUT_OF_THE_WAY = 64


def main(settings: dict[str, Any]) -> NoReturn:
    """Serve with the settings that `nursery` made, until nobody holds the other end of the line."""
    torch.set_num_threads(1)
    for name in PRELOADED:
        with suppress(ImportError):
            importlib.import_module(name)
    if (threads := len(os.listdir("/proc/self/task"))) != 1:
        raise RuntimeError(
            f"it has {threads} threads; those that a library started would be missing in a fork"
        )
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    serve(socket.socket(fileno=settings["control"]))


def serve(control: socket.socket) -> NoReturn:
    """Start a keeper, with the four descriptors of a message, for every message."""
    control.send(b"ready")
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 16, DESCRIPTORS)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            control.close()
            keep(descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def keep(descriptors: list[int]) -> NoReturn:
    """Start a worker in namespaces of its own, report a handle of it, wait for its end and report that."""
    report = socket.socket(fileno=descriptors.pop())
    with suppressed():
        os.dup2(descriptors[-1], 2)  # what goes wrong here is heard where the worker would be
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        walls.die_with_parent()
        walls.unshare(walls.APART)
        child = os.fork()
        if child == 0:
            report.close()
            live(descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        socket.send_fds(report, [b"begins"], [os.pidfd_open(child)])
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        report.send(str(status).encode())
    os._exit(0)


def live(descriptors: list[int]) -> NoReturn:
    """Be a worker: read what is to be run, close the doors behind it, and run it."""
    with suppressed():
        walls.die_with_parent()
        rearrange(*descriptors)
        request, tensors = Pipe(*CHANNEL).receive()
        contents = tensors["contents"].numpy().tobytes() if tensors else b""
        walls.build(request["disk_bytes"], unpacked(request["files"], contents))
        importlib.invalidate_caches()
        worker.main({**request["settings"], "channel": CHANNEL}, bytes.fromhex(request["filter"]))
    os._exit(1)


def rearrange(incoming: int, outgoing: int, speaking: int) -> None:
    """Keep these descriptors, in the places where a worker has them, an empty input, and no others."""
    with open(os.devnull, "rb") as nothing:
        wanted = (nothing.fileno(), speaking, speaking, incoming, outgoing)
        apart = [os.dup2(descriptor, OUT_OF_THE_WAY + i) for i, descriptor in enumerate(wanted)]
    for place, descriptor in enumerate(apart):
        os.dup2(descriptor, place)
    os.closerange(len(apart), os.sysconf("SC_OPEN_MAX"))


def unpacked(files: list[list[Any]], contents: bytes) -> dict[str, bytes]:
    """Return the files whose [name, size] are listed, from their contents one after the other."""
    found, start = {}, 0
    for name, size in files:
        found[name] = contents[start : start + size]
        start += size
    return found


class suppressed(suppress):  # noqa: N801 - a relative of contextlib's
    """Says what went wrong, and swallows it: nothing may return from a fork into the zygote's program."""

    def __init__(self) -> None:
        """Swallow everything."""
        super().__init__(BaseException)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        """Print the exception, if there is one."""
        if error is not None:
            traceback.print_exception(error)
            worker.flush()
        return True
