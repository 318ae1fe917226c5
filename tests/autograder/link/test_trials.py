"""What is done with classes and losses beside student code, on every kind of link."""

import pytest
import torch
from torch import nn

from autograder.link.failures import Raised, Refused
from autograder.link.filling import fill, size, statistics
from autograder.link.implementation import Foreign, Implementation
from autograder.link.networks import Pixelwise
from autograder.link.trials import Gradients, Trial

UNET = "part_b.s2_1_networks"
X = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(29))
TRIAL = Trial(((X,),))
RUN = {"outputs": [X], "statistics": {}}
LOSS = "the gradient of the loss with respect to"


def same(first: dict, second: dict) -> bool:
    return first.keys() == second.keys() and all(
        torch.allclose(first[key], second[key], atol=1e-5) for key in first
    )


def tried(code: Implementation, name: str, *args, trial: Trial | Gradients = TRIAL) -> dict:
    return {label: leaf for label, (leaf, *_) in candidates(code, name, *args, trial=trial).items()}


def candidates(code: Implementation, name: str, *args, trial) -> dict:
    return dict(trial.leaves(code.call(UNET, name, args, trial=trial)))


def test_parameters_are_counted_and_outputs_returned(code: Implementation) -> None:
    found = tried(code, "Small", 4)
    assert list(found) == ["the number of parameters", "the output"]
    assert int(found["the number of parameters"]) == 27 * 4 + 4 + 2 * 4 + 4 * 2 + 2
    assert found["the output"].shape == (2, 2)


@pytest.mark.parametrize("training", [False, True])
def test_names_and_order_of_layers_make_no_difference(code: Implementation, training: bool) -> None:
    trial = Trial(((X,), (X, True)), training)
    found = tried(code, "Small", 4, trial=trial)
    assert same(found, tried(code, "OtherNames", 4, trial=trial))
    outputs = [found[label] for label in found if label.startswith("the output for input")]
    assert torch.allclose(outputs[1], 2 * outputs[0], atol=1e-5)


def test_the_seed_makes_all_the_difference(code: Implementation) -> None:
    first, again, other = (
        tried(code, "Small", 4, trial=Trial(((X,),), seed=seed))["the output"] for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert (first - other).abs().max() > 0.01


def test_a_concatenation_may_have_either_order(code: Implementation) -> None:
    trial = Trial(((X[:, :2],),))
    ordered, flipped = (candidates(code, "Joined", flipped, trial=trial)["the output"] for flipped in (0, 1))
    assert len(ordered) == len(flipped) == 4
    assert not torch.allclose(ordered[0], flipped[0], atol=1e-2)
    assert [torch.allclose(ordered[0], output, atol=1e-5) for output in flipped].count(True) == 1


def test_training_mode_takes_the_statistics_of_the_batch(code: Implementation) -> None:
    trial = Trial(((X,),), training=True)
    found = tried(code, "Small", 4, trial=trial)
    conv, before = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4)
    fill(conv, trial.seed)
    fill(before, trial.seed)
    with torch.no_grad():
        after = 0.9 * before.running_mean + 0.1 * conv(X).mean((0, 2, 3))
    key = "the running_mean of the BatchNorms with 4 channels, after a call in training mode"
    assert torch.allclose(found[key], after[None], atol=1e-5)


def test_float64_is_the_same_to_many_digits(code: Implementation) -> None:
    single, double = (tried(code, "Small", 4, trial=trial) for trial in (TRIAL, TRIAL.double()))
    assert double["the output"].dtype == torch.float64
    assert torch.allclose(single["the output"].double(), double["the output"], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "args", "words"),
    [
        ("no_network", [3], "of type list; make it a class that inherits from nn.Module"),
        ("Lazy", [], "the size of conv.weight is left open"),
        ("Meta", [], "conv.weight is on the device “meta”"),
        ("Large", [], "1,000,000,000 parameters"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_the_remedy(code, name: str, args: list, words: str) -> None:
    with pytest.raises(Refused, match=words):
        tried(code, name, *args)


@pytest.mark.parametrize(
    ("name", "args", "words"),
    [
        ("Raises", [3], r"ValueError: 3 channels are not enough \(part_b/s2_1_networks.py, line \d+"),
        ("NoInit", [3], r"AttributeError: cannot assign module.*part_b/s2_1_networks.py, line \d+"),
        ("NoForward", [], "NotImplementedError: .*forward"),
        ("Small", [0], "RuntimeError|ValueError|ZeroDivisionError|IndexError"),
        ("Small", [], "TypeError: .*missing 1 required positional argument"),
    ],
)
def test_what_raises_says_where(code: Implementation, name: str, args: list, words: str) -> None:
    with pytest.raises(Raised, match=words):
        tried(code, name, *args)


def test_an_output_that_is_no_tensor(code: Implementation) -> None:
    assert isinstance(tried(code, "Numpy")["the output"], Foreign | type(None))


def test_inputs_are_copies(code: Implementation) -> None:
    before = X.clone()
    tried(code, "Small", 4, trial=Trial(((X,), (X,))))
    assert torch.equal(X, before)


def test_gradients_follow_the_closed_form(code: Implementation) -> None:
    found = tried(code, "loss", Pixelwise(0.5, 0.25), X, trial=Gradients())
    error = 0.5 * X + 0.25
    assert found["the loss"].item() == pytest.approx(float(error.square().mean()), rel=1e-5)
    assert found[f"{LOSS} scale"].item() == pytest.approx(float((2 * error * X).mean()), rel=1e-4)
    assert found[f"{LOSS} shift"].item() == pytest.approx(float((2 * error).mean()), rel=1e-4)


@pytest.mark.parametrize("name", ["loss_without_graph", "loss_as_float"])
def test_a_loss_that_leads_nowhere_has_none(code: Implementation, name: str) -> None:
    found = tried(code, name, Pixelwise(0.5, 0.25), X, trial=Gradients())
    assert found[f"{LOSS} scale"] == found[f"{LOSS} shift"] == Foreign("NoneType")
    assert isinstance(found["the loss"], torch.Tensor) == (name == "loss_without_graph")


@pytest.mark.parametrize(
    "found",
    [
        None,
        [],
        {},
        {"parameters": 1, "runs": []},
        {"parameters": 1, "runs": [RUN] * 17},
        {"parameters": 1, "runs": (RUN,)},
        {"parameters": 1.0, "runs": [RUN]},
        {"parameters": True, "runs": [RUN]},
        {"parameters": 1, "runs": [X]},
        {"parameters": 1, "runs": [RUN | {"outputs": [X, X]}]},
        {"parameters": 1, "runs": [RUN | {"outputs": (X,)}]},
        {"parameters": 1, "runs": [RUN | {"statistics": []}]},
        {"parameters": 1, "runs": [RUN], "more": {}},
    ],
)
def test_results_that_no_honest_program_sends(found: object) -> None:
    with pytest.raises(Refused, match="not the results of a trial"):
        list(TRIAL.leaves(found))


@pytest.mark.parametrize("found", [None, {"loss": X}, {"loss": X, "gradients": None}])
def test_gradients_that_no_honest_program_sends(found: object) -> None:
    with pytest.raises(Refused, match="not the results of a trial"):
        list(Gradients().leaves(found))


def test_a_count_beyond_all_numbers() -> None:
    for count in (-(2**64) + 1, 2**64 - 1):
        leaves = dict(TRIAL.leaves({"parameters": count, "runs": [RUN]}))
        assert 0 <= int(leaves["the number of parameters"][0]) <= 2**62


def test_signals_neither_vanish_nor_explode() -> None:
    layers = [
        nn.Sequential(nn.Conv2d(w, w + 1, 3, 1, 1), nn.BatchNorm2d(w + 1), nn.GELU()) for w in range(3, 12)
    ]
    network = nn.Sequential(*layers, nn.ConvTranspose2d(12, 7, 4, 2, 1), nn.ConvTranspose2d(7, 7, 7, 7))
    for seed in range(20):
        fill(network, seed)
        with torch.no_grad():
            output = network.eval()(X)
        assert 0.1 < output.std() < 100


def test_shared_parameters_count_once() -> None:
    layer = nn.Linear(3, 3)
    assert size(nn.Sequential(layer, layer)) == 12


def test_statistics_have_no_order() -> None:
    first, second = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
    fill(first, 1)
    fill(second, 2)
    there, back = statistics(nn.Sequential(first, second)), statistics(nn.Sequential(second, first))
    assert there.keys() == back.keys()
    assert all(torch.equal(there[key], back[key]) for key in there)
    fill(second, 3)
    changed = statistics(nn.Sequential(first, second))
    assert not all(torch.equal(changed[key], there[key]) for key in there)
