"""`python -m solutions.emoji_if.evaluation.train`: train the classifier on a training run's own drawings.

It meets them moved, turned and recoloured further than the model did, and worn as samplers wear them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Generator, Tensor
from torch.nn.functional import cross_entropy, interpolate
from tqdm import tqdm  # type: ignore[import-untyped]

from course.toolkit.frechet import Gaussian
from solutions.emoji_if import run
from solutions.emoji_if.data.augment import Augment
from solutions.emoji_if.data.bank import Bank
from solutions.emoji_if.data.captions import Captioner
from solutions.emoji_if.data.words import Noun
from solutions.emoji_if.evaluation.classifier import WEIGHTS, Classifier, Network
from solutions.emoji_if.evaluation.scores import diversity
from solutions.emoji_if.model import preset_named

OTHER = Augment(scale=(0.6, 1.0), shift=0.12, turn=15.0, hue=20.0, white=0.5)
BATCH, RATE, DECAY, SMOOTHING = 64, 3e-3, 0.02, 0.05
COARSEST, NOISIEST = 0.3, 0.25
"""Share of the pixels a side that the most blurred pictures keep; standard deviation of the most noise."""
HELD_OUT = 4_000


class Drawings:
    """Draws batches of pictures and the index of the noun that each shows, every noun as often."""

    def __init__(self, bank: Bank, nouns: Sequence[Noun], size: int, seed: int) -> None:
        even = [Noun(noun.phrase, noun.icons) for noun in nouns]
        self.captioner = Captioner(bank, even, OTHER, size)
        self.generator = Generator().manual_seed(seed)

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """Return (count, 3, size, size) in [-1, 1] and the nouns' indices (count,)."""
        return self.captioner.draw_nouns(count, self.generator)


def wear(pictures: Tensor, generator: Generator) -> Tensor:
    """Return the pictures as imperfect samplers leave them: a quarter blurred, a quarter noisy.

    pictures: (N, 3, H, W) in [-1, 1], in any order.
    """
    quarter = len(pictures) // 4
    blurred, noisy, kept = pictures[:quarter], pictures[quarter : 2 * quarter], pictures[2 * quarter :]
    side = pictures.shape[-1]
    size = int(torch.randint(round(COARSEST * side), side + 1, (), generator=generator))
    coarse = interpolate(blurred, size=(size, size), mode="area")
    blurred = interpolate(coarse, size=pictures.shape[2:], mode="bicubic", align_corners=False)
    sigma = NOISIEST * torch.rand((len(noisy), 1, 1, 1), generator=generator)
    noisy = noisy + sigma * torch.randn(noisy.shape, generator=generator)
    return torch.cat([blurred, noisy, kept]).clamp(-1, 1)


def train(network: Network, drawings: Drawings, steps: int) -> Iterator[float]:
    """Train for so many steps of 64 pictures, yielding every step's loss."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, cycle_momentum=False)
    network.train()
    for _ in range(steps):
        pictures, nouns = drawings.draw(BATCH)
        logits = network(wear(pictures, drawings.generator))
        loss = cross_entropy(logits, nouns, label_smoothing=SMOOTHING)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        yield loss.item()


@torch.no_grad()
def finished(network: Network, nouns: Sequence[Noun], held_out: Drawings) -> Classifier:
    """Return the classifier with its accuracy on drawings it has not met, and with their statistics."""
    network.eval()
    batches = [held_out.draw(100) for _ in range(HELD_OUT // 100)]
    features = torch.cat([network.features(pictures) for pictures, _ in batches])
    meant = torch.cat([shown for _, shown in batches])
    accuracy = float((network.head(features).argmax(1) == meant).double().mean())
    alike = [features[meant == i] for i in range(len(nouns))]
    spread = diversity(group for group in alike if len(group) > 1)
    return Classifier(network, tuple(noun.phrase for noun in nouns), Gaussian.of(features), accuracy, spread)


def main(
    folder: Annotated[Path, typer.Option("--run", help="Folder of the model's training run.")],
    out: Annotated[Path, typer.Option(help="File to write.")] = WEIGHTS,
    steps: Annotated[int, typer.Option(help="Steps of 64 pictures.")] = 1_500,
    seed: Annotated[int, typer.Option(help="Seed of weights and pictures.")] = 30,
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 1,
) -> None:
    """Train the classifier, try it on held-out drawings, and write it down."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    try:
        nouns, size = run.read_nouns(folder), preset_named(run.read_plan(folder).preset).image_size
        pictures = Bank.load(folder / run.BANK)
    except FileNotFoundError as error:
        typer.echo(f"{error}; `python -m solutions.emoji_if.train` makes a run", err=True)
        raise typer.Exit(2) from error
    network = Network(len(nouns))
    losses = train(network, Drawings(pictures, nouns, size, seed), steps)
    for loss in (bar := tqdm(losses, total=steps)):
        bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
    made = finished(network, nouns, Drawings(pictures, nouns, size, seed + 1))
    made.save(out)
    typer.echo(f"{made.accuracy:.1%} of {HELD_OUT} held-out drawings are told right")


if __name__ == "__main__":
    typer.run(main)
