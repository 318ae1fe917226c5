"""`python -m solutions.emoji_if.train`: train the embedded model, or go on where the last run stopped."""

import json
import logging
import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from statistics import fmean
from typing import Annotated

import torch
import typer
from tqdm import tqdm  # type: ignore[import-untyped]

from solutions.emoji_if import artwork, bank
from solutions.emoji_if.augment import Augment
from solutions.emoji_if.captions import Captioner, sentences
from solutions.emoji_if.model import PRESETS, Preset, build_pipeline, preset_named
from solutions.emoji_if.training import Plan, Progress, Trainer
from solutions.emoji_if.words import COURSE_PROMPTS, NOUNS

CHECKPOINT, PLAN = "checkpoint.pt", "plan.json"
SUPERSAMPLING = 1.5
REPORT = 25
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


def load_bank(cache: Path, out: Path, preset: Preset, scenes: int, seed: int) -> bank.Bank:
    """Return the picture bank: built from the artwork the first time, read from the run's folder later."""
    path = out / "bank.safetensors"
    if not path.is_file():
        size = round(preset.image_size * SUPERSAMPLING)
        bank.join(bank.build(artwork.load(cache), NOUNS, size, scenes, seed)).save(path)
    return bank.Bank.load(path)


def settle_plan(out: Path, plan: Plan) -> Plan:
    """Return the plan the run was started with, or write this one down if it is the first."""
    path = out / PLAN
    if not path.is_file():
        path.write_text(json.dumps(asdict(plan), indent=2))
    return replace(plan, **json.loads(path.read_text()))


def prepare(preset: Preset, plan: Plan, pictures: bank.Bank, device: torch.device) -> Trainer:
    """Return a trainer with freshly drawn weights."""
    torch.manual_seed(plan.seed)
    pipeline = build_pipeline(preset, [*sentences(NOUNS), *COURSE_PROMPTS])
    captioner = Captioner(pictures.to(device), NOUNS, Augment.with_variety(plan.variety), preset.image_size)
    return Trainer(pipeline, captioner, plan, device)


def start(
    out: Path, cache: Path, preset: Preset, plan: Plan, scenes: int, device: str, fetch: bool
) -> Trainer:
    """Return a trainer ready to go on, at the last checkpoint in the folder `out` if it has one."""
    out.mkdir(parents=True, exist_ok=True)
    if fetch:
        artwork.fetch(cache)
    pictures = load_bank(cache, out, preset, scenes, plan.seed)
    trainer = prepare(preset, settle_plan(out, plan), pictures, torch.device(device))
    if (out / CHECKPOINT).is_file():
        trainer.restore(out / CHECKPOINT)
    return trainer


def follow(trainer: Trainer, out: Path, minutes: float, every: float, stopped: list[int]) -> None:
    """Train until the plan ends, the minutes are over or a signal arrives; save on the way and at the end."""
    begun = saved = time.monotonic()
    first, recent = trainer.step, deque[Progress](maxlen=100)
    for progress in tqdm(trainer.train(), initial=first, total=trainer.plan.steps, mininterval=30):
        recent.append(progress)
        now = time.monotonic()
        if progress.step % REPORT == 0:
            _report(recent, (progress.step - first) * trainer.plan.batch / (now - begun))
        if now - saved > every:
            trainer.save(out / CHECKPOINT)
            saved = now
        if stopped or now - begun > 60 * minutes:
            break
    trainer.save(out / CHECKPOINT)


def _report(recent: deque[Progress], speed: float) -> None:
    simple, variational = (fmean(getattr(p, term) for p in recent) for term in ("simple", "variational"))
    log.info(
        "step %d simple %.4f variational %.5f %.1f images/s", recent[-1].step, simple, variational, speed
    )


def main(
    out: Annotated[Path, typer.Option(help="Folder of the run: bank, plan, checkpoint.")],
    cache: Annotated[Path, typer.Option(help="Folder of the artwork archives.")] = artwork.DEFAULT_CACHE,
    preset: Annotated[str, typer.Option(help=f"One of {', '.join(PRESETS)}.")] = "small",
    images: Annotated[
        int, typer.Option(help="Pictures to see in all, and the span of the rate's decay.")
    ] = 150_000,
    batch: Annotated[int, typer.Option(help="Pictures a step.")] = 16,
    variety: Annotated[
        float, typer.Option(min=0, max=1, help="How far the drawings are moved and recoloured.")
    ] = 0.4,
    minutes: Annotated[float, typer.Option(help="Stop after so many, with a checkpoint.")] = 60.0,
    checkpoint_seconds: Annotated[float, typer.Option(help="Seconds between two checkpoints.")] = 120.0,
    scenes: Annotated[int, typer.Option(help="Pictures composed of each scene in each artwork.")] = 48,
    seed: Annotated[int, typer.Option(help="Seed of pictures, weights and noise.")] = 29,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 2,
    fetch: Annotated[bool, typer.Option(help="Fetch missing artwork from the npm registry first.")] = False,
) -> None:
    """Train the embedded model, or go on where the last run in this folder stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(threads)
    try:
        trainer = start(
            out, cache, preset_named(preset), Plan(images, batch, variety, seed=seed), scenes, device, fetch
        )
    except (ValueError, FileNotFoundError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    with stop_signals() as stopped:
        follow(trainer, out, minutes, checkpoint_seconds, stopped)


if __name__ == "__main__":
    typer.run(main)
