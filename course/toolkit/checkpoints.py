"""Weights and the state of a training in files: safetensors and JSON, never pickle, never half written."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

PICKLES = (b"PK\x03\x04", b"\x80")
MOMENTS = "optimizer"


class CheckpointError(ValueError):
    """A file of weights cannot be used; the message says why and what to do about it."""


def save_weights(network: nn.Module, path: str | Path, *, half: bool = False) -> None:
    """Write the parameters and buffers of a network, in half precision if asked for."""
    kept = {
        name: value.half() if half and value.is_floating_point() else value for name, value in _of(network)
    }
    write_tensors(path, kept)


def load_weights(network: nn.Module, path: str | Path) -> None:
    """Read into a network what `save_weights` wrote, keeping the network's own device and precision.

    Raises CheckpointError when the file is missing, a pickle, truncated, not finite, or of another
    architecture; the network is then as it was.
    """
    tensors, _ = read_tensors(path)
    fill(network, tensors, path)


def fill(network: nn.Module, tensors: Mapping[str, Tensor], path: str | Path) -> None:
    """Copy tensors into the parameters and buffers of these names; `path` is where they came from."""
    own = dict(_of(network))
    _check_names(path, set(own), set(tensors))
    for name, like in own.items():
        value = tensors[name]
        if value.shape != like.shape:
            shapes = f"{tuple(value.shape)}, but this network wants {tuple(like.shape)}"
            raise CheckpointError(f"{path}: {name} has the shape {shapes}; {_other_network()}")
        if not value.isfinite().all():
            raise CheckpointError(f"{path}: {name} is not finite, so the training had failed; train again")
    network.load_state_dict(dict(tensors))


def write_tensors(
    path: str | Path, tensors: Mapping[str, Tensor], record: Mapping[str, Any] | None = None
) -> None:
    """Write tensors, and a record beside them in the same file, which is replaced at once."""
    from safetensors.torch import save

    kept = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    _replace(Path(path), save(kept, metadata={"record": json.dumps(record or {})}))


def read_tensors(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors of a file, on the CPU, and the record beside them.

    Raises CheckpointError when the file is missing, a pickle, truncated or damaged.
    """
    from safetensors import SafetensorError, safe_open

    if not Path(path).is_file():
        raise CheckpointError(f"{path}: no such file; train a network first with `course train`")
    try:
        with safe_open(str(path), framework="pt") as file:
            record = json.loads((file.metadata() or {}).get("record", "{}"))
            return {name: file.get_tensor(name) for name in file.keys()}, record  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        _refuse_pickle(Path(path))
        reason = f"truncated, or not a safetensors file ({error})"
        raise CheckpointError(f"{path}: {reason}; copy it again, or train again") from error


def write_record(path: str | Path, record: Mapping[str, Any]) -> None:
    """Write a JSON file, one line a key, which is replaced at once."""
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in record.items())
    _replace(Path(path), f"{{\n{lines}\n}}\n".encode())


def read_record(path: str | Path) -> dict[str, Any]:
    """Return what is in a JSON file; raises CheckpointError when it is missing or damaged."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: cannot be read ({error}); copy it again, or train again") from error
    if not isinstance(found, dict):
        raise CheckpointError(f"{path}: not a record of a training; delete it, or name another folder")
    return found


def moments(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return what an optimizer remembers of its parameters, as tensors named optimizer.<number>.<what>."""
    return moments_of(optimizer.state_dict())


def moments_of(state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return the same of what an optimizer's `state_dict` returned."""
    state: dict[int, dict[str, Tensor]] = state_dict["state"]
    return {f"{MOMENTS}.{i}.{what}": value for i, kept in state.items() for what, value in kept.items()}


def restore_moments(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Take up what `moments` returned, each laid out in memory as its parameter is."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        kind, number, what = name.split(".")
        if kind == MOMENTS:
            like = parameters[int(number)]
            fits = value.shape == like.shape
            state.setdefault(int(number), {})[what] = torch.empty_like(like).copy_(value) if fits else value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})


def _of(network: nn.Module) -> list[tuple[str, Tensor]]:
    return list(network.state_dict().items())


def _check_names(path: str | Path, own: set[str], found: set[str]) -> None:
    missing, foreign = sorted(own - found), sorted(found - own)
    if missing or foreign:
        lacks = f"no {missing[0]!r}" if missing else f"a {foreign[0]!r} that this network has not"
        counted = f"{len(found)} tensors, this network {len(own)}"
        raise CheckpointError(
            f"{path}: of another architecture, with {lacks} ({counted}); {_other_network()}"
        )


def _other_network() -> str:
    return (
        "choose the file of this network and this number of hidden channels, or train again in another folder"
    )


def _refuse_pickle(path: Path) -> None:
    """Raise CheckpointError for files that `torch.save` or `pickle` wrote: reading one can run any code."""
    with path.open("rb") as file:
        beginning = file.read(4)
    if beginning.startswith(PICKLES):
        raise CheckpointError(
            f"{path}: a pickle, which can run any code when it is read, so it is not; "
            "save the weights with safetensors.torch.save_file(network.state_dict(), path)"
        )


def _replace(path: Path, content: bytes) -> None:
    """Write a file beside the path, and move it there once it is whole."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()
