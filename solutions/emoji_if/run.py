"""What the folder of a training run holds: its plan, nouns, picture bank and checkpoint."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from solutions.emoji_if.data import artwork, bank, catalogue
from solutions.emoji_if.data.words import Noun
from solutions.emoji_if.model import preset_named
from solutions.emoji_if.training import Plan

PLAN, WORDS, BANK, CHECKPOINT = "plan.json", "nouns.json", "bank.safetensors", "checkpoint.pt"
FRESH = {"images": 150_000, "variety": 0.4}
"""What a plan says where neither the command nor `Plan` does otherwise."""
SUPERSAMPLING = 1.5


def settle_plan(out: Path, asked: Mapping[str, Any]) -> Plan:
    """Return the plan that the run in this folder has, or make it of what is asked and write it down.

    Raises ValueError when a setting is asked for that is not the plan's.
    """
    path = out / PLAN
    if not path.is_file():
        plan = _fresh_plan(asked)
        plan.write(path)
        return plan
    plan = Plan.read(path)
    for name, value in asked.items():
        if value != (planned := getattr(plan, name)):
            remedy = "leave the option out to go on as planned, or begin another run in another --out"
            raise ValueError(f"--{name} {value}, but {path} says {planned}; {remedy}")
    return plan


def _fresh_plan(asked: Mapping[str, Any]) -> Plan:
    plan = Plan(**{**FRESH, **asked})
    preset_named(plan.preset)
    catalogue.check(plan.vocabulary)
    return plan


def read_plan(out: Path) -> Plan:
    """Return the run's plan.  Raises FileNotFoundError naming the remedy."""
    if not (out / PLAN).is_file():
        raise FileNotFoundError(f"{out / PLAN} is missing; train first: python -m solutions.emoji_if.train")
    return Plan.read(out / PLAN)


def read_nouns(out: Path) -> tuple[Noun, ...]:
    """Return the run's nouns.  A folder that has none of its own is of a run on the chosen ones."""
    if not (out / WORDS).is_file():
        return catalogue.nouns_of(read_plan(out).vocabulary, artwork.DEFAULT_CACHE)
    entries = json.loads((out / WORDS).read_text(encoding="utf-8"))
    return tuple(Noun(e["phrase"], tuple(e["icons"]), e["weight"], tuple(e["synonyms"])) for e in entries)


def settle_nouns(out: Path, cache: Path) -> tuple[Noun, ...]:
    """Return the run's nouns: of the plan's vocabulary the first time, read from the run's folder later."""
    if not (out / WORDS).is_file():
        nouns = catalogue.nouns_of(read_plan(out).vocabulary, cache)
        text = json.dumps([asdict(noun) for noun in nouns], indent=1, ensure_ascii=False)
        (out / WORDS).write_text(text + "\n", encoding="utf-8")
    return read_nouns(out)


def settle_bank(
    out: Path, plan: Plan, nouns: Sequence[Noun], cache: Path, scenes: int = bank.SCENES
) -> bank.Bank:
    """Return the picture bank: built from the artwork the first time, read from the run's folder later."""
    path = out / BANK
    if not path.is_file():
        size = round(preset_named(plan.preset).image_size * SUPERSAMPLING)
        fresh = path.with_suffix(".part")
        bank.join(bank.build(artwork.load(cache), nouns, size, scenes, plan.seed)).save(fresh)
        os.replace(fresh, path)
    return bank.Bank.load(path)
