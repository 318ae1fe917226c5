"""Samples of the reference and of submissions: the same network and noise give the same images."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save

from autograder.judge.candidates import reference_with, submitted
from autograder.judge.sampling import Kind, Order, reference_network, sample_reference, sample_submission
from autograder.judge.weights import Weights, read_weights
from autograder.link.failures import Crashed, Missing, Raised, TimedOut
from autograder.link.isolation import Isolation
from autograder.submissions import Submission
from solutions.part_b.s2_4_class import ClassConditionalUNet

SOLUTIONS = Path(__file__).parents[3] / "solutions"
SAMPLER = "part_b/s2_6_class_sampling.py"
ORDER = Order(each=2, num_ts=3)
CPU = torch.device("cpu")
SIGNATURE = "(unet, schedule, c, img_wh, num_ts, generator, guidance_scale)"
YIELDING = f"import torch\n\ndef class_ddpm_sample{SIGNATURE}:\n"


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Weights that estimate no noise at all: nothing is left but the schedule."""
    return Weights(quiet(), 2)


def quiet() -> dict[str, torch.Tensor]:
    return {name: held.zero_() for name, held in ClassConditionalUNet(1, 10, 2).state_dict().items()}


@pytest.fixture
def any_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any image pass as one: an untrained network's are far outside of [0, 1]."""
    monkeypatch.setattr("autograder.judge.sampling.check_samples", lambda samples, count: samples)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    found = [path for part in ("part_b", "extension") for path in sorted((SOLUTIONS / part).glob("s*.py"))]
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in found}


@pytest.fixture
def sample(weights: Weights, files: dict[str, bytes]) -> Callable[..., list[torch.Tensor]]:
    """Return a function that samples the reference's files with another sampler's body, or other files."""

    def run(body: str = "", seconds: float = 60, **changed: bytes) -> list[torch.Tensor]:
        more = {SAMPLER: (YIELDING + body).encode()} if body else {}
        own = {name: text for name, text in (files | more | changed).items() if text}
        return list(sample_submission(Submission("ada", own), weights, ORDER, seconds, Isolation.PROCESS))

    return run


def test_an_order_asks_for_all_digits_in_turn() -> None:
    assert ORDER.labels.tolist() == [*range(10), *range(10)]
    parts = list(ORDER.parts(10))
    assert [labels.tolist() for labels, _ in parts] == [list(range(10))] * 2
    assert parts[0][1].initial_seed() != parts[1][1].initial_seed()


@pytest.mark.usefixtures("any_image")
@pytest.mark.parametrize("kind", Kind)
def test_a_submission_samples_as_the_reference_does(
    kind: Kind, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.judge.sampling.AT_ONCE", 10)
    order, state = replace(ORDER, kind=kind), ClassConditionalUNet(1, 10, 2).state_dict()
    weights = Weights(state, 2)
    ours = list(sample_reference(reference_network(weights, "x"), order))
    theirs = list(sample_submission(Submission("ada", files), weights, order, 60, Isolation.PROCESS))
    assert len(theirs) == len(ours) == 2
    for their, our in zip(theirs, ours, strict=True):
        assert their.shape == (10, 1, 28, 28)
        torch.testing.assert_close(their, our, atol=1e-5, rtol=1e-5)


def test_a_sampler_may_return_its_last_images(sample: Callable) -> None:
    images = sample("    return torch.full((len(c), 1, 28, 28), 0.5)")
    assert [part.mean().item() for part in images] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        ("    yield from ()", Raised, "yields nothing"),
        ("    yield torch.zeros(3)", ValueError, r"shape \(3,\); \(10, 1, 28, 28\)"),
        ("    yield object()", ValueError, "samples are Foreign"),
        ("    yield 1 / 0", Raised, "ZeroDivisionError.*s2_6_class_sampling.py, line 4"),
        ("    import os; os._exit(7)", Crashed, "class_ddpm_sample.*exit status 7"),
    ],
)
def test_what_goes_wrong_is_said(sample: Callable, body: str, kind: type, reason: str) -> None:
    with pytest.raises(kind, match=reason):
        sample(body)


def test_what_does_not_end_is_ended(sample: Callable) -> None:
    with pytest.raises(TimedOut, match="`class_ddpm_sample` took longer than 6 s"):
        sample("    while True:\n        yield torch.zeros(10, 1, 28, 28)", seconds=6)


def test_what_is_slow_in_all_is_ended(sample: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0, 1, 61])
    monkeypatch.setattr("autograder.judge.sampling.time", SimpleNamespace(monotonic=lambda: next(clock)))
    with pytest.raises(TimedOut, match="60 s in all"):
        sample("    yield torch.zeros(10, 1, 28, 28)")


def test_what_is_missing_is_named(sample: Callable) -> None:
    with pytest.raises(Missing, match=r"s2_6_class_sampling\.py is not there"):
        sample(**{SAMPLER: b""})
    with pytest.raises(Missing, match="no function `class_ddpm_sample`"):
        sample(**{SAMPLER: b"x = 1"})


def test_another_network_than_that_of_the_weights(sample: Callable, files: dict[str, bytes]) -> None:
    other = files["part_b/s2_4_class.py"].replace(b"self.last", b"self.final")
    with pytest.raises(Raised, match=r"the weights lack final\.weight, final\.bias"):
        sample(**{"part_b/s2_4_class.py": other})


def test_the_judge_is_not_beside_their_code(sample: Callable) -> None:
    with pytest.raises(Raised, match=r"ModuleNotFoundError.*autograder"):
        sample("    import autograder.judge\n    yield 0")


def test_weights_for_the_reference(tmp_path: Path) -> None:
    path = tmp_path / "class-1.safetensors"
    path.write_bytes(save(quiet()))
    assert reference_with(path, ORDER, CPU).name == "class-1"
    names = {f"x.{name}": held for name, held in quiet().items()}
    path.write_bytes(save(names))
    with pytest.raises(ValueError, match=r"class-1\.safetensors: the weights lack conv_0"):
        reference_with(path, ORDER, CPU)


def test_a_submissions_remarks_stay_and_its_weights_are_read_when_wanted(tmp_path: Path) -> None:
    (tmp_path / "ada" / "part_b").mkdir(parents=True)
    (tmp_path / "ada" / "part_b" / "s2_4_class.py").write_bytes(b"\0")
    (candidate,) = submitted(tmp_path / "ada", ORDER, 10, Isolation.PROCESS)
    assert candidate.name == "ada"
    assert "not UTF-8" in candidate.remarks[0]
    with pytest.raises(ValueError, match="`class` in ada cannot be read: there are none"):
        next(candidate.samples())


def test_weights_survive_their_file(weights: Weights) -> None:
    assert read_weights(save(quiet()), "x").num_hiddens == weights.num_hiddens
