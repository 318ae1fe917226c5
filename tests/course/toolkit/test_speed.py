"""What is chosen for a device, and that it changes the speed alone."""

import pytest
import torch
from torch import nn

from course.toolkit import speed
from course.toolkit.speed import Crew, Speed, choose

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("capabilities", "precision"),
    [
        ({"avx512_bf16": True}, "bfloat16"),
        ({"amx_bf16": True, "avx512_bf16": False}, "bfloat16"),
        ({"avx512_f": True}, "float32"),
        ({}, "float32"),
    ],
)
def test_a_cpu_computes_in_bfloat16_if_it_can(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], precision: str
) -> None:
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: capabilities, raising=False)
    assert choose("cpu") == Speed(CPU, precision, compiled=False, crew=Crew(0, 1))


def test_an_older_pytorch_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("torch.cpu.get_capabilities", raising=False)
    assert choose("cpu").precision == "float32"


def test_cuda_is_compiled_and_in_bfloat16_if_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "find_device", torch.device)
    for can, precision in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation, can=can: can)
        assert choose("cuda") == Speed(torch.device("cuda"), precision, compiled=True)


def test_what_is_asked_for_is_taken() -> None:
    assert choose("cpu", "float32", True) == Speed(CPU, "float32", compiled=True)
    assert choose("cpu", "bfloat16", False).precision == "bfloat16"


def test_autocast_is_of_the_precision() -> None:
    linear = nn.Linear(2, 2)
    for precision, dtype in speed.PRECISIONS.items():
        with Speed(CPU, precision, compiled=False).autocast:
            assert linear(torch.ones(1, 2)).dtype is dtype
    assert linear.weight.dtype is torch.float32


def test_arranged_in_channels_last() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    assert Speed(CPU, "float32", compiled=False).arrange(network) is network
    assert network[0].weight.is_contiguous(memory_format=torch.channels_last)


def test_arranged_as_it_was_where_the_caller_says_so() -> None:
    network = nn.Conv2d(3, 4, 3)
    Speed(CPU, "float32", compiled=False).arrange(network, channels_last=False)
    assert network.weight.is_contiguous()


def test_a_crew_of_one_waits_for_nobody_and_agrees_with_itself() -> None:
    Crew().wait()
    assert [Crew().any(flag) for flag in (True, False)] == [True, False]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_the_choice_on_a_gpu() -> None:
    assert choose("cuda").compiled
