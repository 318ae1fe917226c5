"""The command `course train`: train a network of Part B or the extension, or go on where it stopped.

Several GPUs: `accelerate launch -m autograder.cli.training time` and the options of `course train`.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from autograder.cli.packages import Using, package_named
from autograder.cli.terminal import INTERRUPTED, console, end_well, progress, shown

if TYPE_CHECKING:
    from course.toolkit.digits import Digits
    from course.toolkit.training import Progress, Recipe

ROOMS = {
    "denoiser": "part_b.s1_2_denoiser",
    "time": "part_b.s2_2_time_training",
    "class": "part_b.s2_5_class_training",
    "flow_time": "extension.s1_flow_time",
    "flow_class": "extension.s2_flow_class",
    "pure_noise": "extension.s3_pure_noise",
}
"""The section that has the recipe of a network."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def train(
    name: Annotated[str, typer.Argument(help=f"What to train: {', '.join(ROOMS)}.")],
    epochs: Annotated[int | None, typer.Option(help="How often to go through all digits.")] = None,
    hidden: Annotated[int | None, typer.Option(help="D, the hidden channels; fewer are faster.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="The folder with MNIST/raw; COURSE_DATA by default.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where weights, record and checkpoint go.")] = Path("runs"),
    using: Using = "course",
    seed: Annotated[int, typer.Option(help="Another seed, other weights and noise.")] = 29,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, …; the best there is by default.")] = None,
    download: Annotated[bool, typer.Option(help="Allow MNIST to be downloaded into --data.")] = False,
) -> None:
    """Train a network with your code; after Ctrl-C or a crash, the same command goes on."""
    recipe = find_recipe(package_named(using), name, epochs=epochs, hidden=hidden)
    from course.toolkit.digits import load_digits

    digits = load_digits(data, download=download)
    last = out / f"{name}-{recipe.epochs}.safetensors"
    with stop_signals() as stopped:
        follow(recipe, digits, out, seed, device, stopped)
    if stopped and not last.is_file():
        console.print("Stopped; the same command goes on from here.")
        raise typer.Exit(INTERRUPTED)
    console.print(f"{escape(name)} is trained: {escape(shown(last))}")


def find_recipe(package: str, name: str, *, epochs: int | None = None, hidden: int | None = None) -> "Recipe":
    """Return the recipe of that name in a package, with those numbers that are not None.

    Raises ValueError when there is none of that name, or a number is below 1.
    """
    if name not in ROOMS:
        raise ValueError(f"train {name}: nothing is called that; there are {', '.join(ROOMS)}")
    for option, value in (("--epochs", epochs), ("--hidden", hidden)):
        if value is not None and value < 1:
            raise ValueError(f"{option} {value}: must be at least 1; leave it out for the usual number")
    try:
        make: Callable[..., Recipe] = import_module(f"{package}.{ROOMS[name]}").recipe
    except (ModuleNotFoundError, AttributeError) as error:
        raise ValueError(f"train {name}: {package}.{ROOMS[name]} has no recipe ({error})") from error
    given = {"epochs": epochs, "num_hiddens": hidden}
    return make(**{key: value for key, value in given.items() if value is not None})


def follow(
    recipe: "Recipe", digits: "Digits", out: Path, seed: int, device: str | None, stopped: list[int]
) -> None:
    """Train to the end, or until `stopped` fills, showing a bar and the mean loss of every epoch."""
    from course.toolkit.training import train

    losses: list[float] = []
    with progress() as bars:
        task = bars.add_task(f"{recipe.name} on {digits.source}", total=None)
        for report in train(recipe, digits, folder=out, seed=seed, device=device):
            losses = [*losses[-99:], *report.losses]
            bars.update(task, total=report.steps, completed=report.step, description=_described(report))
            if report.step % (report.steps // report.epochs) == 0:
                bars.console.print(f"epoch {report.epoch + 1} of {report.epochs}: loss {fmean(losses):.4f}")
            if stopped:
                break


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Give a list that fills at Ctrl-C or an order to end; the second Ctrl-C ends at once."""
    caught: list[int] = []

    def catch(number: int, frame: Any) -> None:
        if caught:
            raise KeyboardInterrupt
        caught.append(number)

    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, catch) for kind in kinds]
    try:
        yield caught
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


def _described(report: "Progress") -> str:
    return f"epoch {report.epoch + 1} of {report.epochs}, loss {report.losses[-1]:.4f}"


if __name__ == "__main__":
    end_well(app)
