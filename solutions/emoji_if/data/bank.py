"""`python -m solutions.emoji_if.data.bank`: the picture bank, every drawing of every noun, once, as bytes.

The command renders it without training and prints how many pictures it holds, and their digest.
"""

import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from solutions.emoji_if.data import artwork, catalogue
from solutions.emoji_if.data.artwork import Artwork
from solutions.emoji_if.data.scenes import RECIPES
from solutions.emoji_if.data.words import Noun

FIELDS = ("pictures", "nouns", "arts")
SIZE, SCENES, SEED = 96, 48, 29


@dataclass(frozen=True)
class Bank:
    """Pictures with transparency, and for each the index of its noun and of its artwork set.

    pictures: (N, 4, S, S) uint8, RGBA.  nouns, arts: (N,) int64.
    """

    pictures: Tensor
    nouns: Tensor
    arts: Tensor

    def save(self, path: Path) -> None:
        """Write the bank as one safetensors file."""
        save_file({name: getattr(self, name) for name in FIELDS}, path)

    def digest(self) -> str:
        """Return the SHA-256 of the tensors' shapes and bytes: the same for the same pictures and indices."""
        digest = hashlib.sha256()
        for name in FIELDS:
            values = getattr(self, name).cpu().contiguous()
            digest.update(f"{name} {tuple(values.shape)}\n".encode())
            digest.update(memoryview(values.numpy()).cast("B"))
        return digest.hexdigest()

    @classmethod
    def load(cls, path: Path) -> "Bank":
        """Read a bank that `save` wrote."""
        return cls(**load_file(path))

    def to(self, device: torch.device | str) -> "Bank":
        """Return the bank with its pictures on the device; the indices stay on the CPU."""
        return Bank(self.pictures.to(device), self.nouns, self.arts)


def build(
    artworks: Sequence[Artwork], nouns: Sequence[Noun], size: int, scenes: int, seed: int
) -> Iterator[Bank]:
    """Yield a bank for each noun and artwork set; `join` makes them one.  A seed always gives the same.

    size: pixels a side.  scenes: how many pictures to compose of a noun that has a recipe, in each set.
    """
    for i, noun in enumerate(nouns):
        for j, art in enumerate(artworks):
            rng = random.Random(f"{seed} {noun.phrase} {art.name}")
            drawn = [_pixels(picture) for picture in _drawings(noun, art, size, scenes, rng)]
            if drawn:
                yield Bank(torch.stack(drawn), torch.full((len(drawn),), i), torch.full((len(drawn),), j))


def _pixels(picture: Image.Image) -> Tensor:
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)


def join(banks: Iterator[Bank]) -> Bank:
    """Return all the banks as one."""
    parts = list(banks)
    return Bank(*(torch.cat([getattr(part, name) for part in parts]) for name in FIELDS))


def _drawings(noun: Noun, art: Artwork, size: int, scenes: int, rng: random.Random) -> Iterator[Image.Image]:
    if noun.phrase in RECIPES:
        yield from (RECIPES[noun.phrase](art, rng, size) for _ in range(scenes))
    yield from (art.draw(icon, size) for icon in noun.icons if icon in art)


def main(
    cache: Annotated[Path, typer.Option(help="Folder of the archives from npm.")] = artwork.DEFAULT_CACHE,
    vocabulary: Annotated[
        list[str] | None, typer.Option(help=f"{' or '.join(catalogue.VOCABULARIES)}; both if left out.")
    ] = None,
    size: Annotated[int, typer.Option(min=1, help="Pixels a side.")] = SIZE,
    scenes: Annotated[int, typer.Option(min=0, help="Pictures composed of each scene in each set.")] = SCENES,
    seed: Annotated[int, typer.Option(help="Seed of the scenes.")] = SEED,
    fetch: Annotated[bool, typer.Option(help="Fetch missing archives from the npm registry first.")] = False,
) -> None:
    """Render the picture bank and print its digest; the same packages always give the same."""
    try:
        if fetch:
            artwork.fetch(cache)
        for name in vocabulary or catalogue.VOCABULARIES:
            begun = time.monotonic()
            nouns = catalogue.nouns_of(name, cache)
            made = join(build(artwork.load(cache), nouns, size, scenes, seed))
            seconds = time.monotonic() - begun
            typer.echo(
                f"{name}: {len(nouns)} nouns, {len(made.pictures)} pictures, {seconds:.0f} s, {made.digest()}"
            )
    except (ValueError, FileNotFoundError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


if __name__ == "__main__":
    typer.run(main)
