"""The command `autograder`: what an instructor and a maintainer work with."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from autograder.cli import exporting, judging, similar
from autograder.cli.holding import HELD, held
from autograder.cli.terminal import SOMETHING_FAILED, console, end_well, progress, watching
from autograder.link.isolation import Isolation

if TYPE_CHECKING:
    from rich.progress import Progress

app = typer.Typer(
    help="Grade submissions, build the student edition, prove the course sound.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(exporting.app, name="export")

Jobs = Annotated[int, typer.Option(min=1, help="Submissions at a time.")]
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where to write grades and pages.")] = Path("demo"),
    jobs: Jobs = CORES,
    gallery: Annotated[bool, typer.Option(help="Make the reference's project page too.")] = True,
    isolation: Annotated[
        Isolation | None, typer.Option(help="By default sandbox, and process where there is none.")
    ] = None,
) -> None:
    """Grade a small bundled class and make the reference's project page, on the embedded model."""
    from autograder import classroom, example_class
    from autograder.cli import classes

    holding = held(isolation, trusted=True) if isolation else _best()
    with progress() as bars:
        grader = classroom.Grader(jobs=jobs, isolation=holding, bars=bars, notice=classes.note)
        graded = classroom.grade(example_class.submissions(), out, grader)
        page = _project_page(out / "gallery", bars) if gallery else None
    classes.conclude(graded, out)
    if page:
        console.print(f"The reference's project page: {page}")


@app.command()
def grade(
    submissions: Annotated[Path, typer.Argument(help="A folder with one folder or zip a student.")],
    out: Annotated[Path, typer.Option(help="Where to write grades and pages.")],
    jobs: Jobs = CORES,
    secret: Annotated[
        Path | None, typer.Option(help="The file with the class's secret; made in OUT where it is not given.")
    ] = None,
    isolation: Annotated[Isolation, typer.Option(help=HELD)] = Isolation.SANDBOX,
    trusted: Annotated[bool, typer.Option("--i-trust-this-code", help="Allow --isolation process.")] = False,
    regrade: Annotated[
        bool, typer.Option(help="Grade also what has not changed since the last time.")
    ] = False,
    diff: Annotated[bool, typer.Option(help="Only show whose grade would move; change no result.")] = False,
    scheduler: Annotated[
        str | None, typer.Option(help="Grade on the dask cluster of tcp://HOST:PORT, not on this machine.")
    ] = None,
) -> None:
    """Grade a class: grades.csv, and results and a feedback page for every student.

    What was graded into OUT before and has not changed is not graded again. Files of yours in OUT count:
    overrides.csv (points and comments by hand), class.toml (deadlines, lateness, extensions), submitted.csv.
    """
    from autograder import classroom
    from autograder.cli import classes
    from autograder.submissions import discover

    handed_in = discover(submissions)
    holding = held(isolation, trusted=trusted, here=scheduler is None)
    with progress() as bars:
        grader = classroom.Grader(jobs, scheduler, secret, holding, regrade, bars, classes.note)
        if diff:
            moves = classroom.compare(handed_in, out, grader)
        else:
            graded = classroom.grade(handed_in, out, grader)
    if diff:
        classes.would_move(moves, len(handed_in))
        raise typer.Exit(SOMETHING_FAILED if moves else 0)
    classes.conclude(graded, out)
    if any(not report.graded or classroom.KEPT in report.remarks for report in graded):
        raise typer.Exit(SOMETHING_FAILED)


@app.command()
def release(
    into: Annotated[
        Path | None, typer.Argument(help="Where to build the student edition; none: only regenerate.")
    ] = None,
) -> None:
    """Regenerate stubs, notebooks, README table and answer key; build the student edition in DIR."""
    from autograder import soundness

    for path in soundness.regenerate():
        console.print(f"written: {path}")
    if into is not None:
        from autograder.release.edition import build_release

        build_release(soundness.ROOT, into)
        console.print(f"The release: {into}")


@app.command(name="check-course")
def check_course() -> None:
    """Prove the course sound: the table, the files made from it, the checks, reference and stubs."""
    from autograder import soundness

    problems = list(soundness.problems())
    for problem in problems:
        console.print(f"[red]✗[/] {escape(problem)}")
    if problems:
        raise typer.Exit(SOMETHING_FAILED)
    console.print("[green]✓[/] The course is sound.")


app.command()(judging.judge)
app.command()(similar.similar)


def main() -> None:
    """Run the command."""
    end_well(app)


def _best() -> Isolation:
    """Return the sandbox where it can be used; say why where it cannot."""
    try:
        return held(Isolation.SANDBOX, trusted=True)
    except ValueError as error:
        console.print(f"[yellow]Note:[/] {escape(str(error).partition('. To grade')[0])}.")
        console.print("The bundled class is our own code; it is graded with --isolation process.")
        return Isolation.PROCESS


def _project_page(into: Path, bars: "Progress") -> Path:
    from autograder import exhibition, syllabus
    from course.toolkit.pretrained import load
    from course.toolkit.studio import Studio

    studio = Studio(load(), watch=watching(bars))
    sections = bars.track(syllabus.load().sections, description="project page")
    return exhibition.hold("solutions", sections, studio, into, model="emoji_if")
