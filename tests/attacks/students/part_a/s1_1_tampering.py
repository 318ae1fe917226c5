"""What somebody might change about the judge. Each wrong answer would pass if it were judged in here."""

import atexit
import builtins
import gc
import json
import os
import sys
import unittest
from pathlib import Path

import torch

import course.toolkit.guards
import course.toolkit.stage


def always(*args, **kwargs):
    return True


class AlwaysEqual:
    """Equal to everything, close to everything."""

    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__
    __hash__ = None
    dtype, shape = torch.float32, (1, 3, 64, 64)

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return True


class Agreeable(torch.Tensor):
    """A tensor that every comparison finds equal."""

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function.__name__ in ("allclose", "equal", "isclose", "eq", "__eq__"):
            return True
        return super().__torch_function__(function, types, args, kwargs or {})


def wrong(x_0):
    """Return what earns nothing: it is wrong, and the argument is changed in place."""
    return 7 - x_0.add_(1) ** 2


def naive(attack):
    """Tell whether an attack would convince a grader that judges in this process; tried in a child."""
    child = os.fork()
    if child == 0:
        x_0, eps = torch.ones(1, 3, 8, 8), torch.full((1, 3, 8, 8), 0.5)
        expected = (0.5**0.5) * (x_0 + eps)
        try:
            result = globals()[attack](x_0, 500, torch.full((1000,), 0.5), eps)
            os._exit(0 if torch.allclose(result, expected) else 1)
        except SystemExit as error:
            os._exit(error.code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def patch_torch(x_0, t, alpha_bar, eps):
    torch.allclose = torch.equal = torch.isclose = always
    torch.Tensor.__eq__ = torch.Tensor.allclose = torch.Tensor.equal = always
    return wrong(x_0)


def patch_builtins(x_0, t, alpha_bar, eps):
    builtins.all = builtins.any = builtins.isinstance = builtins.bool = always
    torch.allclose = always
    return wrong(x_0)


def patch_every_module(x_0, t, alpha_bar, eps):
    for module in list(sys.modules.values()):
        for name in ("allclose", "equal", "difference", "close", "assert_close"):
            if hasattr(module, name):
                setattr(module, name, always)
    return wrong(x_0)


def patch_the_toolkit(x_0, t, alpha_bar, eps):
    course.toolkit.guards.same_shape = course.toolkit.guards.timestep = always
    course.toolkit.stage.Stage.__eq__ = always
    torch.allclose = always
    return wrong(x_0)


def always_equal_object(x_0, t, alpha_bar, eps):
    return AlwaysEqual()


def always_equal_tensor(x_0, t, alpha_bar, eps):
    return wrong(x_0).as_subclass(Agreeable)


def exit_well(x_0, t, alpha_bar, eps):
    sys.exit(0)


def exit_at_once(x_0, t, alpha_bar, eps):
    os._exit(0)


def exit_with_a_word(x_0, t, alpha_bar, eps):
    atexit.register(lambda: os.write(1, b'{"points": 3, "status": "passed"}\n'))
    sys.exit(0)


def skip_with_pytest(x_0, t, alpha_bar, eps):
    import pytest

    pytest.skip("nothing to see here")


def skip_with_unittest(x_0, t, alpha_bar, eps):
    raise unittest.SkipTest("nothing to see here")


def reject_with_hypothesis(x_0, t, alpha_bar, eps):
    from hypothesis import reject

    reject()


def print_a_report(x_0, t, alpha_bar, eps):
    print(json.dumps({"version": 1, "total": 50.0, "status": "passed"}), flush=True)
    print("5 passed in 0.01s", file=sys.stderr, flush=True)
    return wrong(x_0)


def plant_files(x_0, t, alpha_bar, eps):
    for name in ("conftest.py", "sitecustomize.py", "usercustomize.py", "torch.py", "pytest.ini"):
        Path.home().joinpath(name).write_text("raise SystemExit(0)\n")
    return wrong(x_0)


def change_the_arguments(x_0, t, alpha_bar, eps):
    for tensor in (x_0, eps, alpha_bar):
        tensor.zero_()
    return wrong(x_0)


def not_a_number(x_0, t, alpha_bar, eps):
    return wrong(x_0) * float("nan")


def a_scalar_that_broadcasts(x_0, t, alpha_bar, eps):
    return wrong(x_0).mean()


def nothing_at_all(x_0, t, alpha_bar, eps):
    return wrong(x_0)[:0]


def everything_at_once(x_0, t, alpha_bar, eps):
    return torch.stack([wrong(x_0), eps])


def change_what_is_in_memory(x_0, t, alpha_bar, eps):
    for thing in gc.get_objects():
        if type(thing) is dict and "points" in thing:
            thing["points"] = thing.get("possible", 3)
    return wrong(eps)
