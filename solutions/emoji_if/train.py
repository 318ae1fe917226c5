"""`python -m solutions.emoji_if.train`: train the embedded model, or go on where the last run stopped.

On a CPU or a GPU, or with `accelerate launch -m solutions.emoji_if.train` on several.
"""

import logging
import signal
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from tqdm import tqdm  # type: ignore[import-untyped]

from course.toolkit import speed
from course.toolkit.speed import Speed
from solutions.emoji_if import run
from solutions.emoji_if.data import artwork, bank
from solutions.emoji_if.data.augment import Augment
from solutions.emoji_if.data.captions import Captioner, sentences
from solutions.emoji_if.data.catalogue import VOCABULARIES
from solutions.emoji_if.data.words import COURSE_PROMPTS, Noun
from solutions.emoji_if.model import PRESETS, build_pipeline, preset_named, take_weights
from solutions.emoji_if.run import CHECKPOINT
from solutions.emoji_if.training import Plan, Progress, Trainer, mean_losses

REPORT = 25
FORMAT = "%(asctime)s %(message)s"
log = logging.getLogger("emoji_if")


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Give a list that fills when SIGINT or SIGTERM arrives, in place of an end in the midst of a step."""
    caught: list[int] = []
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, lambda number, frame: caught.append(number)) for kind in kinds]
    try:
        yield caught
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


def prepare(
    plan: Plan, nouns: Sequence[Noun], pictures: bank.Bank, how: Speed, weights: Path | None = None
) -> Trainer:
    """Return a trainer with fresh weights, or those of a pipeline folder; the bank is put on the device."""
    preset = preset_named(plan.preset)
    torch.manual_seed(plan.seed)
    pipeline = build_pipeline(preset, [*sentences(nouns), *COURSE_PROMPTS])
    if weights:
        take_weights(pipeline, weights)
    augment = Augment.with_variety(plan.variety)
    return Trainer(pipeline, Captioner(pictures.to(how.device), nouns, augment, preset.image_size), plan, how)


def start(
    out: Path,
    cache: Path,
    asked: Mapping[str, Any],
    how: Speed,
    scenes: int = bank.SCENES,
    fetch: bool = False,
    weights: Path | None = None,
) -> Trainer:
    """Return a trainer ready to go on, at the last checkpoint in the folder `out` if it has one.

    weights: an `IFPipeline` folder that a run without checkpoint begins with.  Of several processes the first
    makes the files, and the others read them.  Raises ValueError where the run is past its beginning.
    """
    if weights and (out / CHECKPOINT).is_file():
        remedy = "leave --weights out to go on, or begin another run in another --out"
        raise ValueError(f"--weights {weights}, but {out} has a checkpoint already; {remedy}")
    if how.crew.rank == 0:
        out.mkdir(parents=True, exist_ok=True)
        if fetch:
            artwork.fetch(cache)
        plan = run.settle_plan(out, asked)
        made = run.settle_bank(out, plan, run.settle_nouns(out, cache), cache, scenes)
        log.info("bank of %d pictures, digest %s", len(made.pictures), made.digest())
    how.crew.wait()
    plan = run.read_plan(out)
    trainer = prepare(plan, run.read_nouns(out), bank.Bank.load(out / run.BANK), how, weights)
    if (out / CHECKPOINT).is_file():
        trainer.restore(out / CHECKPOINT)
        log.info("going on after step %d of %d", trainer.step, plan.steps)
    return trainer


def follow(trainer: Trainer, out: Path, minutes: float, every: float, stopped: list[int]) -> None:
    """Train until the plan ends, the minutes are over or a signal arrives; save on the way and at the end.

    Several processes agree on the end, and the first alone reports.
    """
    crew, first, recent = trainer.how.crew, trainer.step, deque[Progress](maxlen=100)
    begun = saved = time.monotonic()
    total, idle = trainer.plan.steps, crew.rank > 0
    for progress in tqdm(trainer.train(), initial=first, total=total, mininterval=30, disable=idle):
        recent.append(progress)
        now, pause = time.monotonic(), progress.step % REPORT == 0
        if pause and not idle:
            _report(recent, (progress.step - first) * trainer.plan.batch / (now - begun))
        if now - saved > every:
            trainer.save(out / CHECKPOINT)
            saved = now
        over = bool(stopped) or now - begun > 60 * minutes
        if (pause or crew.size == 1) and crew.any(over, trainer.how.device):
            break
    trainer.save(out / CHECKPOINT)


def _report(recent: deque[Progress], pace: float) -> None:
    simple, variational = mean_losses(recent)
    log.info("step %d simple %.4f variational %.5f %.1f images/s", recent[-1].step, simple, variational, pace)


def main(
    out: Annotated[Path, typer.Option(help="Folder of the run: plan, nouns, bank, checkpoint.")],
    cache: Annotated[Path, typer.Option(help="Folder of the archives from npm.")] = artwork.DEFAULT_CACHE,
    preset: Annotated[str | None, typer.Option(help=f"One of {', '.join(PRESETS)}; small at first.")] = None,
    vocabulary: Annotated[
        str | None, typer.Option(help=f"{' or '.join(VOCABULARIES)} nouns; chosen at first.")
    ] = None,
    images: Annotated[
        int | None,
        typer.Option(min=1, help="Pictures to see in all, over which the rate falls; 150000 at first."),
    ] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Pictures a step; 16 at first.")] = None,
    variety: Annotated[
        float | None, typer.Option(min=0, max=1, help="How far drawings are moved, recoloured; 0.4 at first.")
    ] = None,
    rate: Annotated[float | None, typer.Option(min=0, help="Highest learning rate; 0.001 at first.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of pictures, weights, noise; 29 at first.")] = None,
    minutes: Annotated[float, typer.Option(help="Stop after so many, with a checkpoint.")] = 60.0,
    checkpoint_seconds: Annotated[float, typer.Option(help="Seconds between two checkpoints.")] = 120.0,
    scenes: Annotated[int, typer.Option(help="Pictures composed of each scene in each set.")] = bank.SCENES,
    device: Annotated[str | None, typer.Option(help="cpu or cuda; the best there is if left out.")] = None,
    compiled: Annotated[
        bool | None, typer.Option("--compile/--no-compile", help="As is best on the device if left out.")
    ] = None,
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 2,
    fetch: Annotated[bool, typer.Option(help="Fetch missing archives from the npm registry first.")] = False,
    weights: Annotated[
        Path | None, typer.Option(help="IFPipeline folder that a new run begins with, not with chance.")
    ] = None,
) -> None:
    """Train the embedded model, or go on where the last run in this folder stopped, by its plan."""
    settings: dict[str, Any] = {"preset": preset, "vocabulary": vocabulary, "images": images, "batch": batch}
    settings |= {"variety": variety, "rate": rate, "seed": seed}
    asked = {name: value for name, value in settings.items() if value is not None}
    torch.set_num_threads(threads)
    try:
        how = speed.choose(device, compiled=compiled)
        logging.basicConfig(level=logging.WARNING if how.crew.rank else logging.INFO, format=FORMAT)
        trainer = start(out, cache, asked, how, scenes, fetch, weights)
    except (ValueError, FileNotFoundError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    with stop_signals() as stopped:
        follow(trainer, out, minutes, checkpoint_seconds, stopped)


if __name__ == "__main__":
    typer.run(main)
