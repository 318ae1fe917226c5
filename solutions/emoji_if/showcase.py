"""`python -m solutions.emoji_if.showcase --work FOLDER`: the best anagrams and hybrids of a few seeds."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Tensor
from tqdm import tqdm  # type: ignore[import-untyped]

from course.toolkit import figures, pretrained
from solutions.emoji_if.evaluate import PAIRS
from solutions.emoji_if.evaluation.classifier import WEIGHTS, Classifier
from solutions.emoji_if.evaluation.generation import Maker
from solutions.emoji_if.evaluation.kept import Kept, digest
from solutions.emoji_if.export import ASSET
from solutions.part_a.s1_8_anagrams import rotate_180
from solutions.part_a.s1_9_hybrids import from_afar, low_pass

HYBRIDS = (
    ("waterfalls", "a skull"),
    ("a snowy mountain village", "a dog"),
    ("a man wearing a hat", "a rocket ship"),
    ("the amalfi coast", "a cat"),
    ("people around a campfire", "a skull"),
    ("a pizza", "a panda"),
    ("a sunflower", "a lion"),
    ("a watermelon", "a ball"),
)
PICTURE = Path(__file__).with_name("showcase.png")


@dataclass(frozen=True)
class Best:
    """The best picture of a pair, and how to get it again: the `index`-th of a batch from that seed.

    kind: "anagram" (the second upside down) or "hybrid" (the second from afar).  log_odds: of both readings.
    """

    kind: str
    first: str
    second: str
    seed: int
    index: int
    count: int
    log_odds: tuple[float, float]


@dataclass(frozen=True)
class Chooser:
    """Makes the pictures of a pair that were not made before, and chooses among them."""

    maker: Maker
    kept: Kept
    classifier: Classifier
    bar: tqdm

    def plainest(
        self, kind: str, make: Callable[[str, str], Tensor], pairs: Sequence[tuple[str, str]], most: int
    ) -> list[tuple[Best, Tensor]]:
        """Return the best picture of the `most` pairs that can be read most plainly, plainest first."""
        found = [self.best(kind, make, pair) for pair in pairs]
        return sorted(found, key=lambda one: -min(one[0].log_odds))[:most]

    def best(
        self, kind: str, make: Callable[[str, str], Tensor], pair: tuple[str, str]
    ) -> tuple[Best, Tensor]:
        """Return the picture (1, 3, H, W) whose less plain reading is the plainest, and what it is."""
        pictures = self.kept.made(f"{kind}: {' / '.join(pair)}", partial(make, *pair))
        self.bar.update()
        other = rotate_180(pictures) if kind == "anagram" else blurred(pictures)
        odds = torch.stack(
            [self.classifier.log_odds(pictures, pair[0]), self.classifier.log_odds(other, pair[1])]
        )
        chosen = int(odds.amin(0).argmax())
        first, second = odds[:, chosen].tolist()
        found = Best(kind, *pair, self.maker.seed, chosen, self.maker.count, (first, second))
        return found, pictures[chosen : chosen + 1]


def blurred(pictures: Tensor) -> Tensor:
    """Return what is seen of hybrids from afar, at their full size."""
    side = pictures.shape[-1]
    return low_pass(pictures, side // 2 + 1, side / 32)


def shown(found: Sequence[tuple[Best, Tensor]]) -> Iterator[tuple[list[Tensor], str]]:
    """Yield a row of two pictures for each, with its label."""
    for one, picture in found:
        seen = rotate_180(picture) if one.kind == "anagram" else from_afar(picture)
        way = "upside down" if one.kind == "anagram" else "from afar"
        yield [picture, seen], f"{one.first} / {way} {one.second}"


def main(
    work: Annotated[Path, typer.Option(help="Folder that keeps the pictures; a stopped run goes on there.")],
    model: Annotated[Path, typer.Option(help="IFPipeline folder.")] = ASSET,
    out: Annotated[Path, typer.Option(help="PNG to write; a JSON with the seeds goes beside it.")] = PICTURE,
    count: Annotated[int, typer.Option(min=1, help="Pictures of each pair to choose from.")] = 8,
    most: Annotated[int, typer.Option(min=1, help="Anagrams, and hybrids, to show.")] = 4,
    seed: Annotated[int, typer.Option(help="Seed of every pair's pictures.")] = 29,
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 2,
) -> None:
    """Make anagrams and hybrids of many pairs, and show the plainest of each."""
    torch.set_num_threads(threads)
    try:
        classifier = Classifier.load(WEIGHTS)
        maker = Maker(pretrained.load(model, dtype=torch.float32), count, seed)
        kept = Kept.of(work, f"{digest(model)} count {count} seed {seed}")
    except (ValueError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    with tqdm(total=len(PAIRS) + len(HYBRIDS), desc="pairs") as bar:
        chooser = Chooser(maker, kept, classifier, bar)
        chosen = chooser.plainest("anagram", maker.anagram, PAIRS, most)
        chosen += chooser.plainest("hybrid", maker.hybrid, HYBRIDS, most)
    rows, labels = zip(*shown(chosen), strict=True)
    figures.save(figures.grid(rows, rows=labels, title="The best of a few seeds"), out)
    out.with_suffix(".json").write_text(json.dumps([asdict(one) for one, _ in chosen], indent=2) + "\n")


if __name__ == "__main__":
    typer.run(main)
