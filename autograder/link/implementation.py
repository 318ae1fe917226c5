"""What a check sees of somebody's code: functions that can be called by name, and nothing else."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol, TypeAlias

from .lending import Blocks
from .trials import Experiment
from .values import Foreign, Value

__all__ = ["NOTHING_LENT", "Foreign", "Implementation", "Lent", "Value"]

Lent: TypeAlias = Mapping[tuple[str, str], Callable[..., Value] | Blocks]
NOTHING_LENT: Lent = MappingProxyType({})


class Implementation(Protocol):
    """The reference, a student's own files, or a stranger's code behind a wall: called alike.

    `isolation` is "sandbox", "process" or "inprocess".
    """

    isolation: str

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
        """Return what `function` of `section` (such as "part_a.s1_1_forward") returns.

        Arguments are copied: the call cannot change them.  An iterator that the function returns is
        run to its end and comes back as a list; what may not cross comes back as `Foreign`.
        echo: return (value, arguments) instead, the arguments as the function left its copies of them.
        trial: done with what the function returns, before anything crosses; return what came of it instead.
        lent: (section, function) -> the callable that the student's code meets in its place.
        Raises a Failure where the student's code gives no value, LinkError where the link is broken.
        A Failure, LinkError or AssertionError that a callable of the check raises during the call ends
        as the outcome of the call; its ValueError, TypeError and the like reach the student's code.
        """
        ...

    def output(self) -> str:
        """Return what the student's code has printed since the last time, bounded, and forget it."""
        ...

    def close(self) -> None:
        """End every process and remove every temporary file; a second time does nothing."""
        ...
