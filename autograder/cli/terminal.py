"""What both commands say on a terminal, and how they end."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from autograder.link.failures import LinkError
from autograder.reports.text import clean
from autograder.results import CheckResult, ExerciseResult, Status
from autograder.submissions import SubmissionsError

if TYPE_CHECKING:
    from rich.progress import Progress
    from torch import Tensor

SYMBOLS = {
    Status.PASSED: "[green]✓ passed[/]",
    Status.FAILED: "[red]✗ failed[/]",
    Status.SKIPPED: "[yellow]– skipped[/]",
    Status.UNGRADED: "[magenta]? ungraded[/]",
}
SOMETHING_FAILED, COULD_NOT_WORK, INTERRUPTED = 1, 2, 130
MOST_SHOWN = 20_000
EXPECTED = (ValueError, OSError, RuntimeError, LinkError, SubmissionsError)

console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False)


def end_well(command: Callable[[], object]) -> None:
    """Run a command; what it was right to refuse ends in a sentence and exit code 2, not in a traceback."""
    try:
        command()
    except EXPECTED as error:
        complaints.print(f"[bold red]Error:[/] {safe(str(error))}")
        sys.exit(COULD_NOT_WORK)
    except KeyboardInterrupt:
        complaints.print("Stopped.")
        sys.exit(INTERRUPTED)


def show(results: Sequence[ExerciseResult], *, all_checks: bool = False) -> None:
    """Print exercises with their points and, of checks that did not pass, the demand and the reason."""
    for result in results:
        colour = "green" if result.passed else "red"
        console.print(f"[bold {colour}]{result.key}[/]  {result.points:g} of {result.possible:g} points")
        for check in _told_apart(result.checks):
            if all_checks or check.status is not Status.PASSED:
                console.print(f"  {SYMBOLS[check.status]}  {escape(check.sentence)}")
            for line in check.reason.splitlines():
                console.print(f"      {safe(line)}")


def safe(text: str) -> str:
    """Return a text that may be a stranger's, such as an error of their code, fit for a terminal."""
    return escape(clean(text, MOST_SHOWN))


def shown(path: Path) -> str:
    """Return a path as people read it best: from the current folder where it lies within."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def exit_code(results: Sequence[ExerciseResult]) -> int:
    """Return how a command ends: 0 all passed, 1 something failed, 2 something could not be checked."""
    statuses = {check.status for result in results for check in result.checks}
    if Status.UNGRADED in statuses:
        return COULD_NOT_WORK
    return SOMETHING_FAILED if statuses - {Status.PASSED} else 0


def _told_apart(checks: Sequence[CheckResult]) -> Sequence[CheckResult]:
    """Return one check where all fail for one reason, such as a stub that is still to be written."""
    reasons = {check.reason for check in checks}
    alike = len(checks) > 1 and len(reasons) == 1 and reasons != {""}
    return [replace(checks[0], sentence="All of its checks.")] if alike else checks


@contextmanager
def progress() -> Iterator["Progress"]:
    """Show progress bars on the terminal, nothing where there is none."""
    from rich import progress as bars

    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn())
    times = (bars.TimeElapsedColumn(), bars.TimeRemainingColumn())
    with bars.Progress(*columns, *times, console=complaints, transient=True) as shown:
        yield shown


def watching(bars: "Progress") -> "Callable[[Iterable[Tensor], int, str], Iterator[Tensor]]":
    """Return a `watch` for a studio that shows every loop as a bar."""

    def watch(loop: "Iterable[Tensor]", total: int, label: str) -> "Iterator[Tensor]":
        task = bars.add_task(label, total=total)
        try:
            for image in loop:
                yield image
                bars.advance(task)
        finally:
            bars.remove_task(task)

    return watch
