"""Train a network on digits: a loop that yields its losses and can be broken off and taken up anywhere."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Generator, Tensor, nn

from course.toolkit import speed
from course.toolkit.digits import Digits, batches
from course.toolkit.runs import Run, State
from course.toolkit.speed import Speed

STEPS_A_REPORT = {"cpu": 1}
"""On other devices 20: to read a loss is to wait for the device."""
MOST = 2**64


class TrainingError(ValueError):
    """A training cannot begin or go on; the message says why and what to do about it."""


@dataclass(frozen=True)
class Recipe:
    """What to train and how.

    network: makes a network with fresh weights.  loss: (network, images, labels, generator) → scalar, with
    all its chance from the generator.  decay: factor of the learning rate after every epoch.  keep: the
    epochs after which the weights are written to a file, besides the last.  settings: what else the record
    should say, such as num_hiddens.  Raises TrainingError when a number is out of range.
    """

    name: str
    network: Callable[[], nn.Module]
    loss: Callable[[nn.Module, Tensor, Tensor, Generator], Tensor]
    epochs: int
    batch_size: int
    learning_rate: float
    decay: float = 1.0
    keep: tuple[int, ...] = ()
    settings: Mapping[str, int | float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counts = {"epochs": self.epochs, "batch_size": self.batch_size}
        for name, value in {**counts, "num_hiddens": self.settings.get("num_hiddens", 1)}.items():
            if not isinstance(value, int) or value < 1:
                raise TrainingError(f"{name} = {value!r}, but must be a whole number of at least 1")
        for name in ("learning_rate", "decay"):
            if not 0 < getattr(self, name) < float("inf"):
                raise TrainingError(f"{name} = {getattr(self, name)!r}, but must be positive and finite")


@dataclass(frozen=True)
class Progress:
    """What a training reports: steps and epochs done and to do in all, and the losses of its last steps."""

    step: int
    steps: int
    epoch: int
    epochs: int
    losses: tuple[float, ...]


def train(
    recipe: Recipe,
    digits: Digits,
    *,
    folder: str | Path,
    seed: int = 29,
    device: torch.device | str | None = None,
    compile: bool | None = None,
    precision: str | None = None,
    every: float = 60.0,
) -> Iterator[Progress]:
    """Train from where the folder's last checkpoint stands to the end, yielding Progress.

    In the folder: <name>-<epoch>.safetensors, the weights after the last epoch and those of recipe.keep;
    <name>.json, the record; and, until the end, <name>.state.safetensors, from which a broken training
    goes on: written at epochs' ends, after `every` seconds, and when the caller stops iterating.  On a CPU
    the losses are then exactly those of an unbroken training, on a GPU up to its rounding.

    device, compile, precision: `speed.choose` decides where None.  Under `accelerate launch`, which chooses
    the device, the processes share each batch out among them; files and losses are those of the first.

    Raises TrainingError when a loss is no scalar, a loss or weight no longer finite, or the seed out of
    range, and CheckpointError when the folder holds a training with other settings; no file is changed.
    """
    if not isinstance(seed, int) or not 0 <= seed < MOST:
        raise TrainingError(f"seed = {seed!r}, but a seed is a whole number in [0, 2**64); try 29")
    training = _Training(recipe, digits, Path(folder), seed, speed.choose(device, precision, compile))
    return training.loop(every)


class _Training:
    """A network in training, with its optimizer, its chance and its place in the plan."""

    def __init__(self, recipe: Recipe, digits: Digits, folder: Path, seed: int, how: Speed) -> None:
        self.recipe, self.how, self.seed = recipe, how, seed
        self.digits = digits.to(how.device)
        self.run = Run(folder, recipe.name, self._settings())
        self.network = self._fresh_network()
        self.shared = how.arrange(self.network)
        fused = how.device.type == "cuda"
        self.optimizer = torch.optim.Adam(self.network.parameters(), recipe.learning_rate, fused=fused)
        self.generator = Generator(how.device)
        self.state = self.run.restore(self.network, self.optimizer, self.generator) or State()
        if how.crew.rank or not self.state.step:
            self.generator.manual_seed((seed + how.crew.rank + self.state.step) % MOST)
        self.network.train()

    def loop(self, every: float) -> Iterator[Progress]:
        """Train to the end, saving at epochs' ends, after `every` seconds, and when stopped from outside."""
        if self.run.is_finished():
            return
        saved = time.monotonic()
        try:
            while self.state.epoch < self.recipe.epochs:
                for progress in self._epoch():
                    yield progress
                    if time.monotonic() - saved > every:
                        self._save()
                        saved = time.monotonic()
                self._end_epoch()
        except GeneratorExit:
            self._save()
            raise
        if self.how.crew.rank == 0:
            self.run.finish()

    def _epoch(self) -> Iterator[Progress]:
        """Train from where the state stands to the end of its epoch."""
        recipe, state = self.recipe, self.state
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.learning_rate * recipe.decay**state.epoch
        order = self._order()
        stride = STEPS_A_REPORT.get(self.how.device.type, 20)
        while state.batch < len(order):
            begun = time.monotonic()
            losses = [self._step(index) for index in order[state.batch : state.batch + stride]]
            read: list[float] = torch.stack(losses).tolist()
            state.seconds += time.monotonic() - begun
            self._check(read)
            state.batch += len(read)
            state.losses += read
            steps = len(order) * recipe.epochs
            yield Progress(state.step, steps, state.epoch, recipe.epochs, tuple(read))

    def _step(self, index: Tensor) -> Tensor:
        images, labels = self.digits.images[index], self.digits.labels[index]
        with self.how.autocast:
            loss = self.recipe.loss(self.shared, images, labels, self.generator)
        _check_kind(loss)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return loss.detach()

    def _order(self) -> list[Tensor]:
        """Return the batches of this epoch, or this process's share of them, in an order of its own."""
        number = (self.seed + 1_000_003 * (self.state.epoch + 1)) % MOST
        chance = Generator(self.how.device).manual_seed(number)
        crew = self.how.crew
        whole = batches(len(self.digits), self.recipe.batch_size, chance)
        return [index[crew.rank % len(index) :: crew.size] for index in whole]

    def _end_epoch(self) -> None:
        self.state.epoch, self.state.batch = self.state.epoch + 1, 0
        self._save()
        if self.how.crew.rank == 0:
            kept = self.state.epoch in {*self.recipe.keep, self.recipe.epochs}
            self.run.record(self.state, self.network if kept else None)

    def _save(self) -> None:
        """Write the state, unless the last step has spoilt the weights."""
        if not all(value.isfinite().all() for value in self.network.state_dict().values()):
            raise TrainingError(f"a weight is not finite after step {self.state.step}; {self._remedy()}")
        if self.how.crew.rank == 0:
            self.run.save(self.state, self.network, self.optimizer, self.generator)

    def _check(self, losses: list[float]) -> None:
        for number, loss in enumerate(losses, start=self.state.step + 1):
            if not abs(loss) < float("inf"):
                raise TrainingError(f"loss = {loss} at step {number}, but must be finite; {self._remedy()}")

    def _remedy(self) -> str:
        return (
            "look in the network and the loss for a division by 0 or a root or logarithm of a negative "
            f"number, or lower the learning rate ({self.recipe.learning_rate:g}); the files in "
            f"{self.run.folder} are as they were"
        )

    def _fresh_network(self) -> nn.Module:
        with torch.random.fork_rng(devices=()):
            torch.default_generator.manual_seed(self.seed)
            return self.recipe.network()

    def _settings(self) -> dict[str, int | float | str]:
        """Return all that has a say in the losses, as a record and a checkpoint keep it."""
        recipe = self.recipe
        plan = {name: getattr(recipe, name) for name in ("epochs", "batch_size", "learning_rate", "decay")}
        data = {"data": self.digits.source, "images": len(self.digits), "seed": self.seed}
        return {
            **recipe.settings,
            **plan,
            **data,
            "device": self.how.device.type,
            "precision": self.how.precision,
        }


def _check_kind(loss: object) -> None:
    """Raise TrainingError unless a loss is a scalar that knows where it came from."""
    if not isinstance(loss, Tensor) or loss.ndim or not loss.requires_grad:
        shape = f" of shape {tuple(loss.shape)}" if isinstance(loss, Tensor) and loss.ndim else ""
        raise TrainingError(
            f"the loss is a {type(loss).__name__}{shape}, but must be a scalar tensor with a gradient; "
            "return the mean of the squares as it is, without .item(), .detach() or no_grad"
        )
