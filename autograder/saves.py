"""`course watch`: the checks again whenever a section's file is saved, each time in a fresh process."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from watchfiles import Change, run_process

from autograder.syllabus import PATH, Section


def watch(
    sections: Sequence[Section],
    check: Callable[[list[str]], None],
    saved: Callable[[list[str]], None],
    *,
    course: Path = PATH.parent,
) -> None:
    """Call `check` with the sections' keys, now and whenever a file beside theirs is saved, until Ctrl-C.

    check: a module's function; a process of its own runs it, which is ended when the next save comes.
    saved: told the names of the files saved, before `check` is called again.
    """
    logging.getLogger("watchfiles").setLevel(logging.ERROR)
    folders = sorted({(course / section.file).parent for section in sections})
    run_process(
        *folders,
        target=check,
        args=([section.key for section in sections],),
        target_type="function",
        callback=lambda changes: saved(sorted({Path(path).name for _, path in changes})),
        watch_filter=is_section_file,
        recursive=False,
    )


def is_section_file(change: Change, path: str) -> bool:
    """Tell whether a changed file is one that students write, and no editor's own."""
    return path.endswith(".py") and not Path(path).name.startswith((".", "#"))
