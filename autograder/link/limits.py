"""What a worker may use."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds on one worker; None means no bound of ours.

    call_seconds: wall clock of one call, the check's own callables included.  start_seconds: of starting
    the worker.  import_seconds: of importing a section's file, before the first call to it.
    output_bytes: of print kept between two readings.
    frame_bytes: of tensors in one message.  memory_bytes: of data the worker may allocate.
    processes: of the user in total, as RLIMIT_NPROC counts.  cpu_seconds: of processor time over all calls.
    file_bytes: of one file.  open_files: at once.  restarts: how often a worker that crashed
    or was too slow is replaced.  strikes: how often one function may cause that before it is not called
    any more.

    The sandbox alone, which is looked at from outside, also keeps to: memory_bytes resident at once;
    threads: at once.  disk_bytes, disk_files: in each of the two folders that student code may write to.
    """

    call_seconds: float = 20.0
    start_seconds: float = 60.0
    import_seconds: float = 60.0
    output_bytes: int = 64 * 2**10
    frame_bytes: int = 64 * 2**20
    memory_bytes: int | None = 8 * 2**30
    processes: int | None = None
    cpu_seconds: int | None = 900
    file_bytes: int | None = 256 * 2**20
    open_files: int | None = 256
    threads: int = 256
    disk_bytes: int = 256 * 2**20
    disk_files: int = 20_000
    restarts: int = 10
    strikes: int = 2
