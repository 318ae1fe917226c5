"""The command `autograder judge`: how good the samples of a class-conditional model are."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.holding import HELD, held
from autograder.cli.terminal import SOMETHING_FAILED, console, progress, safe
from autograder.link.isolation import Isolation

if TYPE_CHECKING:
    from autograder.judge.verdict import Findings, Verdict

WEIGHTS = ".safetensors"


def judge(
    what: Annotated[
        Path, typer.Argument(help="Weights for the reference's code, a submission, or a folder of them.")
    ],
    out: Annotated[Path | None, typer.Option(help="Where to write judged.json and samples.png.")] = None,
    each: Annotated[int, typer.Option(min=1, max=500, help="Samples of each digit.")] = 4,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="The share below which it fails.")] = 0.9,
    num_ts: Annotated[int, typer.Option(min=1, max=1000, help="Steps of the noise schedule.")] = 300,
    guidance: Annotated[float, typer.Option(help="The guidance scale γ.")] = 5.0,
    flow: Annotated[bool, typer.Option("--flow", help="Judge flow matching (X 2), not B 2.6.")] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**40, help="Seed of the noise.")] = 29,
    device: Annotated[str | None, typer.Option(help="Where the reference samples: cpu or cuda.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="Time for one submission, on the CPU.")] = 1800.0,
    isolation: Annotated[Isolation, typer.Option(help=HELD)] = Isolation.SANDBOX,
    trusted: Annotated[bool, typer.Option("--i-trust-this-code", help="Allow --isolation process.")] = False,
) -> None:
    """Judge class-conditional samples: is it the digit asked for, and how far are they from real ones?"""
    from autograder.judge import candidates, verdict
    from autograder.judge.judge import Judge
    from autograder.judge.sampling import Kind, Order
    from course.toolkit.devices import best_device, find_device

    order = Order(each, num_ts, guidance, seed, Kind.FLOW if flow else Kind.DDPM)
    if what.suffix == WEIGHTS:
        place = find_device(device) if device else best_device()
        found = [candidates.reference_with(what, order, place)]
    else:
        found = candidates.submitted(what, order, seconds, held(isolation, trusted=trusted))
    the_judge, failed = Judge.load(), False
    for candidate in found:
        with progress() as bars:
            watch = partial(bars.track, description=candidate.name)
            reached = verdict.reach(candidate, order.labels, the_judge, watch)
        _show(reached)
        if out is not None:
            verdict.write(reached, out / reached.name if len(found) > 1 else out)
        failed |= reached.share < at_least
    if failed:
        raise typer.Exit(SOMETHING_FAILED)


def _show(verdict: "Verdict") -> None:
    console.print(f"[bold]{safe(verdict.name)}[/]  {verdict.seconds:g} s")
    if verdict.findings:
        _show_findings(verdict.findings)
    for remark in verdict.remarks:
        console.print(f"  [yellow]![/] {safe(remark)}")


def _show_findings(findings: "Findings") -> None:
    scores = findings.scores
    counts = "  ".join(
        f"{d}: {r}/{n}" for d, (r, n) in enumerate(zip(scores.right, scores.asked, strict=True))
    )
    console.print(f"  {scores.share:.1%} of {sum(scores.asked)} samples are the digit asked for")
    console.print(f"  {counts}")
    console.print(
        f"  Fréchet distance to MNIST's test set: {findings.distance:.3g}; so few perfect samples would have "
        f"about {findings.beside:.3g}"
    )
