"""`python -m solutions.judge.train --data … --out …`: train the judge, or go on where a run stopped."""

import json
import logging
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import torch
import typer

from course.toolkit.digits import load_digits
from solutions.judge.training import Plan, Trainer

CHECKPOINT, PLAN = "checkpoint.pt", "plan.json"
log = logging.getLogger("judge")


def settle_plan(out: Path, plan: Plan) -> Plan:
    """Return the plan the run was started with, or write this one down if it is the first."""
    path = out / PLAN
    if not path.is_file():
        path.write_text(json.dumps(asdict(plan), indent=2))
    return replace(plan, **json.loads(path.read_text()))


def start(data: Path | None, out: Path, plan: Plan) -> Trainer:
    """Return a trainer ready to go on, at the last checkpoint in the folder `out` if it has one.

    Raises ValueError where the data are not MNIST.
    """
    digits = load_digits(data, train=True)
    if digits.source != "MNIST":
        raise ValueError(
            f"the judge is trained on MNIST, not on {digits.source}; name its folder with --data"
        )
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(digits, settle_plan(out, plan))
    if (out / CHECKPOINT).is_file():
        trainer.restore(out / CHECKPOINT)
    return trainer


def main(
    out: Annotated[Path, typer.Option(help="Folder of the run: plan, checkpoint.")],
    data: Annotated[Path | None, typer.Option(help="Folder of MNIST; else COURSE_DATA.")] = None,
    epochs: Annotated[int, typer.Option(help="Epochs of a new run.")] = Plan.epochs,
    seed: Annotated[
        int, typer.Option(help="Seed of weights, order, warps and the held-out digits.")
    ] = Plan.seed,
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 1,
) -> None:
    """Train the judge; a run that was stopped goes on after its last whole epoch."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(threads)
    try:
        trainer = start(data, out, Plan(epochs=epochs, seed=seed))
    except (ValueError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    for progress in trainer.train():
        trainer.save(out / CHECKPOINT)
        log.info(
            "epoch %d: loss %.4f, held out %.2f %%", progress.epoch, progress.loss, 100 * progress.held_out
        )


if __name__ == "__main__":
    typer.run(main)
