"""From a run to the committed files, and the commands' refusals."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

from course.toolkit.digits import VARIABLE, Digits
from course.toolkit.frechet import Gaussian
from solutions.judge import export, train
from solutions.judge.export import accuracy, halved, network_of, statistics
from solutions.judge.training import Plan, Trainer


@pytest.fixture(scope="module")
def noise() -> Digits:
    generator = torch.Generator().manual_seed(0)
    images = torch.rand((40, 1, 28, 28), generator=generator)
    return Digits(images, torch.arange(10).repeat(4), "MNIST")


@pytest.fixture
def run(noise: Digits, tmp_path: Path) -> Path:
    trainer = Trainer(noise, Plan(epochs=1, batch=20, held_out=10))
    next(trainer.train())
    trainer.save(tmp_path / train.CHECKPOINT)
    return tmp_path


def test_halved_weights_make_the_same_network(run: Path, noise: Digits) -> None:
    trainer = Trainer(noise, Plan(epochs=1, batch=20, held_out=10))
    trainer.restore(run / train.CHECKPOINT)
    weights = halved(run)
    assert {held.dtype for held in weights.values()} == {torch.float16, torch.int64}
    with torch.no_grad():
        ours, exact = network_of(weights)(noise.images), trainer.judge.eval()(noise.images)
    torch.testing.assert_close(ours, exact, atol=0.02, rtol=0.02)


def test_statistics_are_those_of_the_judges_distance(run: Path, noise: Digits) -> None:
    network = network_of(halved(run))
    found = statistics(network, noise)
    with torch.no_grad():
        same = Gaussian.of(network.features(noise.images))
    torch.testing.assert_close(found["mean"], same.mean)
    torch.testing.assert_close(found["covariance"], same.covariance)
    assert int(found["count"]) == same.count == 40
    assert 0 <= accuracy(network, noise) <= 1


def test_the_committed_files_are_what_export_writes(run: Path, noise: Digits) -> None:
    folder = Path(export.__file__).parents[2] / "autograder" / "judge"
    committed, ours = load_file(folder / export.WEIGHTS), halved(run)
    assert {n: (h.shape, h.dtype) for n, h in committed.items()} == {
        n: (h.shape, h.dtype) for n, h in ours.items()
    }
    assert set(load_file(folder / export.REFERENCE)) == {"mean", "covariance", "count"}


@pytest.mark.parametrize("module", [train, export])
def test_without_mnist_the_commands_say_so(
    module, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    app = export.typer.Typer()
    app.command()(module.main)
    options = ["--out", str(tmp_path / "out")] + (["--run", str(run)] if module is export else [])
    ended = CliRunner().invoke(app, options)
    assert ended.exit_code == 2
    assert "scikit-learn digits" in ended.output
    ended = CliRunner().invoke(app, [*options, "--data", str(tmp_path)])
    assert ended.exit_code == 2
    assert "no MNIST in it" in ended.output
