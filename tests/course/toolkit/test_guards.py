"""Refusals that name the value, the rule and the remedy, and what they let pass."""

import pytest
import torch

from course.toolkit import guards

ALPHA_BAR = torch.linspace(0.99, 0.01, 1000)
IMAGE = torch.zeros(2, 3, 4, 5)


@pytest.mark.parametrize("t", [0, 1, 999, torch.tensor(999)])
def test_timesteps_of_the_schedule(t) -> None:
    guards.timestep(t, ALPHA_BAR)


@pytest.mark.parametrize(
    ("t", "message"),
    [
        (1000, "t = 1000, but the schedule ends at 999; pass 999 for pure noise"),
        (-1, "t = -1, but the schedule begins at 0; pass 0 for the cleanest image"),
    ],
)
def test_other_timesteps(t: int, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        guards.timestep(t, ALPHA_BAR)


@pytest.mark.parametrize("i_start", [0, 2])
def test_starts(i_start: int) -> None:
    guards.start(i_start, [60, 30, 0])


@pytest.mark.parametrize("i_start", [-1, 3])
def test_other_starts(i_start: int) -> None:
    message = f"^i_start = {i_start}, but timesteps has the indices 0 to 2; pass one of them$"
    with pytest.raises(ValueError, match=message):
        guards.start(i_start, [60, 30, 0])


def test_shapes() -> None:
    guards.same_shape(IMAGE, IMAGE + 1, "x_0 and eps")
    message = r"^x_0 and eps have the shapes \(2, 3, 4, 5\) and \(3, 4, 5\); make them equal$"
    with pytest.raises(ValueError, match=message):
        guards.same_shape(IMAGE, IMAGE[0], "x_0 and eps")


@pytest.mark.parametrize("shape", [(1, 1, 4, 5), (2, 1, 4, 5), (1, 3, 4, 5), (2, 3, 4, 5)])
def test_masks_that_fit(shape: tuple[int, ...]) -> None:
    guards.mask(torch.rand(shape), IMAGE)
    guards.mask(torch.zeros(shape), IMAGE)
    guards.mask(torch.ones(shape), IMAGE)


@pytest.mark.parametrize("shape", [(4, 5), (1, 4, 5), (3, 1, 4, 5), (1, 2, 4, 5), (1, 1, 5, 4), (1, 1, 1, 1)])
def test_masks_of_other_shapes(shape: tuple[int, ...]) -> None:
    found = str(shape).replace("(", r"\(").replace(")", r"\)")
    message = rf"^the mask has the shape {found}, the image wants \(1 or 2, 1 or 3, 4, 5\); resize the mask$"
    with pytest.raises(ValueError, match=message):
        guards.mask(torch.zeros(shape), IMAGE)


@pytest.mark.parametrize(
    ("low", "high", "named"),
    [(0.0, 255.0, "0 to 255"), (-1.0, 1.0, "-1 to 1"), (float("nan"), 1.0, "nan to nan")],
)
def test_masks_of_other_values(low: float, high: float, named: str) -> None:
    mask = torch.tensor([low, high, low, high]).reshape(4, 1).expand(1, 1, 4, 5)
    with pytest.raises(ValueError, match=rf"^the mask has values from {named}, not in \[0, 1\]; 1 means new"):
        guards.mask(mask, IMAGE)


def test_masks_of_booleans() -> None:
    """A comparison gives booleans, of which torch refuses to take 1 - mask."""
    with pytest.raises(ValueError, match=r"^the mask holds booleans, .*; pass mask\.float\(\)$"):
        guards.mask(torch.rand(1, 1, 4, 5) > 0.5, IMAGE)


def test_times_and_classes_and_channels() -> None:
    guards.times(torch.tensor([0.0, 0.5, 1.0]))
    guards.classes(torch.tensor([0, 9]), 10)
    guards.hidden(1)


@pytest.mark.parametrize("t", [[0.0, 300.0], [-0.1, 0.5], [float("nan")]])
def test_other_times(t: list[float]) -> None:
    with pytest.raises(ValueError, match=r"but times lie in \[0, 1\]; divide a timestep by num_ts$"):
        guards.times(torch.tensor(t))


@pytest.mark.parametrize("c", [[3, 10], [-1]])
def test_other_classes(c: list[int]) -> None:
    with pytest.raises(ValueError, match=r"but the classes are 0 to 9; pass one of them$"):
        guards.classes(torch.tensor(c), 10)


def test_no_channels() -> None:
    with pytest.raises(ValueError, match=r"^num_hiddens = 0, but a network needs at least 1; try 64$"):
        guards.hidden(0)
