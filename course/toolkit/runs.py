"""The files of one training: weights, a record, and the state from which it goes on."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn

from course.toolkit import checkpoints
from course.toolkit.checkpoints import CheckpointError

NETWORK = "network."
DIGITS_OF_LOSSES = 6


@dataclass
class State:
    """Where a training stands: whole epochs done, batches done of the next, all losses, seconds of work."""

    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)

    @property
    def step(self) -> int:
        """Optimizer steps done."""
        return len(self.losses)


@dataclass(frozen=True)
class Run:
    """A training's place in a folder.  settings: all that has a say in its losses.

    Raises CheckpointError, at once, when the folder holds a training of this name with other settings.
    """

    folder: Path
    name: str
    settings: Mapping[str, int | float | str]

    def __post_init__(self) -> None:
        if self._state.is_file():
            self._compare(self._state, checkpoints.read_tensors(self._state)[1])
        elif self._record.is_file():
            self._compare(self._record, checkpoints.read_record(self._record))
        elif found := sorted(self.folder.glob(f"{self.name}-*.safetensors")):
            raise CheckpointError(
                f"{found[0]}: no {self._record.name} says how it was trained; {_elsewhere()}"
            )

    @property
    def _state(self) -> Path:
        return self.folder / f"{self.name}.state.safetensors"

    @property
    def _record(self) -> Path:
        return self.folder / f"{self.name}.json"

    def weights(self, epoch: int) -> Path:
        """Return the file of the weights after an epoch."""
        return self.folder / f"{self.name}-{epoch}.safetensors"

    def is_finished(self) -> bool:
        """Tell whether the training has come to its end: nothing is left but weights and record."""
        last = self.weights(int(self.settings["epochs"]))
        return last.is_file() and self._record.is_file() and not self._state.is_file()

    def restore(
        self, network: nn.Module, optimizer: torch.optim.Optimizer, generator: Generator
    ) -> State | None:
        """Take up what `save` wrote, and return where it stands; None where nothing was saved."""
        if not self._state.is_file():
            return None
        tensors, record = checkpoints.read_tensors(self._state)
        weights = {name.removeprefix(NETWORK): tensors.pop(name) for name in _of_network(tensors)}
        checkpoints.fill(network, weights, self._state)
        generator.set_state(tensors.pop("generator"))
        losses: list[float] = tensors.pop("losses").tolist()
        checkpoints.restore_moments(optimizer, tensors)
        return State(record["epoch"], record["batch"], record["seconds"], losses)

    def save(
        self, state: State, network: nn.Module, optimizer: torch.optim.Optimizer, generator: Generator
    ) -> None:
        """Write all that is needed to go on exactly here."""
        tensors = {f"{NETWORK}{name}": value for name, value in network.state_dict().items()}
        tensors |= checkpoints.moments(optimizer)
        tensors |= {"generator": generator.get_state()}
        tensors |= {"losses": torch.tensor(state.losses, dtype=torch.float64)}
        place = {"epoch": state.epoch, "batch": state.batch, "seconds": state.seconds}
        checkpoints.write_tensors(self._state, tensors, {"settings": dict(self.settings), **place})

    def record(self, state: State, network: nn.Module | None) -> None:
        """Write the record after an epoch, and the network's weights where there is one."""
        if network is not None:
            checkpoints.save_weights(network, self.weights(state.epoch))
        seen = state.epoch * int(self.settings["images"])
        losses = [float(f"{loss:.{DIGITS_OF_LOSSES}g}") for loss in state.losses]
        done = {"epochs_done": state.epoch, "images_seen": seen, "seconds": round(state.seconds, 1)}
        machine = _machine(str(self.settings["device"]))
        record = {"name": self.name, "settings": dict(self.settings), **done, "machine": machine}
        checkpoints.write_record(self._record, {**record, "losses": losses})

    def finish(self) -> None:
        """Remove the state, when the last weights are written."""
        self._state.unlink(missing_ok=True)

    def _compare(self, path: Path, record: Mapping[str, Any]) -> None:
        """Raise CheckpointError unless a file was made with these settings, naming the first that differs."""
        before = record.get("settings", {})
        for key in [*self.settings, *before]:
            was, now = before.get(key), self.settings.get(key)
            if was != now:
                raise CheckpointError(
                    f"{path}: a training with {key} = {was}, not {now}; {_elsewhere()}, "
                    f"or repeat it with {key} = {was}"
                )


def bundle(name: str, folder: Path, out: Path) -> None:
    """Copy a finished training, smaller: weights in half precision, losses to four digits.

    It takes the place of one of that name that is in `out` already.
    Raises CheckpointError when the folder has no finished training of that name, or a damaged one.
    """
    record = checkpoints.read_record(folder / f"{name}.json")
    if not (folder / f"{name}-{record['settings']['epochs']}.safetensors").is_file():
        raise CheckpointError(
            f"{folder}: the training of {name} is not finished; `course train {name}` goes on"
        )
    for path in out.glob(f"{name}-*.safetensors"):
        path.unlink()
    for path in sorted(folder.glob(f"{name}-*.safetensors")):
        tensors, _ = checkpoints.read_tensors(path)
        checkpoints.write_tensors(out / path.name, {key: _halved(value) for key, value in tensors.items()})
    losses = [float(f"{loss:.4g}") for loss in record["losses"]]
    checkpoints.write_record(out / f"{name}.json", {**record, "losses": losses})


def _halved(value: Tensor) -> Tensor:
    return value.half() if value.is_floating_point() else value


def _of_network(tensors: Mapping[str, Tensor]) -> list[str]:
    return [name for name in tensors if name.startswith(NETWORK)]


def _elsewhere() -> str:
    return "nothing was changed: move it away, or name another folder (--out)"


def _machine(device: str) -> str:
    """Return what the losses and seconds were computed on."""
    if device == "cuda":
        return f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}"
    threads, kind = torch.get_num_threads(), torch.backends.cpu.get_cpu_capability()
    return f"{platform.machine()} {kind}, {threads} thread(s), PyTorch {torch.__version__}"
