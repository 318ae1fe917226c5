"""The zygote of this process: started when it is first wanted, tried before use, replaced when it dies."""

import os
from dataclasses import dataclass
from threading import Lock

from .isolation import Isolation
from .limits import Limits
from .nursery import Zygote
from .selftest import unfit


@dataclass
class Nursery:
    """At most one zygote, and why there cannot be one."""

    zygote: Zygote | None = None
    reason: str = ""
    owner: int = 0


_lock, _ours = Lock(), Nursery()


def zygote(isolation: Isolation = Isolation.SANDBOX, limits: Limits | None = None) -> Zygote | None:
    """Return this process's zygote; None where there can be none, or where nothing walls workers in.

    Namespaces cannot be nested everywhere.  Without a zygote every worker is a sandbox of its own, as tight
    and slower to start.
    """
    if isolation is not Isolation.SANDBOX:
        return None
    with _lock:
        _forget_a_parents()
        if _ours.zygote is not None and not _ours.zygote.alive:
            _ours.zygote.close()
            _ours.zygote = None
        if _ours.zygote is None and not _ours.reason:
            _begin(limits or Limits())
        return _ours.zygote


def why_not() -> str:
    """Return why this process has no zygote, "" where it has one or has not needed one yet."""
    return _ours.reason


def _forget_a_parents() -> None:
    """Drop what this process, if it is a fork, has inherited from the one that it was forked from."""
    if _ours.owner != os.getpid():
        _ours.zygote, _ours.reason, _ours.owner = None, "", os.getpid()


def _begin(limits: Limits) -> None:
    try:
        found = Zygote(limits)
    except OSError as error:
        _ours.reason = str(error)
        return
    _ours.reason = unfit(found)
    if _ours.reason:
        found.close()
    else:
        _ours.zygote = found
