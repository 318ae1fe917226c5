"""Networks as arguments: a real module beside student code, a record here, on every kind of link."""

import pytest
import torch

from autograder.checks.reference import drained
from autograder.link.failures import Failure, Raised
from autograder.link.implementation import Implementation
from autograder.link.networks import Heard, Network, Pixelwise, built, put_together, recorded
from autograder.link.values import Malformed

UNET = "part_b.s2_1_networks"
X = torch.arange(6.0).reshape(1, 1, 2, 3)


def plus_one(x, *args, training, **kwargs):
    return x + 1


def test_a_call_reaches_the_check_with_its_mode(code: Implementation) -> None:
    heard = []

    def forward(x, t, *, training, mask):
        heard.append((x, t, training, mask))
        return 2 * x

    assert torch.equal(code.call(UNET, "ask", [Network(forward), X, 0.25]), 2 * X)
    assert [(t, training, mask) for _, t, training, mask in heard] == [(0.25, True, None)]
    assert torch.equal(heard[0][0], X)


@pytest.mark.parametrize("training", [True, False])
def test_mode_and_gradients_are_heard(code: Implementation, training: bool) -> None:
    network = Network(plus_one, training)
    value, after = code.call(UNET, "modes", [network, X], echo=True)
    assert torch.equal(value, 2 * X + 2)
    assert network.heard == [Heard(False, False), Heard(training, True)]
    assert (after[0].training, after[0].forward) == (training, plus_one)


def test_the_mode_afterwards_comes_back(code: Implementation) -> None:
    for network in (Network(plus_one), Pixelwise(1.0, 0.0)):
        _, after = code.call(UNET, "forgets_mode", [network, X], echo=True)
        assert type(after[0]) is type(network)
        assert after[0].training is False


def test_both_are_modules_that_optimisers_take(code: Implementation) -> None:
    assert code.call(UNET, "is_module", [Network(plus_one)]) == (True, 1, True)
    assert code.call(UNET, "is_module", [Pixelwise(0.5, 0.1)]) == (True, 2, True)


def test_a_network_can_be_trained_in_form_only(code: Implementation) -> None:
    losses = code.call(UNET, "trains", [Network(lambda x, t, training: x / 2), X, 3])
    assert losses == pytest.approx([float((X / 2 - 1).square().mean())] * 3)


def test_pixelwise_learns_as_the_closed_form_says(code: Implementation) -> None:
    (first, second), after = code.call(UNET, "trains", [Pixelwise(0.5, 0.25), X, 2], echo=True)
    scale, shift = 0.5, 0.25
    for loss in (first, second):
        error = scale * X + shift - 1
        assert loss == pytest.approx(float(error.square().mean()), rel=1e-5)
        scale -= 0.1 * float((2 * error * X).mean())
        shift -= 0.1 * float((2 * error).mean())
    assert (after[0].scale, after[0].shift) == pytest.approx((scale, shift), rel=1e-5)


def test_a_copy_asks_the_same(code: Implementation) -> None:
    assert torch.equal(code.call(UNET, "twin_of", [Network(plus_one), X]), X + 1)
    assert torch.equal(code.call(UNET, "twin_of", [Pixelwise(2.0, 1.0), X]), 2 * X + 1)


def test_what_forward_raises_reaches_student_code(code: Implementation) -> None:
    def forward(x, t, *, training, mask):
        raise ValueError(f"t = {t} lies outside [0, 1]; divide it by num_ts")

    with pytest.raises(Raised, match="t = 7 lies outside"):
        code.call(UNET, "ask", [Network(forward), X, 7])


def test_float64_stays(code: Implementation) -> None:
    found = code.call(UNET, "ask", [Pixelwise(1 / 3, 0.0).double(), X.double(), 0])
    assert torch.allclose(found, X.double() / 3, rtol=1e-12)


def test_a_network_that_student_code_spoiled_is_its_failure(code: Implementation) -> None:
    with pytest.raises(Failure):
        code.call(UNET, "breaks_network", [Pixelwise(1.0, 0.0), X], echo=True)


def test_a_lent_function_is_given_the_network_again(code: Implementation) -> None:
    network = Network(lambda x, *, training, **rest: x)
    whole = drained(lambda unet, x, t: unet(x + 10))
    found = code.call(UNET, "ask", [network, X, 0], lent={(UNET, "ask"): whole})
    assert torch.equal(found, X + 10)


def test_a_lent_loss_can_be_learned_from(code: Implementation) -> None:
    def right(unet, x):
        return (unet(x) - 1).square().mean()

    def learned(**options) -> list:
        found = code.call(UNET, "minimises", [Pixelwise(0.5, 0.25), X, 3], echo=True, **options)
        return [*found[0], found[1][0].scale, found[1][0].shift]

    with pytest.raises(Raised, match="does not require grad"):
        learned()
    expected, unet = [], built(Pixelwise(0.5, 0.25))
    optimiser = torch.optim.SGD(unet.parameters(), lr=0.1)
    for _ in range(3):
        loss = right(unet, X)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        expected.append(loss.item())
    wanted = [*expected, unet.scale.item(), unet.shift.item()]
    found = learned(lent={(UNET, "loss_without_graph"): drained(right)})
    assert found == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("value", [Network(plus_one, False), Pixelwise(0.5, -1.0, False, torch.float64)])
def test_a_record_survives_its_module(value) -> None:
    assert recorded(built(value)) == value


@pytest.mark.parametrize(
    ("tag", "parts"),
    [
        ("pixelwise", [1.0, 1.0, True]),
        ("pixelwise", [1, 1.0, True, "float32"]),
        ("pixelwise", [1.0, 1.0, 1, "float32"]),
        ("pixelwise", [1.0, 1.0, True, "int64"]),
        ("pixelwise", [1.0, 1.0, True, torch.ones(2)]),
        ("network", []),
        ("network", [3, True]),
        ("network", [plus_one, True]),
        ("network", [Network(plus_one).answer, 1]),
        ("network", [Network(plus_one).heard.append, True]),
    ],
)
def test_a_record_that_no_honest_sender_makes(tag: str, parts: list) -> None:
    with pytest.raises(Malformed):
        put_together(tag, parts, as_modules=False)


@pytest.mark.parametrize("mode", [{}, {"training": 1, "gradients": True}, {"training": True, "gradients": 0}])
def test_a_call_in_no_mode_is_refused(mode: dict) -> None:
    network = Network(plus_one)
    with pytest.raises(TypeError):
        network.answer(X, **mode)
    assert network.heard == []
