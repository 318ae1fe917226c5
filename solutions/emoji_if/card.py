"""`python -m solutions.emoji_if.card`: what the last evaluation found, put into the model card."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from solutions.emoji_if.evaluate import FRAMED, PAIRS, REPORT
from solutions.emoji_if.evaluation.kept import digest
from solutions.emoji_if.export import ASSET

CARD = Path(__file__).with_name("model_card.md")
BEGIN, END = "<!-- evaluation: begin -->", "<!-- evaluation: end -->"


def section(found: Mapping[str, Any]) -> str:
    """Return the card's section on an evaluation, as `Evaluation.save` wrote it."""
    return "\n".join([*_table(found), "", *_prompts(found), "", *_nouns(found)])


def _table(found: Mapping[str, Any]) -> Iterator[str]:
    distance, diversity, count = found["frechet"], found["diversity"], found["count"]
    yield "| measured | found |"
    yield "|---|---|"
    asked = f"{len(found['nouns'])} nouns × {count} pictures"
    yield f"| prompt fidelity, {asked} | {_fidelity(found['fidelity'])} |"
    yield (
        f"| squared Fréchet distance of their features to drawings' | {distance['distance']:.1f}; "
        f"so few drawings themselves would have {distance['beside']:.1f} |"
    )
    yield (
        f"| mean distance between the pictures of one prompt | {diversity['generated']:.2f}; "
        f"between drawings of one noun {diversity['drawn']:.2f} |"
    )
    yield f"| the same with DDIM, every fourth noun | {_fidelity(found['ddim'])} |"
    yield f"| inpainting within a frame, {len(FRAMED)} nouns | {_fidelity(found['inpainting'])} |"
    yield (
        f"| anagrams, {len(PAIRS)} pairs × {count} pictures: both readings among the first five | "
        f"{found['anagrams']['both']:.0%} |"
    )
    yield f"| the classifier itself, on held-out drawings | {found['accuracy']:.1%} told right |"


def _fidelity(found: Mapping[str, float]) -> str:
    return f"top-1 {found['top_1']:.0%}, top-5 {found['top_5']:.0%}"


def _prompts(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"| the course's prompt | its noun comes first, of {found['count']} |"
    yield "|---|---|"
    for prompt, hits in found["prompts"].items():
        yield f"| “{prompt}” | {hits} |"


def _nouns(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the vocabulary, best first."""
    by_hits: dict[int, list[str]] = {}
    for noun, hits in found["nouns"].items():
        by_hits.setdefault(hits, []).append(noun)
    for hits in sorted(by_hits, reverse=True):
        yield f"- first in {hits} of {found['count']}: {', '.join(by_hits[hits])}"


def updated(card: str, found: Mapping[str, Any]) -> str:
    """Return the card with its section on the evaluation replaced."""
    head, rest = card.split(BEGIN)
    return f"{head}{BEGIN}\n{section(found)}\n{END}{rest.split(END)[1]}"


def main() -> None:
    """Put the last evaluation into the model card; an evaluation of another model is refused."""
    found = json.loads(REPORT.read_text(encoding="utf-8"))
    if found["model"] != digest(ASSET):
        typer.echo(
            f"{REPORT.name} is about another model than {ASSET}; run `python -m solutions.emoji_if.evaluate`",
            err=True,
        )
        raise typer.Exit(2)
    CARD.write_text(updated(CARD.read_text(encoding="utf-8"), found), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
