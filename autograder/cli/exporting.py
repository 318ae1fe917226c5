"""The commands `autograder export …`: grades in the formats of others."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from autograder.cli.gradescoping import gradescope_autograder
from autograder.cli.terminal import SOMETHING_FAILED, complaints, console
from autograder.exports import exporting
from autograder.exports.exporting import Exported

if TYPE_CHECKING:
    from autograder.gradebook.exporting import Recorded

app = typer.Typer(help="Write grades in the format of another gradebook.", no_args_is_help=True)
app.command()(gradescope_autograder)

Grades = Annotated[Path, typer.Argument(help="The folder that `autograder grade --out` wrote.")]
Roster = Annotated[
    Path | None,
    typer.Option(
        help="A CSV of theirs with a column `submission` added: the names of the folders in GRADES."
    ),
]
Assignments = Annotated[
    list[str] | None, typer.Option("--assignment", help="A part's name there: 'a=Project 5A (1234)'.")
]
File = Annotated[Path, typer.Option(help="The file to write.")]


@app.command()
def canvas(
    grades: Grades, out: File = Path("canvas.csv"), roster: Roster = None, assignment: Assignments = None
) -> None:
    """Canvas's gradebook CSV; without a roster, folders are called by the students' SIS logins."""
    _conclude(exporting.to_canvas(grades, out, roster, assignment or []), out)


@app.command()
def moodle(
    grades: Grades, out: File = Path("moodle.csv"), roster: Roster = None, assignment: Assignments = None
) -> None:
    """A CSV for Moodle's grade import; without a roster, folders are called by the users' names."""
    _conclude(exporting.to_moodle(grades, out, roster, assignment or []), out)


@app.command()
def gradescope(
    grades: Grades,
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("gradescope"),
    visibility: Annotated[
        str, typer.Option(help="When students see it: visible, hidden, after_due_date, after_published.")
    ] = "visible",
) -> None:
    """Gradescope's results.json for every student, in a folder each."""
    _conclude(exporting.to_gradescope(grades, out, visibility), out)


@app.command()
def junit(grades: Grades, out: File = Path("junit.xml")) -> None:
    """JUnit XML: a test suite for each exercise."""
    _conclude(exporting.to_junit(grades, out), out)


@app.command()
def nbgrader(
    grades: Grades,
    db: Annotated[
        str, typer.Option(help="The gradebook: sqlite:///FILE, or any other URL of SQLAlchemy's.")
    ] = "sqlite:///gradebook.db",
    roster: Annotated[
        Path | None,
        typer.Option(help="A CSV with the columns `submission` (the name in GRADES) and `id` (nbgrader's)."),
    ] = None,
    course: Annotated[str, typer.Option(help="nbgrader's course_id.")] = "diffusion-course",
) -> None:
    """The gradebook of nbgrader: scores and comments beside those that people gave, which stay."""
    from autograder.gradebook import database
    from autograder.gradebook.exporting import to_nbgrader

    recorded = to_nbgrader(grades, db, roster, course)
    console.print(f"{recorded.changed} of {recorded.students} students have changed in it.")
    _conclude(recorded, database.shown(db))


def _conclude(exported: "Exported | Recorded", out: Path | str) -> None:
    for sentence in exported.left_out:
        complaints.print(f"[yellow]Warning:[/] {escape(sentence)}")
    console.print(f"{exported.students} students: {escape(str(out))}")
    if exported.left_out:
        raise typer.Exit(SOMETHING_FAILED)
