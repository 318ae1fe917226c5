"""A section that builds on others: one whole, one broken, one absent."""

from . import s1_1_forward
from .s1_1_forward import forward, never_written
from .s1_3_broken import broken
from .s1_9_absent import absent


def twice(x):
    return forward(forward(x, 2.0), 2.0)


def through_module(x):
    return s1_1_forward.forward(x, 2.0)


def each(x):
    yield from forward(x, 2.0)


def uses_never_written(x):
    return never_written(x)


def uses_broken(x):
    return broken(x)


def uses_absent(x):
    return absent(x)


def later(x):
    from .s1_1_forward import forward as found

    return found(x, 2.0)
