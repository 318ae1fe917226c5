"""Files of weights: what comes back, and what is refused with the network left alone."""

import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from course.toolkit import checkpoints
from course.toolkit.checkpoints import CheckpointError, load_weights, save_weights


def network(width: int = 3, seed: int = 0) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Conv2d(1, width, 3), nn.BatchNorm2d(width))


def same(first: nn.Module, second: nn.Module) -> bool:
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_weights_come_back(tmp_path: Path) -> None:
    saved, other = network(seed=1), network(seed=2)
    saved(torch.rand(2, 1, 5, 5))
    save_weights(saved, tmp_path / "new" / "w.safetensors")
    load_weights(other, tmp_path / "new" / "w.safetensors")
    assert same(saved, other)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["w.safetensors"]


def test_half_precision_in_the_file_only(tmp_path: Path) -> None:
    saved, other = network(seed=1), network(seed=2)
    save_weights(saved, tmp_path / "w.safetensors", half=True)
    kinds = {name: value.dtype for name, value in load_file(tmp_path / "w.safetensors").items()}
    assert kinds["0.weight"] is torch.float16
    assert kinds["1.num_batches_tracked"] is torch.int64
    load_weights(other, tmp_path / "w.safetensors")
    assert other[0].weight.dtype is torch.float32
    torch.testing.assert_close(other[0].weight, saved[0].weight, atol=1e-3, rtol=1e-3)


def test_channels_last_stays(tmp_path: Path) -> None:
    save_weights(network(seed=1).to(memory_format=torch.channels_last), tmp_path / "w.safetensors")
    other = network(seed=2).to(memory_format=torch.channels_last)
    load_weights(other, tmp_path / "w.safetensors")
    assert other[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert same(other, network(seed=1))


def write_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps({"0.weight": [1.0]}))


def write_torch(path: Path) -> None:
    torch.save(network().state_dict(), path)


def write_nothing(path: Path) -> None:
    path.write_bytes(b"")


def write_half(path: Path) -> None:
    save_weights(network(), path)
    path.write_bytes(path.read_bytes()[:-20])


def write_page(path: Path) -> None:
    path.write_text("<html>not found</html>" * 10)


def write_wider(path: Path) -> None:
    save_weights(network(4), path)


def write_deeper(path: Path) -> None:
    save_weights(nn.Sequential(*network(), nn.Conv2d(3, 3, 1)), path)


def write_shallower(path: Path) -> None:
    save_weights(network()[:1], path)


def write_nan(path: Path) -> None:
    save_file({**network().state_dict(), "0.bias": torch.full((3,), torch.nan)}, path)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (write_pickle, "a pickle, which can run any code.*save_file"),
        (write_torch, "a pickle, which can run any code"),
        (write_nothing, "truncated.*copy it again"),
        (write_half, "truncated.*copy it again"),
        (write_page, "truncated, or not a safetensors file"),
        (write_wider, r"0.weight has the shape \(4, 1, 3, 3\), but .* \(3, 1, 3, 3\); choose"),
        (
            write_deeper,
            r"another architecture, with a '2.bias' that .* \(9 tensors, this network 7\); choose",
        ),
        (write_shallower, "another architecture, with no '1.bias'"),
        (write_nan, "0.bias is not finite"),
        (Path.mkdir, "no such file; train a network first"),
    ],
)
def test_refused_with_the_network_left_alone(tmp_path: Path, write, message: str) -> None:
    path = tmp_path / "w.safetensors"
    write(path)
    own = network(seed=5)
    with pytest.raises(CheckpointError, match=message) as caught:
        load_weights(own, path)
    assert str(path) in str(caught.value)
    assert same(own, network(seed=5))


def test_a_file_that_begins_as_pickles_do(tmp_path: Path) -> None:
    """Safetensors begin with the length of their header: for 640 bytes with \\x80\\x02, as a pickle might."""
    path = tmp_path / "w.safetensors"
    for padding in range(1, 640):
        save_file(network(seed=1).state_dict(), path, metadata={"padding": " " * padding})
        if path.read_bytes()[:2] == b"\x80\x02":
            break
    assert path.read_bytes()[:2] == b"\x80\x02"
    own = network(seed=5)
    load_weights(own, path)
    assert same(own, network(seed=1))


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.safetensors"
    save_weights(network(seed=1), path)

    def fail(*args: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        save_weights(network(seed=2), path)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]
    own = network(seed=5)
    load_weights(own, path)
    assert same(own, network(seed=1))


def test_records(tmp_path: Path) -> None:
    record = {"name": "time", "losses": [0.5, 0.25], "settings": {"sigma": 0.5}}
    checkpoints.write_record(tmp_path / "r.json", record)
    assert (
        json.loads((tmp_path / "r.json").read_text())
        == checkpoints.read_record(tmp_path / "r.json")
        == record
    )
    assert len((tmp_path / "r.json").read_text().splitlines()) == 5


@pytest.mark.parametrize("text", ["", "{", "[1]", "\xff"])
def test_damaged_records(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text(text, encoding="latin-1")
    with pytest.raises(CheckpointError, match=r"r\.json"):
        checkpoints.read_record(tmp_path / "r.json")


def test_an_optimizer_goes_on(tmp_path: Path) -> None:
    """Two steps, saved and restored, and a third are three steps."""
    whole, broken, again = network(), network(), network(seed=9)
    layout = {"memory_format": torch.channels_last}
    optimizers = {
        each: torch.optim.Adam(each.to(**layout).parameters(), 0.1) for each in (whole, broken, again)
    }

    def step(each: nn.Module, number: int) -> None:
        optimizers[each].zero_grad()
        each(torch.arange(50.0).reshape(2, 1, 5, 5).sin() * number).square().sum().backward()
        optimizers[each].step()

    for number in (1, 2, 3):
        step(whole, number)
    for number in (1, 2):
        step(broken, number)
    checkpoints.write_tensors(tmp_path / "o.safetensors", checkpoints.moments(optimizers[broken]))
    save_weights(broken, tmp_path / "w.safetensors")
    load_weights(again, tmp_path / "w.safetensors")
    checkpoints.restore_moments(optimizers[again], checkpoints.read_tensors(tmp_path / "o.safetensors")[0])
    step(again, 3)
    assert same(again, whole)
    moment = optimizers[again].state[again[0].weight]["exp_avg"]
    assert moment.stride() == again[0].weight.stride()
