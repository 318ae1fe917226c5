"""What `autograder grade` says of a class."""

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from autograder.cli.terminal import complaints, console
from autograder.moves import Move
from autograder.reports.decided import decided
from autograder.results import Report


def note(sentence: str) -> None:
    """Say what may be a slip, beside the results."""
    complaints.print(f"[yellow]Note:[/] {escape(sentence)}.")


def conclude(graded: Sequence[Report], out: Path) -> None:
    """Say everybody's total, and where to read more."""
    for report in sorted(graded, key=lambda report: report.student):
        console.print(f"{escape(report.student):40} {_mark(report)}")
    console.print(f"The grades: {out / 'grades.csv'}\nThe pages:  {out / 'index.html'}")


def would_move(moves: Sequence[Move], students: int) -> None:
    """Say whose grade would move, and why."""
    for move in moves:
        console.print(f"{escape(move.student):40} {_total(move.before)} → {_total(move.after)}")
        for cause in move.causes:
            console.print(f"    {escape(cause)}", soft_wrap=True)
    console.print(f"{len(moves)} of {students} would move. No result was changed.")


def _mark(report: Report) -> str:
    from autograder.classroom import KEPT

    points = ", ".join([f"{report.total:g} of {report.possible:g}", *decided(report)])
    if not report.graded:
        return "ungraded"
    return f"ungraded; {points} of an earlier run stay" if KEPT in report.remarks else points


def _total(total: float | None) -> str:
    return "ungraded" if total is None else f"{total:g}"
