"""Files of weights: the right ones, and every wrong one with its reason."""

import pickle
from io import BytesIO

import pytest
import torch
from safetensors.torch import save
from torch import Tensor

from autograder.judge import weights
from autograder.judge.weights import read_weights

D = 3
COUNT = 491 * D**2 + 126 * D + 1


def state(count: int = COUNT, **more: Tensor) -> dict[str, Tensor]:
    return {"anything": torch.linspace(-1, 1, count), "norm.running_mean": torch.ones(7), **more}


def pickled() -> bytes:
    buffer = BytesIO()
    torch.save(state(), buffer)
    return buffer.getvalue()


def test_the_width_follows_from_the_number_of_parameters() -> None:
    read = read_weights(save(state()), "class-1.safetensors")
    assert read.num_hiddens == D
    assert set(read.tensors) == {"anything", "norm.running_mean"}


def test_half_precision_becomes_single_and_counters_stay() -> None:
    held = {"a": state()["anything"].half(), "norm.num_batches_tracked": torch.tensor(5)}
    read = read_weights(save(held), "x")
    assert read.tensors["a"].dtype == torch.float32
    assert read.tensors["norm.num_batches_tracked"].dtype == torch.int64


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "truncated"),
        (b"1234567", "truncated"),
        (save(state())[:-1], "truncated"),
        (save(state())[:40], "truncated"),
        (b"\xff" * 64, "truncated"),
        (pickled(), "is a pickle, which can run code"),
        (pickle.dumps(state()), "is a pickle"),
        (save({}), "0 tensors"),
        (save(state(a=torch.zeros(3, dtype=torch.uint8))), "'a' is torch.uint8"),
        (save(state(a=torch.tensor([torch.nan]))), "'a' holds NaN"),
        (save(state(COUNT + 1)), r"4,799 parameters, of another network: .* 491 D²"),
        (save(state(1)), "1 parameters, of another"),
        (save({"running_mean": torch.zeros(3)}), "0 parameters, of another"),
    ],
)
def test_what_is_wrong_is_said(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=rf"^class\.safetensors.*{reason}"):
        read_weights(content, "class.safetensors")


def test_too_much_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "LARGEST", 1000)
    with pytest.raises(ValueError, match="save the weights alone"):
        read_weights(save(state()), "x")


def test_too_many_tensors_are_refused() -> None:
    many = {str(number): torch.zeros(1) for number in range(1_001)}
    with pytest.raises(ValueError, match="1,001 tensors"):
        read_weights(save(many), "x")
