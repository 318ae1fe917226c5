"""The judge's training in miniature: it learns, and goes on after a stop as if there had been none."""

from pathlib import Path

import pytest
import torch

from course.toolkit.digits import Digits
from solutions.judge.network import FEATURES, JudgeNetwork
from solutions.judge.training import Plan, Progress, Trainer

PLAN = Plan(epochs=3, batch=32, strangers=5, rate=1e-2, average=0.8, held_out=20)


@pytest.fixture(scope="module")
def digits() -> Digits:
    """Ten places for one white square: easy to tell apart."""
    labels = torch.arange(10).repeat(30)
    images = torch.zeros(300, 1, 28, 28)
    for image, label in zip(images, labels.tolist(), strict=True):
        row, column = divmod(label, 5)
        image[0, 4 + 12 * row : 12 + 12 * row, 2 + 5 * column : 6 + 5 * column] = 1
    return Digits(images, labels, "MNIST")


def test_the_network_is_small_and_takes_any_number() -> None:
    network = JudgeNetwork().eval()
    assert sum(p.numel() for p in network.parameters()) == 157_330
    assert network(torch.zeros(3, 1, 28, 28)).shape == (3, 10)
    assert network.features(torch.zeros(1, 1, 28, 28)).shape == (1, FEATURES)


def test_held_out_digits_are_never_trained_on(digits: Digits) -> None:
    trainer = Trainer(digits, PLAN)
    assert len(trainer.held_out) == 20
    assert sorted([*trainer.held_out.tolist(), *trainer.trained_on.tolist()]) == list(range(300))


def test_the_loss_falls(digits: Digits) -> None:
    first, *_, last = list(Trainer(digits, PLAN).train())
    assert last.epoch == 3
    assert last.loss < first.loss
    assert 0 <= last.held_out <= 1


def test_a_stopped_run_goes_on_as_an_unbroken_one(digits: Digits, tmp_path: Path) -> None:
    unbroken = list(Trainer(digits, PLAN).train())
    stopped = Trainer(digits, PLAN)
    begun: list[Progress] = [next(stopped.train())]
    stopped.save(tmp_path / "checkpoint.pt")
    torch.manual_seed(99)
    resumed = Trainer(digits, PLAN)
    resumed.restore(tmp_path / "checkpoint.pt")
    assert [*begun, *resumed.train()] == unbroken
    assert not list(tmp_path.glob("*.part"))
