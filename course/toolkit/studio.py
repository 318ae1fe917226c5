"""The table at which a section's `demo` works: a model, a seed, pictures, and somebody watching."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course.toolkit import images, seeds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from course.toolkit.pretrained import Pretrained

Watch = Callable[[Iterable[Tensor], int, str], Iterable[Tensor]]


def unwatched(loop: Iterable[Tensor], total: int, label: str) -> Iterable[Tensor]:
    """Return the loop as it is, the choice of those who want no progress bar."""
    return loop


@dataclass(frozen=True)
class Exhibit:
    """One thing that a demo shows: a figure, or the frames of an animation."""

    name: str
    """Its file name without the ending: "steps"."""
    caption: str
    """What to see in it, in a sentence or two."""
    content: "Figure | Sequence[Tensor]"
    """A matplotlib Figure, or frames of shape (3, H, W) in [-1, 1]."""


@dataclass(frozen=True)
class Studio:
    """What every demo gets."""

    model: "Pretrained"
    seed: int = 29
    gamma: float = 7.0
    watch: Watch = unwatched
    """Wraps every long loop: watch(loop, steps, label), for a progress bar."""
    pictures: dict[str, str] = field(default_factory=dict)
    """The user's own files in the place of the bundled pictures, by their names."""

    def generator(self, offset: int = 0) -> torch.Generator:
        """Return a new generator that starts from the seed plus `offset`."""
        return seeds.generator(self.seed + offset)

    def noise(self, count: int, generator: torch.Generator) -> Tensor:
        """Return N(0, 1) noise (count, 3, S, S) of the model's size, device and dtype."""
        shape = self.shape(count)
        return seeds.noise(shape, generator, device=self.model.device, dtype=self.model.dtype)

    def shape(self, count: int) -> tuple[int, int, int, int]:
        """Return the shape of a batch of `count` images: (count, 3, S, S)."""
        return count, 3, self.model.image_size, self.model.image_size

    def picture(self, name: str) -> Tensor:
        """Return a bundled picture, or the user's own of that name, in its own size: (H, W, 3) uint8."""
        return images.open_picture(images.find_picture(self.pictures.get(name, name)))

    def image(self, name: str) -> Tensor:
        """Return a bundled picture, or the user's own of that name, as (1, 3, S, S) in [-1, 1]."""
        picture = images.load_image(self.pictures.get(name, name), self.model.image_size)
        return picture.to(device=self.model.device, dtype=self.model.dtype)

    def embed(self, *prompts: str) -> Tensor:
        """Return the embeddings (len(prompts), L, D) of the prompts."""
        return self.model.embed(list(prompts))

    def last(self, loop: Iterator[Tensor], steps: int, label: str) -> Tensor:
        """Run a sampling loop of `steps` steps to its end and return the last image."""
        return self.all(loop, steps, label)[-1]

    def all(self, loop: Iterator[Tensor], steps: int, label: str) -> list[Tensor]:
        """Run a sampling loop of `steps` steps to its end and return all its images.

        Raises ValueError when the loop yields nothing.
        """
        with torch.inference_mode():
            yielded = list(self.watch(loop, steps, label))
        if not yielded:
            raise ValueError(f"{label}: the loop yielded no image; it must yield one in every step")
        return yielded
