"""Code that one trusts, called in one's own process, through the same messages as everybody's."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import MappingProxyType
from warnings import catch_warnings, simplefilter

from .bridge import Bridge
from .calls import Caller
from .implementation import NOTHING_LENT, Lent, Value
from .printed import Printed, PrintedText
from .rooms import Rooms
from .trials import Experiment

MOST_OUTPUT = 64 * 2**10


class Local:
    """The reference, or a student's own files on their own machine."""

    isolation = "inprocess"

    def __init__(self, package: str) -> None:
        """Call the sections of an importable package, such as "solutions" or "course"."""
        self._caller = Caller(rooms_of(package))
        self._printed = Printed(MOST_OUTPUT)

    @classmethod
    def of_folder(cls, folder: Path) -> "Local":
        """Call the sections in a folder that holds part_a/…, whatever it is named.

        Its code runs in this process: only for files one would run anyway.
        """
        package = f"sections_{abs(hash(folder.resolve()))}"
        if package not in sys.modules:
            spec = ModuleSpec(package, None, is_package=True)
            spec.submodule_search_locations = [str(folder.resolve())]
            sys.modules[package] = module_from_spec(spec)
        return cls(package)

    def call(
        self,
        section: str,
        function: str,
        args: Sequence[Value] = (),
        kwargs: Mapping[str, Value] = MappingProxyType({}),
        *,
        lent: Lent = NOTHING_LENT,
        echo: bool = False,
        trial: Experiment | None = None,
    ) -> Value:
        """Call a function, as `Implementation` says; there is no limit on time."""
        bridge = Bridge()
        request, tensors = bridge.request(section, function, args, kwargs, lent, echo, trial)
        text = PrintedText(self._printed)
        with redirect_stdout(text), redirect_stderr(text), catch_warnings():
            simplefilter("default")
            reply, returned = self._caller.answer(request, tensors, bridge.answer)
        return bridge.result(reply, returned)

    def output(self) -> str:
        """Return what was printed since the last time, its beginning and end, and forget it."""
        return self._printed.take()

    def close(self) -> None:
        """Do nothing: there is no process and no file."""


@cache
def rooms_of(package: str) -> Rooms:
    """Return the sections of a package; one for all, because a process imports a package only once."""
    return Rooms(package, keyboard=True)
