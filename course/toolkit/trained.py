"""What trainings have left: networks with their weights, and how their losses fell."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from course.toolkit import checkpoints
from course.toolkit.checkpoints import CheckpointError

BUNDLED = Path(__file__).parent.parent / "assets" / "mnist"


@dataclass(frozen=True)
class Trained:
    """One training: its name, the loss of every step, its settings, and files of weights by their epochs."""

    name: str
    losses: tuple[float, ...]
    settings: dict[str, Any]
    steps_per_epoch: int
    weights: dict[int, Path]

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs after which weights were kept, the last of them last."""
        return tuple(sorted(self.weights))

    @property
    def hidden(self) -> int:
        """The number of the network's hidden channels."""
        return int(self.settings["num_hiddens"])

    def fill(self, network: nn.Module, epochs: int | None = None) -> None:
        """Give a network the weights after so many epochs, or the last ones.

        Raises CheckpointError when they were not kept, or fit another network.
        """
        chosen = self.epochs[-1] if epochs is None else epochs
        if chosen not in self.weights:
            kept = ", ".join(map(str, self.epochs))
            raise CheckpointError(
                f"{self.name}: no weights after {chosen} epochs, only after {kept}; choose one"
            )
        try:
            checkpoints.load_weights(network, self.weights[chosen])
        except CheckpointError as error:
            raise CheckpointError(
                f"{error}. Name your network's parts as its docstring does, or train it yourself: "
                f"course train {self.name}"
            ) from None


def find(name: str, folders: Sequence[Path]) -> Trained:
    """Return the training of that name out of the first folder that has it.

    Raises CheckpointError when none has, or its record is damaged.
    """
    for folder in folders:
        if (folder / f"{name}.json").is_file() and (weights := _weights(name, folder)):
            return _read(folder / f"{name}.json", name, weights)
    places = " and ".join(str(folder) for folder in folders)
    raise CheckpointError(f"{name}: no trained network in {places}; train it: course train {name}")


def _weights(name: str, folder: Path) -> dict[int, Path]:
    paths = {path.stem.removeprefix(f"{name}-"): path for path in folder.glob(f"{name}-*.safetensors")}
    return {int(epoch): path for epoch, path in paths.items() if epoch.isdecimal()}


def _read(path: Path, name: str, weights: dict[int, Path]) -> Trained:
    record = checkpoints.read_record(path)
    try:
        losses, settings = tuple(map(float, record["losses"])), dict(record["settings"])
        steps = round(len(losses) / int(record["epochs_done"]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise CheckpointError(
            f"{path}: damaged ({type(error).__name__}: {error}); copy it again, or train again"
        ) from error
    return Trained(name, losses, settings, steps, weights)
