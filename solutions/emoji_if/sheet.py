"""`python -m solutions.emoji_if.sheet`: the model's pictures of the course's twelve prompts, on one page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import torch
import typer
from diffusers import IFPipeline
from PIL import Image, ImageDraw

from solutions.emoji_if.data.words import COURSE_PROMPTS

MARGIN = 6
LABEL = 14


def generate(
    pipeline: IFPipeline, prompt: str, count: int, seed: int, steps: int, gamma: float
) -> list[Image.Image]:
    """Return pictures of the prompt, drawn by the pipeline itself with guidance gamma in so many steps."""
    made = pipeline(
        prompt,
        num_inference_steps=steps,
        guidance_scale=gamma,
        num_images_per_prompt=count,
        generator=torch.Generator().manual_seed(seed),
        clean_caption=False,
    )
    return list(made.images)


def sheet(rows: Sequence[tuple[str, Sequence[Image.Image]]], side: int, columns: int = 2) -> Image.Image:
    """Return one page: the pictures, enlarged to side × side, under their prompts, in so many columns."""
    lines = -(-len(rows) // columns)
    width, height = MARGIN + max(len(images) for _, images in rows) * side, LABEL + side + MARGIN
    page = Image.new("RGB", (columns * width + MARGIN, lines * height + MARGIN), "white")
    pen = ImageDraw.Draw(page)
    for i, (prompt, images) in enumerate(rows):
        x, y = MARGIN + i // lines * width, MARGIN + i % lines * height
        pen.text((x, y), f'"{prompt}"', fill="black")
        for j, image in enumerate(images):
            page.paste(image.resize((side, side), Image.Resampling.NEAREST), (x + j * side, y + LABEL))
    return page


def main(
    out: Annotated[Path, typer.Option(help="PNG to write.")],
    model: Annotated[Path, typer.Option(help="IFPipeline folder.")] = Path("course/assets/emoji_if"),
    count: Annotated[int, typer.Option(help="Pictures a prompt.")] = 6,
    steps: Annotated[int, typer.Option(help="Inference steps.")] = 34,
    gamma: Annotated[float, typer.Option(help="Guidance scale.")] = 7.0,
    seed: Annotated[int, typer.Option(help="Seed.")] = 29,
    side: Annotated[int, typer.Option(help="Pixels a side of a picture on the sheet.")] = 64,
    prompts: Annotated[list[str] | None, typer.Option(help="Other prompts than the course's.")] = None,
) -> None:
    """Draw the contact sheet."""
    pipeline = IFPipeline.from_pretrained(model, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    rows = [(p, generate(pipeline, p, count, seed, steps, gamma)) for p in prompts or COURSE_PROMPTS]
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet(rows, side).quantize(192).save(out, optimize=True)


if __name__ == "__main__":
    typer.run(main)
