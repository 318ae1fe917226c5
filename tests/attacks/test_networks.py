"""Hostile networks: whoever takes over the program that tries a network can only claim, and gains nothing."""

from pathlib import Path

import pytest

from autograder import syllabus
from autograder.checks.reference import Live
from autograder.checks.session import Terms, run
from autograder.link.isolation import Isolation
from autograder.link.remote import Remote
from autograder.link.staging import stage
from autograder.results import Status
from autograder.submissions import Submission

FILE = """
import sys
import torch
from torch import nn

trials = sys.modules["link.trials"]
Trial = trials.Trial

class Flatten(nn.Module):
    def forward(self, x):
        return x

{attack}
"""
ATTACKS = {
    "no results": "Trial.conduct = lambda *rest: None",
    "results without end": "Trial.conduct = lambda *rest: {'parameters': 0, 'runs': [{}] * 50_000}",
    "more runs than orders": "Trial._run = lambda *rest: {'outputs': [], 'statistics': {}}\n"
    "trials.orders = lambda network: [frozenset()] * 500",
    "a count without end": "trials.size = lambda network: 10**400",
    "a count that is none": "trials.size = lambda network: True",
    "texts in the place of outputs": "Flatten.forward = lambda self, x: 'right'",
    "outputs that equal everything": """
class Equal(torch.Tensor):
    __eq__ = __le__ = __ge__ = lambda *rest: True
Flatten.forward = lambda self, x: x.mean((2, 3), keepdim=True).as_subclass(Equal)""",
    "NaN": "Flatten.forward = lambda self, x: x.mean((2, 3), keepdim=True) * float('nan')",
    "a network that is none": "Flatten = lambda: (lambda x: x)",
    "a network that ends the program": "Flatten.forward = lambda self, x: __import__('os')._exit(0)",
    "right the first time only": """
def forward(self, x, asked=[]):
    asked.append(x)
    return nn.functional.gelu(nn.functional.avg_pool2d(x, 7)) if len(asked) == 1 else x
Flatten.forward = forward""",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_is_gained(name: str, tmp_path: Path) -> None:
    file = FILE.format(attack=ATTACKS[name]).encode()
    staged = stage(Submission("mallory", {"part_b/s1_1_unet.py": file}), tmp_path / "in")
    with Remote.start(staged, isolation=Isolation.PROCESS) as remote:
        results = run(remote, Terms(Live(), b"secret"), [syllabus.load().section("b1.1")])
    checks = next(result for result in results if result.key == "b1.1.Flatten").checks
    assert [(check.status, check.points) for check in checks] == [(Status.FAILED, 0.0)] * len(checks)
    assert all(check.reason for check in checks)


def test_the_right_answer_is_worth_something(tmp_path: Path) -> None:
    right = "Flatten.forward = lambda self, x: nn.functional.gelu(nn.functional.avg_pool2d(x, 7))"
    files = {"part_b/s1_1_unet.py": FILE.format(attack=right).encode()}
    with Remote.start(stage(Submission("alice", files), tmp_path / "in")) as remote:
        results = run(remote, Terms(Live(), b"secret"), [syllabus.load().section("b1.1")])
    assert next(result for result in results if result.key == "b1.1.Flatten").points == 1
