"""The table at which a section's `demo` works: a model, a seed, pictures, and somebody watching."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from course.toolkit import images, seeds
from course.toolkit.devices import best_device
from course.toolkit.digits import Digits, load_digits
from course.toolkit.trained import BUNDLED, Trained, find

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
    """A matplotlib Figure, or frames of shape (3, H, W), grey (1, H, W), in [-1, 1]."""


def embedded() -> "Pretrained":
    """Return the small model that comes with the course."""
    from course.toolkit.pretrained import load

    return load()


@dataclass(frozen=True)
class Studio:
    """What every demo gets."""

    pretrained: "Pretrained | Callable[[], Pretrained]" = embedded
    """Part A's model, or what loads it: it is asked for when a demo first needs the model, and once."""
    seed: int = 29
    gamma: float = 7.0
    watch: Watch = unwatched
    """Wraps every long loop: watch(loop, steps, label), for a progress bar."""
    pictures: dict[str, str] = field(default_factory=dict)
    """The user's own files in the place of the bundled pictures, by their names."""
    runs: Path = Path("runs")
    """The folder of the user's own trainings; what is not there comes from those that were bundled."""

    @cached_property
    def model(self) -> "Pretrained":
        """Part A's pretrained model; raises PretrainedError when it cannot be loaded."""
        return self.pretrained() if callable(self.pretrained) else self.pretrained

    @property
    def has_model(self) -> bool:
        """Whether the pretrained model has been asked for, and could be loaded."""
        return "model" in vars(self)

    @cached_property
    def device(self) -> torch.device:
        """Where the networks of Part B work."""
        return best_device()

    @cached_property
    def digits(self) -> Digits:
        """Digits that no network was trained on."""
        return load_digits(train=False, device=self.device)

    def run(self, name: str) -> Trained:
        """Return what is known of a training, such as "time": its losses, its settings, the epochs kept.

        Raises CheckpointError when neither the user's folder nor the bundled one has it.
        """
        return find(name, (self.runs, BUNDLED))

    def network(self, name: str, network: nn.Module, epochs: int | None = None) -> nn.Module:
        """Return the network with its weights after so many epochs, or the last, ready for inference.

        Raises CheckpointError as `run` does, and when the weights fit another network.
        """
        self.run(name).fill(network, epochs)
        return network.to(self.device).eval().requires_grad_(False)

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
