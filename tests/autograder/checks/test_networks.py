"""Networks under check: other ways that are right, wrong ones that cost their own points only."""

from pathlib import Path

import pytest
import torch
from torch import nn

from autograder.checks.notebook import Cells
from autograder.link.local import Local
from solutions.part_b import s1_1_unet, s2_1_time, s2_4_class
from solutions.part_b.s1_1_unet import UnconditionalUNet

STUDENTS = Path(__file__).with_name("students")
SECTIONS = ("b1.1", "b2.1", "b2.4")
POINTS = 8 + 3 + 1 + 4 + 4


@pytest.mark.parametrize("secret", [None, b"one secret", b"another"])
@pytest.mark.parametrize("student", ["frugal", "roundabout"])
def test_other_ways_get_full_marks(checked, student: str, secret: bytes | None) -> None:
    found = checked(Local.of_folder(STUDENTS / student), *SECTIONS, secret=secret)
    assert {(check.name, check.reason) for check in found.checks() if check.reason} == set()
    assert found.points == POINTS


@pytest.mark.parametrize("seed", range(5))
def test_the_reference_gets_full_marks_on_any_secret(checked, seed: int) -> None:
    found = checked(Local("solutions"), *SECTIONS, secret=f"secret {seed}".encode())
    assert {(check.name, check.reason) for check in found.checks() if check.reason} == set()
    assert found.points == POINTS


def test_stubs_are_not_written_yet(checked) -> None:
    found = checked(Local("course"), *SECTIONS, secret=b"secret")
    assert found.points == 0
    assert found.statuses() == {"failed"}


def test_cells_of_a_notebook(checked) -> None:
    namespace = {**vars(s1_1_unet), **vars(s2_1_time), **vars(s2_4_class)}
    found = checked(Cells(namespace, "part_b"), *SECTIONS)
    assert {(check.name, check.reason) for check in found.checks() if check.reason} == set()
    spoiled = checked(Cells(namespace | {"Flatten": lambda: nn.AvgPool2d(7)}, "part_b"), "b1.1")
    assert spoiled.points == 8 + 3 - 1 - 3
    assert spoiled.losing() == {"b1.1.Flatten", "b1.1.UnconditionalUNet"}
    assert {check.misconception for check in spoiled.checks("b1.1.Flatten")} == {"flatten_without_activation"}


WRONG = {
    "b1.1.Conv": lambda i, o: nn.Sequential(nn.Conv2d(i, o, 3, 1, 1), nn.GELU()),
    "b1.1.UpConv": lambda i, o: nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(i, o, 3, 1, 1)),
    "b1.1.Flatten": lambda: nn.AvgPool2d(7),
    "b1.1.DownBlock": lambda i, o: nn.Sequential(nn.Conv2d(i, o, 3, 2, 1), nn.BatchNorm2d(o), nn.GELU()),
    "b2.1.FCBlock": lambda i, o: nn.Linear(i, o),
}


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_block_costs_its_own_points_only(checked, replaced, key: str) -> None:
    found = checked(replaced({key: WRONG[key]}), *SECTIONS, secret=b"secret")
    assert found.losing() == {key}


def test_with_an_answer_key_what_is_built_upon_a_wrong_block_is_skipped(checked, replaced) -> None:
    found = checked(replaced({"b1.1.Flatten": WRONG["b1.1.Flatten"]}), "b1.1")
    assert found.losing() == {"b1.1.Flatten", "b1.1.UnconditionalUNet"}
    assert found.reasons("b1.1.UnconditionalUNet") == {
        "this needs your Flatten (section B 1.1), which fails; mend it first"
    }


class NeverSame(nn.Module):
    """A network that gives other estimates every time."""

    def __init__(self, in_channels: int, num_hiddens: int) -> None:
        super().__init__()
        self.unet = UnconditionalUNet(in_channels, num_hiddens)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.unet(x) + torch.rand(1)


UNETS = {
    "a thousandth more": lambda i, d: nn.Sequential(UnconditionalUNet(i, d), Shifted(1e-2)),
    "chance": NeverSame,
    "a function": lambda i, d: torch.zeros_like,
    "nothing": lambda i, d: None,
    "zeros": lambda i, d: Shifted(0.0),
    "one layer more": lambda i, d: nn.Sequential(UnconditionalUNet(i, d), nn.BatchNorm2d(i)),
    "half of the pixels": lambda i, d: nn.Sequential(UnconditionalUNet(i, d), nn.AvgPool2d(2)),
}


class Shifted(nn.Module):
    """x + amount."""

    def __init__(self, amount: float) -> None:
        super().__init__()
        self.amount = amount

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.amount


@pytest.mark.parametrize("name", UNETS)
def test_near_is_not_right(name: str, checked) -> None:
    cells = Cells(vars(s1_1_unet) | {"UnconditionalUNet": UNETS[name]}, "part_b")
    found = checked(cells, "b1.1", secret=b"secret")
    assert found.losing() == {"b1.1.UnconditionalUNet"}
    assert found.statuses("b1.1.UnconditionalUNet") <= {"failed", "passed"}
    equation = [c for c in found.checks("b1.1.UnconditionalUNet") if c.name.endswith("::test_unet")]
    assert [check.status for check in equation] == ["failed"]
