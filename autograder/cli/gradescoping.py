"""The command `autograder export gradescope-autograder`: the archive that Gradescope runs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from autograder.cli.terminal import complaints, console

RISK = (
    "Where Gradescope's container has no sandbox, students' code will run in a process of its own. That "
    "keeps it from the checks, but not from the container: code written for it can read the secret and the "
    "solutions in this archive, send them away, and write its own results. Allow it for a class you trust."
)


def gradescope_autograder(
    out: Annotated[Path, typer.Option(help="The zip to write.")] = Path("gradescope-autograder.zip"),
    secret: Annotated[
        Path | None,
        typer.Option(help="The class's secret, such as grades/secret.key; a new one where it is not given."),
    ] = None,
    allow_process: Annotated[
        bool, typer.Option("--allow-process", help="Grade without a sandbox where the container has none.")
    ] = False,
    visibility: Annotated[
        str, typer.Option(help="When students see it: visible, hidden, after_due_date, after_published.")
    ] = "visible",
) -> None:
    """Gradescope's autograder zip: it grades there as `autograder grade` does here. Keep it to yourself."""
    from autograder import soundness
    from autograder.gradescope.archive import write_archive
    from autograder.gradescope.settings import Settings

    size = write_archive(soundness.ROOT, Settings(visibility, allow_process), secret, out)
    if allow_process:
        complaints.print(f"[yellow]Warning:[/] {RISK}")
    console.print(f"The archive: {escape(str(out))}, {size / 2**20:.0f} MB")
    console.print("It holds the solutions and the secret: give it to Gradescope and to nobody else.")
