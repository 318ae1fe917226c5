"""Putting weights into a network that may be another one."""

import pytest
import torch
from torch import nn

from autograder.judge.handed_in import fitted


def weights(**changed: object) -> dict[str, torch.Tensor]:
    held = {"weight": torch.full((2, 3), 4.0), "bias": torch.zeros(2), **changed}
    return {name: tensor for name, tensor in held.items() if isinstance(tensor, torch.Tensor)}


def test_the_weights_are_in_the_network() -> None:
    network = fitted(nn.Linear(3, 2), weights())
    assert network(torch.ones(1, 3)).tolist() == [[12, 12]]


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (weights(bias=None), "the weights lack bias: they are of another network"),
        (weights(scale=torch.zeros(1)), "have besides scale"),
        (weights(bias=torch.zeros(3)), "have in another shape bias"),
        ({}, "lack weight, bias"),
        (weights(**{f"layer{n}": torch.zeros(1) for n in range(9)}), "layer0, layer1, layer2, …:"),
    ],
)
def test_what_does_not_fit_is_named(held: dict[str, torch.Tensor], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        fitted(nn.Linear(3, 2), held)
