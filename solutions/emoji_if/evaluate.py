"""`python -m solutions.emoji_if.evaluate --work FOLDER`: measure the embedded model, or go on measuring.

A classifier that knows the artwork (`evaluation.train`) says what the generated pictures show.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Tensor
from tqdm import tqdm  # type: ignore[import-untyped]

from course.toolkit import pretrained
from solutions.emoji_if.data.words import COURSE_PROMPTS
from solutions.emoji_if.evaluation.classifier import WEIGHTS, Classifier
from solutions.emoji_if.evaluation.generation import Maker
from solutions.emoji_if.evaluation.kept import Kept, digest
from solutions.emoji_if.evaluation.scores import Anagrams, Distance, Diversity, Fidelity, diversity, hits
from solutions.emoji_if.export import ASSET
from solutions.part_a.s1_8_anagrams import rotate_180

PAIRS = (
    ("an old man", "people around a campfire"),
    ("a pencil", "a rocket ship"),
    ("a snowy mountain village", "the amalfi coast"),
    ("waterfalls", "a snowy mountain village"),
    ("a skull", "a house"),
    ("a dog", "a cat"),
    ("a cat", "a panda"),
    ("a penguin", "a rabbit"),
    ("a mushroom", "an ice cream"),
    ("a tree", "a carrot"),
    ("an owl", "a bear"),
    ("an apple", "a pumpkin"),
)
FRAMED = ("a dog", "a skull", "a rocket ship", "a cat", "a house", "a pizza", "a sunflower", "a robot")
MOST = 200
"""Nouns to ask for, if the classifier knows more: the first, which are the common ones."""
DDIM_EVERY = 4
"""DDIM is asked for every so many-th noun."""
REPORT = Path(__file__).with_name("evaluation.json")


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation finds, and what with. prompts, nouns: how many of `count` pictures came first."""

    model: str
    accuracy: float
    seed: int
    count: int
    precise: bool
    fidelity: Fidelity
    frechet: Distance
    diversity: Diversity
    ddim: Fidelity
    inpainting: Fidelity
    anagrams: Anagrams
    prompts: dict[str, int]
    nouns: dict[str, int]

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Examiner:
    """Has pictures made that were not made before, and tells the bar of each request."""

    classifier: Classifier
    kept: Kept
    bar: tqdm

    def ask(self, make: Callable[..., Tensor], *prompts: str) -> Tensor:
        """Return the pictures (count, 3, H, W) that one of the `Maker`'s methods makes of the prompts."""
        pictures = self.kept.made(f"{make.__name__}: {' / '.join(prompts)}", partial(make, *prompts))
        self.bar.update()
        return pictures

    def places(self, pictures: Tensor, phrase: str) -> Tensor:
        """Return the places (count,), from 1, that the classifier gives the phrase in each picture."""
        return self.classifier.ranks(pictures, [phrase] * len(pictures))

    def placed(self, make: Callable[..., Tensor], phrases: Sequence[str]) -> Tensor:
        """Return the places of all phrases in the pictures made of them."""
        return torch.cat([self.places(self.ask(make, phrase), phrase) for phrase in phrases])

    def anagrams(self, make: Callable[..., Tensor], pairs: Sequence[tuple[str, str]]) -> Anagrams:
        """Return how many anagrams can be read both ways."""
        made = [(self.ask(make, *pair), pair) for pair in pairs]
        upright = torch.cat([self.places(pictures, first) for pictures, (first, _) in made])
        turned = torch.cat([self.places(rotate_180(pictures), second) for pictures, (_, second) in made])
        return Anagrams.of(upright, turned)


def noun_in(prompt: str, nouns: Sequence[str]) -> str | None:
    """Return the longest of the phrases that a prompt ends with; None where it ends with none."""
    return max((noun for noun in nouns if prompt.endswith(noun)), key=len, default=None)


def requests(nouns: Sequence[str], prompts: Sequence[str]) -> int:
    """Return how many requests an evaluation has."""
    return len(nouns) + len(nouns[::DDIM_EVERY]) + len(FRAMED) + len(PAIRS) + len(prompts)


def evaluate(maker: Maker, classifier: Classifier, kept: Kept, model: str, bar: tqdm) -> Evaluation:
    """Return what is found of a model; `model` is its digest."""
    examiner, nouns = Examiner(classifier, kept, bar), classifier.nouns[:MOST]
    asked = {prompt: noun for prompt in COURSE_PROMPTS if (noun := noun_in(prompt, classifier.nouns))}
    made = {noun: examiner.ask(maker.guided, noun) for noun in nouns}
    places = {noun: examiner.places(pictures, noun) for noun, pictures in made.items()}
    features = [classifier.features(pictures) for pictures in made.values()]
    own = {prompt: examiner.places(examiner.ask(maker.guided, prompt), asked[prompt]) for prompt in asked}
    return Evaluation(
        model=model,
        accuracy=classifier.accuracy,
        seed=maker.seed,
        count=maker.count,
        precise=maker.precise,
        fidelity=Fidelity.of(torch.cat(list(places.values()))),
        frechet=Distance.of(torch.cat(features), classifier.reference, maker.seed),
        diversity=Diversity(diversity(features), classifier.diversity),
        ddim=Fidelity.of(examiner.placed(maker.ddim, nouns[::DDIM_EVERY])),
        inpainting=Fidelity.of(examiner.placed(maker.inpainted, FRAMED)),
        anagrams=examiner.anagrams(maker.anagram, PAIRS),
        prompts={prompt: hits(ranks.tolist()) for prompt, ranks in own.items()},
        nouns={noun: hits(ranks.tolist()) for noun, ranks in places.items()},
    )


def main(
    work: Annotated[Path, typer.Option(help="Folder that keeps the pictures; a stopped run goes on there.")],
    model: Annotated[Path, typer.Option(help="IFPipeline folder.")] = ASSET,
    out: Annotated[Path, typer.Option(help="JSON to write.")] = REPORT,
    classifier: Annotated[Path, typer.Option(help="File of the classifier.")] = WEIGHTS,
    count: Annotated[int, typer.Option(min=2, help="Pictures a prompt.")] = 4,
    seed: Annotated[int, typer.Option(help="Seed of every prompt's pictures.")] = 29,
    device: Annotated[str | None, typer.Option(help="cpu, cuda or mps; else the best.")] = None,
    precise: Annotated[bool, typer.Option(help="float32 even where bfloat16 is faster.")] = False,
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 2,
) -> None:
    """Ask for pictures of every noun, and have the classifier say what they show."""
    torch.set_num_threads(threads)
    try:
        judge = Classifier.load(classifier)
        maker = Maker(pretrained.load(model, device=device, dtype=torch.float32), count, seed, precise)
        whole = digest(model)
        kept = Kept.of(work, f"{whole} count {count} seed {seed} precise {precise}")
    except (ValueError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    prompts = [prompt for prompt in COURSE_PROMPTS if noun_in(prompt, judge.nouns)]
    with tqdm(total=requests(judge.nouns[:MOST], prompts), desc="prompts", mininterval=1) as bar:
        found = evaluate(maker, judge, kept, whole, bar)
    found.save(out)
    typer.echo(f"top-1 {found.fidelity.top_1:.1%}, top-5 {found.fidelity.top_5:.1%}; more in {out}")


if __name__ == "__main__":
    typer.run(main)
