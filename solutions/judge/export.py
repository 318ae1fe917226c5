"""`python -m solutions.judge.export --run … --data … --out …`: a trained judge as committed files."""

from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import save_file
from torch import Tensor

from course.toolkit.digits import Digits, load_digits
from solutions.judge.network import JudgeNetwork
from solutions.judge.train import CHECKPOINT
from solutions.judge.training import answers

WEIGHTS, REFERENCE = "judge.safetensors", "mnist_test.safetensors"
PREFIX = "module."


def halved(run: Path) -> dict[str, Tensor]:
    """Return the averaged weights of a run in half precision, as `JudgeNetwork` names them."""
    averaged = torch.load(run / CHECKPOINT, map_location="cpu", weights_only=True)["averaged"]
    named = {name.removeprefix(PREFIX): held for name, held in averaged.items() if name.startswith(PREFIX)}
    return {
        name: (held.half() if held.is_floating_point() else held).contiguous() for name, held in named.items()
    }


def network_of(weights: dict[str, Tensor]) -> JudgeNetwork:
    """Return the network that computes in float32 with the weights in half precision."""
    network = JudgeNetwork()
    network.load_state_dict({n: h.float() if h.is_floating_point() else h for n, h in weights.items()})
    return network.eval()


@torch.no_grad()
def statistics(network: JudgeNetwork, digits: Digits) -> dict[str, Tensor]:
    """Return the mean (F,) and the covariance (F, F) of the digits' features in float64, and their count."""
    features = torch.cat([network.features(some) for some in torch.split(digits.images, 1_000)]).double()
    count = torch.tensor(len(digits.images))
    return {"mean": features.mean(0), "covariance": torch.cov(features.T).contiguous(), "count": count}


def accuracy(network: JudgeNetwork, digits: Digits) -> float:
    """Return the share of digits told right."""
    told = torch.cat([logits.argmax(1) for logits in answers(network, digits.images)])
    return float((told == digits.labels).double().mean())


def main(
    run: Annotated[Path, typer.Option(help="Folder of the run.")],
    out: Annotated[Path, typer.Option(help="Folder for the two files, autograder/judge.")],
    data: Annotated[Path | None, typer.Option(help="Folder of MNIST; else COURSE_DATA.")] = None,
) -> None:
    """Write the judge's weights and the statistics of MNIST's test set; say what share it tells right."""
    try:
        weights, test = halved(run), load_digits(data, train=False)
        if test.source != "MNIST":
            raise ValueError(f"the statistics are those of MNIST, not of {test.source}; name it with --data")
    except (ValueError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    network = network_of(weights)
    save_file(weights, out / WEIGHTS)
    save_file(statistics(network, test), out / REFERENCE)
    typer.echo(f"{accuracy(network, test):.2%} of the test set's digits are told right")


if __name__ == "__main__":
    typer.run(main)
