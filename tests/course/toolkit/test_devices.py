"""The device is the best there is, unless somebody says otherwise."""

import pytest
import torch

from course.toolkit import devices


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch):
    def has(*, gpus: int = 0, mps: bool = False, wanted: str | None = None) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.delenv(devices.VARIABLE, raising=False)
        if wanted is not None:
            monkeypatch.setenv(devices.VARIABLE, wanted)

    return has


@pytest.mark.parametrize(
    ("gpus", "mps", "expected"), [(0, False, "cpu"), (1, False, "cuda"), (0, True, "mps"), (2, True, "cuda")]
)
def test_best_device_is_the_fastest_there_is(machine, gpus: int, mps: bool, expected: str) -> None:
    machine(gpus=gpus, mps=mps)
    assert devices.best_device() == torch.device(expected)


@pytest.mark.parametrize("wanted", ["cpu", " cpu ", "cuda:1"])
def test_the_variable_decides(machine, wanted: str) -> None:
    machine(gpus=2, wanted=wanted)
    assert devices.best_device() == torch.device(wanted.strip())


def test_an_empty_variable_is_no_wish(machine) -> None:
    machine(gpus=1, wanted="")
    assert devices.best_device().type == "cuda"


@pytest.mark.parametrize("wanted", ["cuda", "toaster", "mps", "cpu:3"])
def test_a_device_that_is_not_there_is_named(machine, wanted: str) -> None:
    machine(wanted=wanted)
    with pytest.raises(
        ValueError, match=f"COURSE_DEVICE: device = '{wanted}'.* has cpu; .* unset COURSE_DEVICE"
    ):
        devices.best_device()


def test_a_second_gpu_that_is_not_there(machine) -> None:
    machine(gpus=1)
    with pytest.raises(ValueError, match="cuda:1"):
        devices.find_device("cuda:1")


@pytest.mark.parametrize(
    ("device", "dtype"), [("cuda", torch.float16), ("cpu", torch.float32), ("mps", torch.float32)]
)
def test_half_precision_on_cuda_only(device: str, dtype: torch.dtype) -> None:
    assert devices.dtype_for(device) == dtype
    assert devices.dtype_for(torch.device(device)) == dtype
