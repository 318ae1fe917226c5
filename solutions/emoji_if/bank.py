"""The picture bank: every drawing of every noun, rendered once, held in memory as bytes."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from solutions.emoji_if.artwork import Artwork
from solutions.emoji_if.scenes import RECIPES
from solutions.emoji_if.words import Noun


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
        save_file({"pictures": self.pictures, "nouns": self.nouns, "arts": self.arts}, path)

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
    fields = ("pictures", "nouns", "arts")
    return Bank(*(torch.cat([getattr(part, field) for part in parts]) for field in fields))


def _drawings(noun: Noun, art: Artwork, size: int, scenes: int, rng: random.Random) -> Iterator[Image.Image]:
    if noun.phrase in RECIPES:
        yield from (RECIPES[noun.phrase](art, rng, size) for _ in range(scenes))
    yield from (art.draw(icon, size) for icon in noun.icons if icon in art)
