"""Flow matching: the gates, the loss on fields that are perfect, and flows that are known."""

import math

import pytest
import torch

from course.toolkit import seeds
from solutions.extension.s1_flow_time import TimeFlowUNet, recipe, time_fm_forward, time_fm_sample
from solutions.part_b.s1_1_unet import UnconditionalUNet

SIZE = (4, 6)


@pytest.mark.parametrize("d", [2, 8, 64])
def test_has_as_many_parameters_as_the_network_of_part_b(d: int) -> None:
    count = sum(parameter.numel() for parameter in TimeFlowUNet(1, d).parameters())
    assert count == 486 * d**2 + 90 * d + 1


@torch.no_grad()
def open_gates(network: TimeFlowUNet) -> None:
    """Make both gates 1 at any time."""
    for gate in (network.gate_1, network.gate_2):
        for parameter in gate.parameters():
            parameter.zero_()
        gate[-1].bias.fill_(1)


def test_with_open_gates_it_is_the_unet_of_1_1(tiny) -> None:
    gated, plain = tiny(TimeFlowUNet, 1, 4), UnconditionalUNet(1, 4).eval()
    open_gates(gated)
    shared = {name: value for name, value in gated.state_dict().items() if not name.startswith("gate")}
    plain.load_state_dict(shared)
    x, t = seeds.noise((3, 1, 28, 28), seeds.generator(1)), torch.rand(3, generator=seeds.generator(2))
    with torch.no_grad():
        torch.testing.assert_close(gated(x, t), plain(x))


@pytest.mark.parametrize(("gate", "below"), [("gate_1", "flatten"), ("gate_2", "up_1")])
def test_a_closed_gate_lets_nothing_through(tiny, gate: str, below: str) -> None:
    network = tiny(TimeFlowUNet, 1, 4)
    open_gates(network)
    x, t = seeds.noise((2, 1, 28, 28), seeds.generator(1)), torch.rand(2, generator=seeds.generator(2))

    def output(disturbed: bool) -> torch.Tensor:
        hook = getattr(network, below).register_forward_hook(lambda *call: call[2] + 5 * disturbed)
        with torch.no_grad():
            found = network(x, t)
        hook.remove()
        return found

    assert not torch.allclose(output(True), output(False))
    getattr(network, gate)[-1].bias.data.zero_()
    assert torch.equal(output(True), output(False))


def test_a_perfect_field_has_no_loss(field) -> None:
    """Where all data is one picture, (picture − x_t) / (1 − t) is the velocity, whatever was drawn."""
    picture = torch.rand(1, 1, *SIZE, generator=seeds.generator(1), dtype=torch.float64)
    perfect = field(lambda x, t: (picture - x) / (1 - t.view(-1, 1, 1, 1)))
    loss = time_fm_forward(perfect, picture.expand(64, -1, -1, -1), seeds.generator(29))
    assert loss.shape == ()
    assert loss.item() < 1e-20


def test_the_least_loss_of_a_gaussian(field, gaussian) -> None:
    """E[Var[data − noise | x_t]] of a pixel is known: s² / ((1 − t)² + t² s²), to be averaged over t.

    The integral is s·π/2.  On 1,600,000 numbers the mean is within 5 standard errors, 0.4 %.
    """
    spread = 0.5
    data = spread * seeds.noise((20_000, 1, 8, 10), seeds.generator(1), dtype=torch.float64)
    loss = time_fm_forward(field(lambda x, t: gaussian(x, t, 0.0, spread)), data, seeds.generator(29))
    assert loss.item() == pytest.approx(spread * math.pi / 2, rel=0.004)


def test_straight_paths_are_exact_in_any_number_of_steps(field) -> None:
    picture = torch.rand(1, 1, *SIZE, generator=seeds.generator(1), dtype=torch.float64)
    unet = field(lambda x, t: (picture - x) / (1 - t.view(-1, 1, 1, 1)))
    noise = seeds.noise((2, 1, *SIZE), seeds.generator(29), dtype=torch.float64)
    for n in (1, 3, 50):
        images = list(time_fm_sample(unet, SIZE, n, seeds.generator(29), 2))
        assert len(images) == n
        for i, image in enumerate(images, start=1):
            torch.testing.assert_close(image, (1 - i / n) * noise + i / n * picture)


def test_eulers_method_comes_nearer_to_the_flow_with_every_step(field, gaussian) -> None:
    """Of N(m, s²) the flow ends in m + s·noise; the error of n steps goes with 1/n."""
    unet = field(lambda x, t: gaussian(x, t, 0.7, 0.3))
    noise = seeds.noise((3, 1, *SIZE), seeds.generator(29), dtype=torch.float64)
    errors = []
    for n in (100, 200, 400):
        *_, last = time_fm_sample(unet, SIZE, n, seeds.generator(29), 3)
        errors.append(float((last - (0.7 + 0.3 * noise)).abs().max()))
    assert errors[2] < 0.02
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("training", [True, False])
def test_modes_and_gradients(field, training: bool) -> None:
    unet = field(lambda x, t: x).train(training)
    loop = time_fm_sample(unet, SIZE, 4, seeds.generator(29))
    next(loop)
    assert torch.is_grad_enabled()
    loop.close()
    assert unet.training is training
    assert unet.modes == [(False, False)]
    assert [float(inputs[1]) for inputs in unet.asked] == [0.0]


def test_images_have_the_dtype_of_the_network(field) -> None:
    for dtype in (torch.float32, torch.float16):
        *_, last = time_fm_sample(field(lambda x, t: x, dtype), SIZE, 2, seeds.generator(29))
        assert (last.dtype, last.shape) == (dtype, (1, 1, *SIZE))


def test_the_recipe_is_that_of_the_course() -> None:
    made = recipe()
    assert (made.name, made.epochs, made.batch_size, made.learning_rate) == ("flow_time", 10, 64, 1e-2)
    assert made.decay**10 == pytest.approx(0.1)
    network = recipe(num_hiddens=2).network()
    images = torch.rand(3, 1, 28, 28, generator=seeds.generator(1))
    loss = made.loss(network, images, torch.zeros(3).long(), seeds.generator(29))
    assert loss.requires_grad
    assert made.settings == {"num_hiddens": 64, "num_ts": 50}
