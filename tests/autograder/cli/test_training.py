"""`course train`, from its options to what is left after Ctrl-C, on scikit-learn's digits."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.cli import training
from autograder.cli.student import main
from course.toolkit.checkpoints import read_record

COMMAND = [sys.executable, "-c", "from autograder.cli.student import main; main()", "train"]
SMALL = ["--using", "solutions", "--hidden", "2", "--device", "cpu"]


def command(folder: Path, *words: str) -> "subprocess.Popen[str]":
    environment = {key: value for key, value in os.environ.items() if key != "COURSE_DATA"}
    return subprocess.Popen(
        [*COMMAND, *words, "--out", str(folder / "runs")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment, "OMP_NUM_THREADS": "1", "COLUMNS": "300"},
    )


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """A function that runs `course train` in this process and returns how it ends and what it says."""
    monkeypatch.delenv("COURSE_DATA", raising=False)

    def ran(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["course", "train", *words, "--out", str(tmp_path / "runs")])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out + printed.err

    return ran


@pytest.mark.parametrize("name", training.ROOMS)
def test_every_name_has_its_recipe(name: str) -> None:
    recipe = training.find_recipe("solutions", name, epochs=3, hidden=5)
    assert (recipe.name, recipe.epochs, recipe.settings["num_hiddens"]) == (name, 3, 5)
    assert training.find_recipe("solutions", name).epochs > 3


def test_trained_and_then_known_as_trained(tmp_path: Path, run) -> None:
    words = ["time", "--epochs", "2", *SMALL]
    code, said = run(*words)
    assert code == 0
    assert "epoch 1 of 2: loss" in said
    assert "time is trained:" in said
    record = read_record(tmp_path / "runs" / "time.json")
    assert (record["epochs_done"], record["settings"]["data"]) == (2, "scikit-learn digits")
    code, said = run(*words)
    assert (code, "epoch" in said) == (0, False)
    code, said = run("time", "--epochs", "3", *SMALL)
    assert code == 2
    assert "epochs = 2, not 3; nothing was changed" in said
    assert read_record(tmp_path / "runs" / "time.json") == record


def test_stopped_it_goes_on(tmp_path: Path, run) -> None:
    words = ["class", "--epochs", "4", *SMALL]
    process = command(tmp_path, *words)
    assert process.stderr is not None
    first = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    said, complained = process.communicate()
    assert process.returncode == 130, said + complained
    assert "the same command goes on from here" in said
    assert "Traceback" not in complained
    assert (tmp_path / "runs" / "class.state.safetensors").is_file()
    code, said = run(*words)
    assert code == 0
    assert first.startswith("epoch 1 of 4")
    assert "epoch 1 of 4" not in said
    assert len(read_record(tmp_path / "runs" / "class.json")["losses"]) == 4 * 12


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["tim"], "nothing is called that; there are denoiser, time"),
        (["time", "--epochs", "0"], "--epochs 0: must be at least 1"),
        (["time", "--hidden", "0"], "--hidden 0: must be at least 1"),
        (["time", "--hidden", "-3"], "--hidden -3: must be at least 1"),
        (["time", "--using", "teacher"], "nobody is called that"),
        (["time", "--device", "gpu"], "device = 'gpu', but this machine has"),
        (["time", "--seed", "-1"], "seed = -1, but a seed is a whole number"),
        (["time", "--data", "nowhere"], "nowhere: no such folder; name the folder that holds MNIST/raw"),
        (["time", "--download"], "no folder is named to put MNIST in"),
    ],
)
def test_bad_input_is_said_in_a_sentence(
    tmp_path: Path,
    words: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_DATA", raising=False)
    using = [] if "--using" in words else ["--using", "solutions"]
    monkeypatch.setattr("sys.argv", ["course", "train", *words, *using])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = " ".join(capsys.readouterr().err.split())
    assert message in said
    assert not list(tmp_path.iterdir())


def test_a_package_without_the_section() -> None:
    with pytest.raises(ValueError, match=r"train time: tests\.part_b.* has no recipe"):
        training.find_recipe("tests", "time")
