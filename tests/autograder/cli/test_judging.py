"""The command `autograder judge`."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from autograder.cli import instructor
from solutions.part_b.s2_4_class import ClassConditionalUNet

SAMPLER = """
import torch
from sklearn.datasets import load_digits
from torch.nn.functional import interpolate, pad


def class_ddpm_sample(unet, schedule, c, img_wh, num_ts, generator, guidance_scale=5.0):
    found = load_digits()
    numbers = torch.randint(60, (len(c),), generator=generator)
    chosen = [(found.target == d).nonzero()[0][n] for d, n in zip(c.tolist(), numbers.tolist())]
    small = torch.from_numpy(found.images[chosen]).float()[:, None] / 16
    yield torch.randn(len(c), 1, 28, 28)
    yield pad(interpolate(small, (20, 20), mode="bicubic").clamp(0, 1), [4] * 4)
"""


@pytest.fixture
def say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Return a function that runs the command and returns its exit code and all it prints."""

    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["autograder", "judge", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            instructor.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), " ".join((printed.out + printed.err).split())

    return run


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    state = {name: held.zero_() for name, held in ClassConditionalUNet(1, 10, 1).state_dict().items()}
    save_file(state, tmp_path / "class-1.safetensors")
    return tmp_path / "class-1.safetensors"


@pytest.fixture
def class_folder(weights: Path, tmp_path: Path) -> Path:
    """Somebody whose sampler hands out real digits, and somebody without weights."""
    files = Path(__file__).parents[3] / "solutions" / "part_b" / "s2_4_class.py"
    given = {"s2_4_class.py": files.read_text(), "s2_6_class_sampling.py": SAMPLER}
    given |= {name: (files.with_name(name)).read_text() for name in ("s1_1_unet.py", "s2_1_time.py")}
    for student in ("ada", "bob"):
        (tmp_path / "in" / student / "part_b").mkdir(parents=True)
        for name, text in given.items():
            (tmp_path / "in" / student / "part_b" / name).write_text(text)
    (tmp_path / "in" / "ada" / weights.name).write_bytes(weights.read_bytes())
    return tmp_path / "in"


def test_a_class_is_judged(say: Callable, class_folder: Path, tmp_path: Path) -> None:
    trusting = ("--isolation", "process", "--i-trust-this-code")
    code, printed = say(class_folder, "--each", 2, "--out", tmp_path / "out", *trusting)
    assert code == 1, "bob has no weights"
    ada, bob = printed.split("bob", 1)
    assert "of 20 samples are the digit asked for" in ada
    assert "there are none; hand in the weights" in bob
    assert (tmp_path / "out" / "ada" / "samples.png").is_file()
    assert (tmp_path / "out" / "bob" / "judged.json").is_file()


def test_one_submission_passes(say: Callable, class_folder: Path, tmp_path: Path) -> None:
    trusting = ("--isolation", "process", "--i-trust-this-code", "--at-least", 0.8)
    code, printed = say(class_folder / "ada", "--each", 2, "--out", tmp_path / "out", *trusting)
    assert code == 0, printed
    assert (tmp_path / "out" / "judged.json").is_file()


def test_an_untrained_network_is_judged_too(say: Callable, weights: Path) -> None:
    code, printed = say(weights, "--each", 1, "--num-ts", 2, "--device", "cpu")
    assert code == 1
    assert "far outside" in printed


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("w.safetensors", b"PK\x03\x04", "w.safetensors is a pickle"),
        ("w.safetensors", b"", "truncated"),
        ("part_a.txt", b"", "part_a.txt"),
    ],
)
def test_bad_input_is_an_error(say: Callable, tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    code, printed = say(tmp_path / name, "--isolation", "process", "--i-trust-this-code")
    assert code in (1, 2)
    assert reason in printed
    assert "Traceback" not in printed


def test_bad_options_are_errors(say: Callable, weights: Path, tmp_path: Path) -> None:
    assert say(tmp_path / "nowhere.safetensors")[0] == 2
    assert say(weights, "--device", "tpu")[0] == 2
    assert say(weights, "--each", 0)[0] == 2
    code, printed = say(tmp_path, "--isolation", "process")
    assert code == 2
    assert "--i-trust-this-code" in printed


def test_weights_of_another_network_are_an_error(say: Callable, tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(7)}, tmp_path / "other.safetensors")
    code, printed = say(tmp_path / "other.safetensors")
    assert code == 2
    assert "7 parameters, of another network" in printed
