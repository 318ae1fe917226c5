"""What somebody might try who wants points rather than answers."""

import contextlib
import os
import shutil
import sys
import threading
from pathlib import Path

import torch


class AlwaysEqual:
    def __eq__(self, other):
        return True

    def __torch_function__(self, *args, **kwargs):
        return True


class Lookalike(torch.Tensor):
    pass


class UnprintableError(Exception):
    def __str__(self):
        raise RuntimeError("no")


def all_equal():
    return [AlwaysEqual(), Lookalike(), float("nan")]


def patch_torch():
    torch.equal = torch.allclose = lambda *args, **kwargs: True
    torch.Tensor.__eq__ = lambda self, other: True
    return torch.equal(torch.zeros(1), torch.ones(1))


def import_solutions():
    import solutions  # noqa: F401


def import_autograder():
    import autograder  # noqa: F401


def environment():
    return dict(os.environ)


def path():
    return sys.path


def raise_this(name):
    raise {"SystemExit": SystemExit, "KeyboardInterrupt": KeyboardInterrupt, "BaseException": BaseException}[
        name
    ]("now")


def unprintable():
    raise UnprintableError


def recurse():
    return recurse()


def flood():
    for _ in range(1_000):
        print("x" * 10_000)
    print("the end", flush=True)
    return 1


def without_output():
    os.close(1)
    os.close(2)
    return 1


def exit_now():
    os._exit(7)


def loop():
    while True:
        pass


def write_everywhere():
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"points, please " * 10)
    return 1


def close_everything():
    os.closerange(0, 64)
    return 1


def fork_and_leave():
    if os.fork() == 0:
        while True:
            threading.Event().wait(60)
    os._exit(0)


def forge(function):
    return type(function)(999, function._exchange)(1)


def speak_out_of_turn():
    pipe = find("Pipe")
    pipe.send({"call": 10**6, "value": 1}, {})
    return 1


def half_a_frame():
    pipe = find("Pipe")
    os.write(pipe._outgoing, bytes(7))
    os._exit(0)


def claim():
    server = find("Server")
    server._say({"failure": {"kind": "passed", "message": "full points"}}, {})
    return 1


def find(name):
    import gc

    return next(found for found in gc.get_objects() if type(found).__name__ == name)


def elsewhere():
    os.chdir("/")
    for file in Path(__file__).parent.glob("s*.py"):
        file.unlink()
    shutil.rmtree(Path(__file__).parents[1] / "toolkit")
    return 1


def huge():
    return torch.zeros(1).expand(10**10)


def large():
    return "x" * 2**21


def memory():
    return len(bytearray(100 * 2**30))


def group():
    return os.getpgid(0)
