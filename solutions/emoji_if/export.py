"""`python -m solutions.emoji_if.export`: a run's averaged weights as an `IFPipeline` folder.

The U-Net is stored in half precision, which halves the folder; diffusers reads it as float32 again. The text
encoder is stored in float32, because transformers keeps the precision of the file and the two must agree.
"""

import copy
from pathlib import Path
from typing import Annotated

import torch
import typer
from diffusers import IFPipeline
from torch import nn

from solutions.emoji_if.captions import sentences
from solutions.emoji_if.model import build_pipeline, preset_named
from solutions.emoji_if.words import COURSE_PROMPTS, NOUNS

ASSET = Path("course/assets/emoji_if")


def export(pipeline: IFPipeline, averaged: nn.ModuleDict, folder: Path) -> None:
    """Save the pipeline with the averaged weights (entries `unet` and `text_encoder`) as safetensors."""
    weights = copy.deepcopy(averaged).to("cpu")
    parts = {"unet": weights["unet"].half(), "text_encoder": weights["text_encoder"]}
    halved = IFPipeline(**(pipeline.components | parts), requires_safety_checker=False)
    halved.save_pretrained(folder, safe_serialization=True)
    for path in folder.rglob("*.safetensors"):
        path.chmod(0o644)


def averaged_weights(run: Path, pipeline: IFPipeline) -> nn.ModuleDict:
    """Return the averaged weights of the run's checkpoint.  Raises FileNotFoundError if it has none."""
    checkpoint = run / "checkpoint.pt"
    if not checkpoint.is_file():
        raise FileNotFoundError(f"{checkpoint} is missing; train first: python -m solutions.emoji_if.train")
    averaged = nn.ModuleDict({"unet": pipeline.unet, "text_encoder": pipeline.text_encoder})
    averaged.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["averaged"])
    return averaged


def main(
    run: Annotated[Path, typer.Option(help="Folder of the training run.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")] = ASSET,
    preset: Annotated[str, typer.Option(help="The preset that the run was trained with.")] = "small",
) -> None:
    """Export the averaged weights of a run's last checkpoint."""
    try:
        pipeline = build_pipeline(preset_named(preset), [*sentences(NOUNS), *COURSE_PROMPTS])
        export(pipeline, averaged_weights(run, pipeline), out)
    except (ValueError, FileNotFoundError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


if __name__ == "__main__":
    typer.run(main)
