"""Where the sums are done: the best device of this machine, and the precision that suits it."""

import os

import torch

VARIABLE = "COURSE_DEVICE"


def available() -> list[str]:
    """Return the kinds of device that this machine has, best first; "cpu" is always the last."""
    found = ["cuda"] if torch.cuda.is_available() else []
    found += ["mps"] if torch.backends.mps.is_available() else []
    return [*found, "cpu"]


def find_device(name: str | torch.device) -> torch.device:
    """Return the device of that name, such as "cpu", "cuda" or "cuda:1".

    Raises ValueError, naming the devices that there are, when this machine has no such device.
    """
    kinds = available()
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in kinds or (device.index or 0) >= _count(device.type):
        raise ValueError(
            f"device = {str(name)!r}, but this machine has {', '.join(kinds)}; choose one of them"
        )
    return device


def best_device() -> torch.device:
    """Return the device named by the variable COURSE_DEVICE, or else the first of cuda, mps and cpu.

    Raises ValueError when COURSE_DEVICE names a device that this machine does not have.
    """
    wanted = os.environ.get(VARIABLE, "").strip()
    if not wanted:
        return torch.device(available()[0])
    try:
        return find_device(wanted)
    except ValueError as error:
        raise ValueError(f"{VARIABLE}: {error}, or unset {VARIABLE}") from None


def dtype_for(device: torch.device | str) -> torch.dtype:
    """Return the precision for inference on a device: half on cuda, single everywhere else."""
    return torch.float16 if torch.device(device).type == "cuda" else torch.float32


def _count(kind: str) -> int:
    return torch.cuda.device_count() if kind == "cuda" else 1
