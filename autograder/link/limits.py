"""What a worker may use."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds on one worker; None means no bound of ours.

    call_seconds: wall clock of one call, the check's own callables included.  start_seconds: of starting
    the worker.  import_seconds: of importing a section's file, before the first call to it.
    output_bytes: of print kept between two readings.
    frame_bytes: of tensors in one message.  memory_bytes: of data the worker may allocate.
    processes: of the user in total, as RLIMIT_NPROC counts.  restarts: how often a worker that crashed
    or was too slow is replaced.  strikes: how often one function may cause that before it is not called
    any more.
    """

    call_seconds: float = 20.0
    start_seconds: float = 60.0
    import_seconds: float = 60.0
    output_bytes: int = 64 * 2**10
    frame_bytes: int = 64 * 2**20
    memory_bytes: int | None = 8 * 2**30
    processes: int | None = None
    restarts: int = 10
    strikes: int = 2
