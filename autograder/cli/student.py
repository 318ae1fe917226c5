"""The command `course`: what a student works with."""

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from autograder import syllabus
from autograder.cli import training
from autograder.cli.packages import Using, package_named
from autograder.cli.terminal import console, end_well, exit_code, progress, show, shown, watching
from autograder.syllabus import Section

app = typer.Typer(
    help="A hands-on course on diffusion models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Sections = Annotated[list[str] | None, typer.Argument(help="Sections, such as 1.4 or a1.4; all without any.")]
app.command()(training.train)


@app.command(name="list")
def list_sections() -> None:
    """Show the sections with their exercises, points and minutes."""
    table = Table("section", "", "exercises", "points", "minutes", title="The course", title_justify="left")
    for section in syllabus.load().sections:
        names = ", ".join(exercise.name for exercise in section.exercises)
        table.add_row(section.label, section.title, names, str(section.points), str(section.minutes))
    console.print(table)


@app.command()
def check(
    sections: Sections = None,
    using: Using = "course",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show what passed as well.")] = False,
) -> None:
    """Check your code for these sections and say what is wrong with it."""
    raise typer.Exit(_check(_chosen(sections), package_named(using), verbose=verbose))


@app.command(name="next")
def next_exercise() -> None:
    """Show the first exercise that does not pass yet: its file, what fails, and how to get a hint."""
    from autograder import practice, pristine

    table = syllabus.load()
    found = practice.first_unpassed(practice.check(table.sections))
    if found is None:
        console.print("[green]✓[/] Well done: every exercise passes. Your project page: course gallery")
        return
    section = table.section(found.section)
    console.print(f"Next, in {section.label} · {section.title}: {escape(shown(pristine.place(section)))}\n")
    show([found])
    console.print(f"\nA hint: course hint {found.key}\nAgain:  course check {section.key}")
    raise typer.Exit(exit_code([found]))


@app.command()
def watch(sections: Sections = None) -> None:
    """Check these sections, and again whenever you save, until Ctrl-C."""
    chosen = _chosen(sections)
    from autograder import saves

    console.print("[dim]Checking; then again whenever you save, until Ctrl-C …[/]")
    with suppress(KeyboardInterrupt):
        saves.watch(chosen, check_again, _saved)
    console.print("\nNo longer watching.")


@app.command()
def reset(
    section: Annotated[str, typer.Argument(help="A section, such as 1.4 or a1.4.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Put a section's stub back; your file stays beside it, as s1_1_forward.py.1.bak or a higher number."""
    found = syllabus.load().section(section)
    from autograder import pristine

    own = pristine.place(found)
    if pristine.is_untouched(found):
        console.print(f"{escape(shown(own))} is still the stub; there is nothing to put back.")
        return
    if own.exists() and not yes and not typer.confirm(f"Put the stub back into {shown(own)}?"):
        console.print("Nothing was changed.")
        return
    kept = pristine.reset(found)
    console.print(f"The stub is back: {escape(shown(own))}")
    if kept:
        console.print(f"Your file is now: {escape(shown(kept))}")


@app.command()
def hint(
    exercise: Annotated[str, typer.Argument(help="An exercise, such as forward or a1.1.forward.")],
    level: Annotated[int, typer.Option(min=1, help="How many hints; each says more than the last.")] = 1,
) -> None:
    """Give a hint for an exercise, more of them with a higher level."""
    found = syllabus.load().exercise(exercise)
    for number, text in enumerate(found.hints[:level], start=1):
        console.print(f"[bold]{number} of {len(found.hints)}[/]  {escape(text)}")
    if level < len(found.hints):
        console.print(f"[dim]The next one: course hint {found.key} --level {level + 1}[/]")


@app.command()
def gallery(
    sections: Sections = None,
    using: Using = "course",
    model: Annotated[str, typer.Option(help="emoji_if, deepfloyd, a hub id or a folder.")] = "emoji_if",
    out: Annotated[Path, typer.Option(help="Where to write the page.")] = Path("gallery"),
    seed: Annotated[int, typer.Option(help="Another seed, other pictures.")] = 29,
    gamma: Annotated[float, typer.Option(help="The guidance scale.")] = 7.0,
    picture: Annotated[
        list[str] | None, typer.Option(help="Your own file for a bundled picture: NAME=PATH.")
    ] = None,
    embeddings: Annotated[Path | None, typer.Option(help="Prompt embeddings, saved before.")] = None,
    download: Annotated[bool, typer.Option(help="Allow downloads from the hub.")] = False,
    runs: Annotated[Path, typer.Option(help="Where course train has put your networks.")] = Path("runs"),
) -> None:
    """Make your project page: every figure of these sections, from your code."""
    chosen, package, pictures = _chosen(sections), package_named(using), _pictures(picture or [])
    from autograder.exhibition import hold
    from course.toolkit.pretrained import load
    from course.toolkit.studio import Studio

    with progress() as bars:
        pretrained = partial(load, model, embeddings=embeddings, download=download)
        studio = Studio(pretrained, seed, gamma, watching(bars), pictures, runs)
        page = hold(package, bars.track(chosen, description="project page"), studio, out, model=model)
    console.print(f"The project page: {page}")


def main() -> None:
    """Run the command."""
    end_well(app)


def check_again(keys: list[str]) -> None:
    """Check the sections with these keys on a cleared screen, in a process of its own."""

    def check_quietly() -> None:
        with suppress(KeyboardInterrupt):
            _check(_chosen(keys), "course", fresh=True)

    end_well(check_quietly)


def _check(sections: list[Section], package: str, *, verbose: bool = False, fresh: bool = False) -> int:
    """Check and show the sections, on a screen cleared first where `fresh`; return the exit code."""
    from autograder import practice

    results = practice.check(sections, package)
    if fresh:
        console.clear()
    show(results, all_checks=verbose)
    console.print(f"\n[bold]{practice.worth(results)}[/]")
    return exit_code(results)


def _saved(names: list[str]) -> None:
    console.print(f"[dim]{escape(', '.join(names))} saved; checking again …[/]")


def _chosen(names: list[str] | None) -> list[Section]:
    table = syllabus.load()
    return [table.section(name) for name in names] if names else list(table.sections)


def _pictures(options: list[str]) -> dict[str, str]:
    """Return the files by the pictures' names; raises ValueError where one is not what it should be."""
    pairs = [option.partition("=") for option in options]
    for name, sign, path in pairs:
        if not sign or not name or not path:
            raise ValueError(f"--picture {name}{sign}{path}: write it as NAME=PATH, such as web=holiday.jpg")
    from course.toolkit import images

    for name, _, path in pairs:
        if name not in images.names():
            known = ", ".join(images.names())
            raise ValueError(f"--picture {name}={path}: no picture is called {name!r}; there are {known}")
        images.open_picture(images.find_picture(path))
    return {name: path for name, _, path in pairs}
