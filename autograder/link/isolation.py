"""How student code can be held, and who may ask for less than a sandbox."""

from enum import StrEnum


class Isolation(StrEnum):
    """What stands between student code and the machine that grades it."""

    SANDBOX = "sandbox"
    """A process under bubblewrap: no files, no network, no other process, bounded."""
    PROCESS = "process"
    """A process of the grader's own user, which can do whatever that user can."""
