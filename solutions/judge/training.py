"""The judge's training: epochs over warped digits, with averaged weights, exactly resumable after each."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from course.toolkit.digits import Digits, batches
from solutions.judge.augment import strangers, warp, wear
from solutions.judge.network import DIGITS, JudgeNetwork


@dataclass(frozen=True)
class Plan:
    """How to train.  strangers: pictures that are no digits, on top of each batch."""

    epochs: int = 9
    batch: int = 128
    strangers: int = 10
    rate: float = 4e-3
    decay: float = 0.02
    average: float = 0.998
    held_out: int = 5_000
    seed: int = 29


@dataclass(frozen=True)
class Progress:
    """What an epoch reports: its number from 1, its mean loss, the share of held-out digits told right."""

    epoch: int
    loss: float
    held_out: float


class Trainer:
    """A judge in training: weights, averages, optimiser, rate and chance, saved and restored together.

    digits: the training set, of which a seeded choice of `plan.held_out` is never trained on.
    """

    def __init__(self, digits: Digits, plan: Plan) -> None:
        self.plan, self.epoch = plan, 0
        torch.manual_seed(plan.seed)
        self.generator = torch.Generator().manual_seed(plan.seed)
        order = torch.randperm(len(digits.images), generator=self.generator)
        self.digits = digits
        self.held_out, self.trained_on = order[: plan.held_out], order[plan.held_out :]
        self.network = JudgeNetwork().to(memory_format=torch.channels_last)
        average = get_ema_multi_avg_fn(plan.average)  # type: ignore[no-untyped-call]
        self.averaged = AveragedModel(self.network, multi_avg_fn=average, use_buffers=True)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=plan.rate, weight_decay=plan.decay, betas=(0.9, 0.99)
        )
        steps = plan.epochs * -(-len(self.trained_on) // plan.batch)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, plan.rate, total_steps=steps, cycle_momentum=False
        )

    def train(self) -> Iterator[Progress]:
        """Train to the end of the plan, yielding after every epoch; stop iterating to stop training."""
        while self.epoch < self.plan.epochs:
            losses = list(self._losses())
            self.epoch += 1
            yield Progress(self.epoch, sum(losses) / len(losses), self.accuracy(self.held_out))

    def accuracy(self, chosen: Tensor) -> float:
        """Return the share of some of the training set's digits that the averaged network tells right."""
        images, labels = self.digits.images[chosen], self.digits.labels[chosen]
        told = torch.cat([logits.argmax(1) for logits in answers(self.judge, images)])
        return float((told == labels).float().mean())

    @property
    def judge(self) -> JudgeNetwork:
        """The network with averaged weights."""
        return cast(JudgeNetwork, self.averaged.module)

    def _losses(self) -> Iterator[float]:
        self.network.train()
        for chosen in batches(len(self.trained_on), self.plan.batch, self.generator):
            loss = self._loss(self.trained_on[chosen])
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            self.schedule.step()
            self.averaged.update_parameters(self.network)
            yield loss.item()

    def _loss(self, chosen: Tensor) -> Tensor:
        """Return the cross entropy to the labels, and to "it could be any of ten" for the strangers."""
        images = wear(warp(self.digits.images[chosen], self.generator), self.generator)
        others = strangers(images[: self.plan.strangers], self.generator)
        targets = one_hot(self.digits.labels[chosen], DIGITS).float()
        targets = torch.cat([targets, torch.full((len(others), DIGITS), 1 / DIGITS)])
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.network(torch.cat([images, others]))
        return cross_entropy(logits.float(), targets)

    def _parts(self) -> dict[str, Any]:
        names = ("network", "averaged", "optimizer", "schedule")
        return {name: getattr(self, name) for name in names}

    def save(self, path: Path) -> None:
        """Write all that is needed to go on; the file is replaced at once and never half written."""
        state = {name: part.state_dict() for name, part in self._parts().items()}
        fresh = path.with_suffix(".part")
        torch.save({**state, "generator": self.generator.get_state(), "epoch": self.epoch}, fresh)
        os.replace(fresh, path)

    def restore(self, path: Path) -> None:
        """Take up the state that `save` wrote."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        self.generator.set_state(state["generator"])
        self.epoch = state["epoch"]


@torch.no_grad()
def answers(network: JudgeNetwork, images: Tensor) -> Iterator[Tensor]:
    """Yield the network's logits of many images, a thousand at a time, in eval mode."""
    network.eval()
    for some in torch.split(images, 1_000):
        yield network(some)
