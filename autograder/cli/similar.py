"""The command `autograder similar`: which submissions share what others do not."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from autograder.cli.terminal import complaints, console

MOST_SAID = 20
FLAGS = "This flags, and never scores: read both submissions before you think anything of it."


def similar(
    submissions: Annotated[Path, typer.Argument(help="A folder with one folder or zip a student.")],
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("similarity.html"),
) -> None:
    """Flag pairs of submissions that share what neither the stub nor many others have; score nobody."""
    from autograder import syllabus
    from autograder.reports.text import line
    from autograder.similarity.comparing import compare
    from autograder.similarity.page import stubs, write_similarity_page
    from autograder.submissions import discover

    comparison = compare(discover(submissions), stubs(syllabus.load()))
    write_similarity_page(comparison, out)
    for remark in comparison.remarks[:MOST_SAID]:
        complaints.print(f"[yellow]Warning:[/] {escape(line(remark, 400))}")
    for pair in comparison.pairs[:MOST_SAID]:
        names = escape(f"{line(pair.one)} and {line(pair.other)}")
        console.print(f"{names:60} {pair.shared} places, {pair.share:.0%} of a file")
    console.print(f"{len(comparison.pairs)} pairs of {len(comparison.submissions)} submissions are flagged.")
    console.print(f"{FLAGS}\nThe page: {escape(str(out))}")
