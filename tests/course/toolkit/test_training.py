"""Training: broken off anywhere it goes on exactly, and what goes wrong leaves every file alone."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Generator, Tensor, nn

from course.toolkit import seeds
from course.toolkit.checkpoints import CheckpointError, load_weights, read_record
from course.toolkit.digits import Digits
from course.toolkit.training import Progress, Recipe, TrainingError, train

CPU = torch.device("cpu")


def network() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 4, 3, 1, 1), nn.BatchNorm2d(4), nn.GELU(), nn.Conv2d(4, 1, 3, 1, 1))


def loss(unet: nn.Module, images: Tensor, labels: Tensor, generator: Generator) -> Tensor:
    z = images + 0.5 * seeds.noise(images.shape, generator, device=images.device)
    return nn.functional.mse_loss(unet(z), images)


RECIPE = Recipe("toy", network, loss, 3, 16, 1e-2, 0.5, (1,), {"num_hiddens": 4})


def some_digits(count: int = 70) -> Digits:
    images = torch.rand(count, 1, 28, 28, generator=seeds.generator(1))
    return Digits(images, torch.arange(count) % 10, "random")


def run(folder: Path, recipe: Recipe = RECIPE, **options: Any) -> list[float]:
    options = {"device": "cpu", **options}
    return [
        value
        for progress in train(recipe, some_digits(), folder=folder, **options)
        for value in progress.losses
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_progress_counts_to_the_end(tmp_path: Path) -> None:
    found = list(train(RECIPE, some_digits(), folder=tmp_path, device="cpu"))
    assert [(each.step, each.steps, each.epochs) for each in found] == [(i, 15, 3) for i in range(1, 16)]
    assert [each.epoch for each in found] == [0] * 5 + [1] * 5 + [2] * 5
    assert isinstance(found[0], Progress)
    assert found[-1].losses[0] < found[0].losses[0]


def test_what_lies_in_the_folder_in_the_end(tmp_path: Path) -> None:
    losses = run(tmp_path / "new" / "runs")
    names = ["toy-1.safetensors", "toy-3.safetensors", "toy.json"]
    assert sorted(contents(tmp_path / "new" / "runs")) == names
    record = read_record(tmp_path / "new" / "runs" / "toy.json")
    assert record["losses"] == pytest.approx(losses, rel=1e-5)
    assert (record["epochs_done"], record["images_seen"]) == (3, 210)
    assert record["settings"]["data"] == "random"
    assert record["settings"]["num_hiddens"] == 4
    first, last = (load_file(tmp_path / "new" / "runs" / f"toy-{epoch}.safetensors") for epoch in (1, 3))
    assert not torch.equal(first["0.weight"], last["0.weight"])
    load_weights(network(), tmp_path / "new" / "runs" / "toy-3.safetensors")


def test_it_is_adam_with_a_falling_rate(tmp_path: Path) -> None:
    """The weights are those of a loop written out, in the same order, with the same noise."""
    run(tmp_path, precision="float32")
    data, generator = some_digits(), seeds.generator(29)
    with torch.random.fork_rng():
        torch.manual_seed(29)
        unet = network().to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(unet.parameters(), 1e-2)
    for epoch in range(3):
        optimizer.param_groups[0]["lr"] = 1e-2 * 0.5**epoch
        order = torch.randperm(70, generator=seeds.generator(29 + 1_000_003 * (epoch + 1)))
        for index in order.split(16):
            optimizer.zero_grad()
            loss(unet, data.images[index], data.labels[index], generator).backward()
            optimizer.step()
    torch.testing.assert_close(load_file(tmp_path / "toy-3.safetensors"), dict(unet.state_dict()))


@pytest.mark.parametrize("stops", [(1,), (5,), (4, 1, 1), (7, 3, 2, 1), (14,), (15,)])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_broken_off_it_goes_on_with_the_same_losses(
    tmp_path: Path, stops: tuple[int, ...], precision: str
) -> None:
    whole = run(tmp_path / "whole", precision=precision)
    broken: list[float] = []
    for stop in stops:
        training = train(RECIPE, some_digits(), folder=tmp_path / "b", device="cpu", precision=precision)
        broken += [value for progress in islice(training, stop) for value in progress.losses]
        training.close()
    assert broken + run(tmp_path / "b", precision=precision) == whole
    for name, value in load_file(tmp_path / "whole" / "toy-3.safetensors").items():
        assert torch.equal(value, load_file(tmp_path / "b" / "toy-3.safetensors")[name]), name
    records = [read_record(tmp_path / name / "toy.json") for name in ("whole", "b")]
    assert records[0]["losses"] == records[1]["losses"]


def test_an_error_of_the_caller_loses_nothing(tmp_path: Path) -> None:
    def stop_at(number: int) -> None:
        for progress in train(RECIPE, some_digits(), folder=tmp_path, device="cpu"):
            if progress.step == number:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_at(7)
    assert len(run(tmp_path)) == 15 - 7


KILLED = """
import sys, time
sys.path.insert(0, {folder!r})
import test_training as t
for progress in t.train(t.RECIPE, t.some_digits(), folder={out!r}, device="cpu", every=0.0):
    print(progress.step, flush=True)
    time.sleep(0.05)
"""


def test_killed_it_goes_on_with_the_same_losses(tmp_path: Path) -> None:
    """`kill -9` in the midst of an epoch, and of writing, twice."""
    whole, folder = run(tmp_path / "whole"), tmp_path / "killed"
    script = KILLED.format(folder=str(Path(__file__).parent), out=str(folder))
    for last in (4, 11):
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            while int(process.stdout.readline()) < last:
                pass
            os.kill(process.pid, signal.SIGKILL)
    assert not (folder / "toy-3.safetensors").exists()
    rest = run(folder)
    assert 0 < len(rest) < 15 - 8
    assert rest == whole[-len(rest) :]
    assert (
        read_record(folder / "toy.json")["losses"] == read_record(tmp_path / "whole" / "toy.json")["losses"]
    )


def test_saved_in_the_midst_of_an_epoch_when_time_has_passed(tmp_path: Path) -> None:
    training = train(RECIPE, some_digits(), folder=tmp_path, device="cpu", every=0.0)
    next(training)
    assert not contents(tmp_path)
    next(training)
    assert list(contents(tmp_path)) == ["toy.state.safetensors"]
    seldom = train(RECIPE, some_digits(), folder=tmp_path / "seldom", device="cpu", every=1000.0)
    next(seldom)
    next(seldom)
    assert not (tmp_path / "seldom").exists()


def test_a_finished_training_is_left_as_it_is(tmp_path: Path) -> None:
    run(tmp_path)
    before = contents(tmp_path)
    assert run(tmp_path) == []
    assert contents(tmp_path) == before


@pytest.mark.parametrize("until", [3, 100])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 4}, "epochs = 3, not 4"),
        ({"batch_size": 8}, "batch_size = 16, not 8"),
        ({"learning_rate": 1e-3}, "learning_rate = 0.01, not 0.001"),
        ({"decay": 1.0}, r"decay = 0.5, not 1.0"),
        ({"settings": {"num_hiddens": 8}}, "num_hiddens = 4, not 8"),
        ({"settings": {"num_hiddens": 4, "sigma": 0.5}}, "sigma = None, not 0.5"),
        ({"settings": {}}, "num_hiddens = 4, not None"),
    ],
)
def test_other_settings_overwrite_nothing(
    tmp_path: Path, until: int, changes: dict[str, Any], message: str
) -> None:
    for _ in islice(train(RECIPE, some_digits(), folder=tmp_path, device="cpu"), until):
        pass
    before = contents(tmp_path)
    with pytest.raises(CheckpointError, match=rf"toy.*{message}; nothing was changed.*--out"):
        train(replace(RECIPE, **changes), some_digits(), folder=tmp_path, device="cpu")
    with pytest.raises(CheckpointError, match="seed = 29, not 30"):
        run(tmp_path, seed=30)
    with pytest.raises(CheckpointError, match="images = 70, not 80"):
        train(RECIPE, some_digits(80), folder=tmp_path, device="cpu")
    assert contents(tmp_path) == before


def test_weights_without_a_record_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "toy-3.safetensors").write_bytes(b"mine")
    with pytest.raises(CheckpointError, match=r"toy-3.safetensors: no toy.json says how it was trained"):
        run(tmp_path)
    assert contents(tmp_path) == {"toy-3.safetensors": b"mine"}


def test_another_network_of_the_same_settings(tmp_path: Path) -> None:
    next(training := train(RECIPE, some_digits(), folder=tmp_path, device="cpu"))
    training.close()
    with pytest.raises(CheckpointError, match="another architecture"):
        run(tmp_path, replace(RECIPE, network=lambda: nn.Conv2d(1, 1, 1)))


def test_truncated_state(tmp_path: Path) -> None:
    next(training := train(RECIPE, some_digits(), folder=tmp_path, device="cpu"))
    training.close()
    path = tmp_path / "toy.state.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(CheckpointError, match=r"toy.state.safetensors: truncated"):
        run(tmp_path)


def spoilt(wanted: int, spoil: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    """Return a loss that is spoilt at one step."""
    calls = 0

    def spoilt_loss(unet: nn.Module, images: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        nonlocal calls
        calls += 1
        found = loss(unet, images, labels, generator)
        return spoil(found) if calls == wanted else found

    return spoilt_loss


@pytest.mark.parametrize("spoil", [lambda x: x * torch.nan, lambda x: x / 0, lambda x: -x / 0])
def test_a_loss_that_is_not_finite_ends_it(tmp_path: Path, spoil: Callable[[Tensor], Tensor]) -> None:
    training = train(replace(RECIPE, loss=spoilt(8, spoil)), some_digits(), folder=tmp_path, device="cpu")
    for _ in range(7):
        next(training)
    before = contents(tmp_path)
    with pytest.raises(
        TrainingError, match=r"loss = -?(nan|inf) at step 8, but must be finite; .* learning rate"
    ):
        next(training)
    assert contents(tmp_path) == before
    assert len(run(tmp_path)) == 10


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: x.item(), "the loss is a float, but must be a scalar tensor with a gradient"),
        (lambda x: x.detach(), r"the loss is a Tensor, but must be .* without .item\(\), .detach\(\)"),
        (lambda x: x.expand(3), r"the loss is a Tensor of shape \(3,\), but"),
        (lambda x: None, "the loss is a NoneType, but"),
    ],
)
def test_a_loss_that_is_none(tmp_path: Path, spoil: Callable[[Tensor], Tensor], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        run(tmp_path, replace(RECIPE, loss=spoilt(1, spoil)))
    assert not contents(tmp_path)


def test_a_weight_that_is_not_finite_is_never_saved(tmp_path: Path) -> None:
    """The square root's slope at 0 is infinite while the loss is 0: the step after it has the NaN."""
    training = train(
        replace(RECIPE, loss=spoilt(5, lambda x: (x * 0).sqrt())),
        some_digits(),
        folder=tmp_path,
        device="cpu",
    )
    for _ in range(4):
        next(training)
    before = contents(tmp_path)
    with pytest.raises(TrainingError, match="a weight is not finite after step 5"):
        list(training)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "epochs = 0, but must be a whole number of at least 1"),
        ({"epochs": 2.5}, "epochs = 2.5"),
        ({"batch_size": 0}, "batch_size = 0"),
        ({"learning_rate": 0.0}, "learning_rate = 0.0, but must be positive"),
        ({"learning_rate": float("nan")}, "learning_rate = nan"),
        ({"decay": -1.0}, "decay = -1.0"),
        ({"settings": {"num_hiddens": 0}}, "num_hiddens = 0"),
    ],
)
def test_impossible_recipes(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        replace(RECIPE, **changes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": -1}, "seed = -1"),
        ({"seed": 2**64}, "seed = 18446744073709551616"),
        ({"device": "gpu"}, "device = 'gpu', but this machine has"),
        ({"precision": "half"}, "precision = 'half', but must be float32 or bfloat16"),
    ],
)
def test_impossible_options(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train(RECIPE, some_digits(), folder=tmp_path, **options)
    assert not list(tmp_path.iterdir())


def test_largest_seed(tmp_path: Path) -> None:
    assert len(run(tmp_path, seed=2**64 - 1)) == 15


def test_chance_elsewhere_is_left_alone(tmp_path: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    run(tmp_path)
    assert torch.equal(torch.rand(1), expected)


def test_the_network_sees_training_mode_labels_and_its_share(tmp_path: Path) -> None:
    seen: list[tuple[bool, list[int]]] = []

    def watched(unet: nn.Module, images: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        seen.append((unet.training, labels.tolist()))
        assert generator.device == images.device == CPU
        return loss(unet, images, labels, generator)

    run(tmp_path, replace(RECIPE, loss=watched))
    assert all(training for training, _ in seen)
    assert [len(labels) for _, labels in seen] == [16, 16, 16, 16, 6] * 3
    epochs = [[label for _, labels in seen[i : i + 5] for label in labels] for i in (0, 5, 10)]
    assert all(sorted(epoch) == sorted([*range(10)] * 7) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


PROCESSES = """
import json, os, sys
sys.path.insert(0, {folder!r})
import test_training as t
losses = t.run(t.Path({out!r}), precision="float32", device=None)
t.Path({out!r}).with_name("losses-" + os.environ["RANK"]).write_text(json.dumps(losses))
"""


@pytest.mark.slow
def test_two_processes_share_every_batch(tmp_path: Path) -> None:
    """As `accelerate launch` starts them, on GPUs; they end with one network, and the first writes files."""
    script, out = tmp_path / "script.py", tmp_path / "runs"
    script.write_text(PROCESSES.format(folder=str(Path(__file__).parent), out=str(out)))
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    done = subprocess.run([*launch, str(script)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    first, second = (json.loads((tmp_path / f"losses-{rank}").read_text()) for rank in range(2))
    assert len(first) == len(second) == 15
    assert first != second
    assert first[-1] < first[0]
    assert sorted(contents(out)) == ["toy-1.safetensors", "toy-3.safetensors", "toy.json"]
    assert read_record(out / "toy.json")["losses"] == pytest.approx(first, rel=1e-5)


def test_seconds_add_up(tmp_path: Path) -> None:
    def slow(unet: nn.Module, images: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        time.sleep(0.02)
        return loss(unet, images, labels, generator)

    recipe = replace(RECIPE, loss=slow)
    next(training := train(recipe, some_digits(), folder=tmp_path, device="cpu"))
    training.close()
    run(tmp_path, recipe)
    assert read_record(tmp_path / "toy.json")["seconds"] >= 15 * 0.02
