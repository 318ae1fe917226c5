"""`python -m solutions.emoji_if.export`: a run's averaged weights as an `IFPipeline` folder.

The U-Net is stored in half precision, which halves the folder; diffusers reads it as float32 again. The text
encoder is stored in float32, because transformers keeps the precision of the file and the two must agree.
"""

import copy
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import torch
import typer
from diffusers import IFPipeline
from torch import nn

from course.toolkit.vocabulary import RELATED
from solutions.emoji_if import run
from solutions.emoji_if.data import artwork
from solutions.emoji_if.data.captions import sentences
from solutions.emoji_if.data.related import related_words
from solutions.emoji_if.data.words import COURSE_PROMPTS
from solutions.emoji_if.model import build_pipeline, preset_named

ASSET = Path("course/assets/emoji_if")
LARGEST_SHARD = "10MB"


def export(
    pipeline: IFPipeline,
    averaged: nn.ModuleDict,
    folder: Path,
    related: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Save the pipeline with the averaged weights (entries `unet` and `text_encoder`) as safetensors.

    related: what the model is near to where it does not know a word, see `data.related`.  The folder is
    replaced as a whole, so that it never holds pieces of two models.
    """
    weights = copy.deepcopy(averaged).to("cpu")
    parts = {"unet": weights["unet"].half(), "text_encoder": weights["text_encoder"]}
    halved = IFPipeline(**(pipeline.components | parts), requires_safety_checker=False)
    fresh = folder.with_name(f"{folder.name}.part")
    halved.save_pretrained(fresh, safe_serialization=True, max_shard_size=LARGEST_SHARD)
    for path in fresh.rglob("*.safetensors"):
        path.chmod(0o644)
    text = json.dumps(dict(related or {}), ensure_ascii=False, indent=0, sort_keys=True)
    (fresh / RELATED).write_text(text + "\n", encoding="utf-8")
    if (folder / "model_index.json").is_file():
        shutil.rmtree(folder)
    fresh.rename(folder)


def trained(folder: Path) -> tuple[IFPipeline, nn.ModuleDict]:
    """Return the pipeline that a run's plan describes, and its averaged weights.

    Raises FileNotFoundError where the folder lacks one of them.
    """
    preset = preset_named(run.read_plan(folder).preset)
    pipeline = build_pipeline(preset, [*sentences(run.read_nouns(folder)), *COURSE_PROMPTS])
    return pipeline, averaged_weights(folder, pipeline)


def averaged_weights(folder: Path, pipeline: IFPipeline) -> nn.ModuleDict:
    """Return the averaged weights of the run's checkpoint.  Raises FileNotFoundError if it has none."""
    checkpoint = folder / run.CHECKPOINT
    if not checkpoint.is_file():
        raise FileNotFoundError(f"{checkpoint} is missing; train first: python -m solutions.emoji_if.train")
    averaged = nn.ModuleDict({"unet": pipeline.unet, "text_encoder": pipeline.text_encoder})
    averaged.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["averaged"])
    return averaged


def main(
    folder: Annotated[Path, typer.Option("--run", help="Folder of the training run.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")] = ASSET,
    cache: Annotated[Path, typer.Option(help="Folder of the archives from npm.")] = artwork.DEFAULT_CACHE,
    fetch: Annotated[bool, typer.Option(help="Fetch missing archives from the npm registry first.")] = False,
) -> None:
    """Export the averaged weights of a run's last checkpoint."""
    try:
        if fetch:
            artwork.fetch(cache)
        pipeline, averaged = trained(folder)
        export(pipeline, averaged, out, related_words(run.read_nouns(folder), cache))
    except (ValueError, FileNotFoundError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


if __name__ == "__main__":
    typer.run(main)
