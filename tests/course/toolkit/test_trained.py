"""What demos find of a training: its record, its weights, or a remedy."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from course.toolkit.checkpoints import CheckpointError, save_weights
from course.toolkit.trained import find


def network(number: float) -> nn.Module:
    made = nn.Linear(2, 1)
    made.weight.data.fill_(number)
    return made


def trained(folder: Path, name: str = "time", epochs: tuple[int, ...] = (5, 20), **record: object) -> Path:
    """Write what a training writes, each weight the number of its epoch."""
    folder.mkdir(exist_ok=True)
    for epoch in epochs:
        save_weights(network(epoch), folder / f"{name}-{epoch}.safetensors")
    made = {"losses": [0.5] * 40, "epochs_done": 20, "settings": {"num_hiddens": 64}, **record}
    (folder / f"{name}.json").write_text(json.dumps(made))
    return folder


def test_a_training_is_read(tmp_path: Path) -> None:
    run = find("time", [trained(tmp_path)])
    assert (run.name, run.epochs, run.hidden, run.steps_per_epoch) == ("time", (5, 20), 64, 2)
    assert run.losses == (0.5,) * 40


@pytest.mark.parametrize(("epochs", "number"), [(5, 5.0), (20, 20.0), (None, 20.0)])
def test_weights_after_some_epochs_or_the_last(tmp_path: Path, epochs: int | None, number: float) -> None:
    filled = network(0)
    find("time", [trained(tmp_path)]).fill(filled, epochs)
    assert torch.equal(filled.weight, torch.full((1, 2), number))


def test_the_first_folder_that_has_it_counts(tmp_path: Path) -> None:
    own, bundled = trained(tmp_path / "own", epochs=(1,)), trained(tmp_path / "bundled")
    assert find("time", [own, bundled]).epochs == (1,)
    assert find("time", [tmp_path / "none", bundled]).epochs == (5, 20)


def test_a_record_without_weights_is_not_yet_a_training(tmp_path: Path) -> None:
    own, bundled = trained(tmp_path / "own", epochs=()), trained(tmp_path / "bundled")
    assert find("time", [own, bundled]).epochs == (5, 20)


def test_names_do_not_mix(tmp_path: Path) -> None:
    trained(tmp_path, "flow_time", (1,))
    trained(tmp_path, "flow_time-x", (3,))
    assert find("flow_time", [tmp_path]).epochs == (1,)


def test_the_remedy_for_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        CheckpointError, match=r"^time: no trained network in .*; train it: course train time$"
    ):
        find("time", [tmp_path, tmp_path / "bundled"])


def test_epochs_that_were_not_kept(tmp_path: Path) -> None:
    with pytest.raises(
        CheckpointError, match=r"^time: no weights after 6 epochs, only after 5, 20; choose one"
    ):
        find("time", [trained(tmp_path)]).fill(network(0), 6)


def test_a_network_with_other_names(tmp_path: Path) -> None:
    other = nn.Sequential(network(0))
    with pytest.raises(
        CheckpointError, match=r"another architecture.*as its docstring does.*course train time$"
    ):
        find("time", [trained(tmp_path)]).fill(other)
    assert torch.equal(other[0].weight, torch.zeros(1, 2))


@pytest.mark.parametrize("broken", [{"losses": None}, {"epochs_done": 0}, {"settings": 3}])
def test_a_damaged_record(tmp_path: Path, broken: dict[str, object]) -> None:
    with pytest.raises(CheckpointError, match=r"time.json: damaged \(.*\); copy it again, or train again"):
        find("time", [trained(tmp_path, **broken)])
