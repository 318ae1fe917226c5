"""A finished training, copied for others."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from course.toolkit.checkpoints import CheckpointError, read_record, save_weights, write_record
from course.toolkit.runs import bundle


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    for name in ("time-1", "time-2", "flow_time-2"):
        save_weights(nn.BatchNorm2d(3), tmp_path / "runs" / f"{name}.safetensors")
    write_record(tmp_path / "runs" / "time.json", {"settings": {"epochs": 2}, "losses": [0.123456, 2.0]})
    return tmp_path / "runs"


def test_smaller_but_whole(finished: Path, tmp_path: Path) -> None:
    save_weights(nn.BatchNorm2d(9), tmp_path / "out" / "time-20.safetensors")
    bundle("time", finished, tmp_path / "out")
    names = [path.name for path in sorted((tmp_path / "out").iterdir())]
    assert names == ["time-1.safetensors", "time-2.safetensors", "time.json"]
    kinds = {name: value.dtype for name, value in load_file(tmp_path / "out" / "time-2.safetensors").items()}
    assert kinds["weight"] is kinds["running_var"] is torch.float16
    assert kinds["num_batches_tracked"] is torch.int64
    assert read_record(tmp_path / "out" / "time.json")["losses"] == [0.1235, 2.0]


def test_not_finished(finished: Path, tmp_path: Path) -> None:
    (finished / "time-2.safetensors").unlink()
    with pytest.raises(
        CheckpointError, match="the training of time is not finished; `course train time` goes on"
    ):
        bundle("time", finished, tmp_path / "out")
    with pytest.raises(CheckpointError, match=r"class\.json: cannot be read"):
        bundle("class", finished, tmp_path / "out")
    assert not (tmp_path / "out").exists()
