"""The oracle of digits against autograd, its memory and its refusals."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from autograder.link.digit_oracle import DigitOracle
from course.toolkit import seeds

ALPHA_BARS = (1 - torch.linspace(0.02, 0.3, 12)).cumprod(0)
SPREAD = 0.3


def an_oracle(*, digits: int = 3, size: int = 2) -> DigitOracle:
    """Return an oracle whose digits lie far enough apart for their weights to matter, and near enough."""
    centres = torch.rand(digits, 1, size, size, generator=seeds.generator(29), dtype=torch.float64)
    return DigitOracle(centres, SPREAD, ALPHA_BARS)


def score(oracle: DigitOracle, x: Tensor, signal: float, noise: float, rows: list[int]) -> Tensor:
    """Return the gradient of log p(x) by autograd: each digit shrunk, the variances added."""
    means = signal * oracle.centres[rows].flatten(1)
    deviation = torch.tensor(math.hypot(signal * SPREAD, noise)).double().expand_as(means)
    weights = Categorical(torch.ones(len(means), dtype=torch.float64))
    density = MixtureSameFamily(weights, Independent(Normal(means, deviation), 1))
    flat = x.double().flatten(1).requires_grad_()
    (gradient,) = torch.autograd.grad(density.log_prob(flat).sum(), flat)
    return gradient.reshape(x.shape)


@pytest.mark.parametrize("t", [0, 1, 5, 11])
def test_without_a_class_the_estimate_is_the_score_of_all_digits(t: int) -> None:
    """ε = −√(1 − ᾱ) ∇ log p, at points near the digits."""
    oracle, level = an_oracle(), float(ALPHA_BARS[t])
    x = seeds.noise((6, 1, 2, 2), seeds.generator(t), dtype=torch.float64)
    expected = -math.sqrt(1 - level) * score(oracle, x, math.sqrt(level), math.sqrt(1 - level), [0, 1, 2])
    times = torch.full((6,), t / 12)
    for found in (oracle.timed(x, times), oracle.classed(x, torch.ones(6).long(), times, torch.zeros(6))):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("digit", [0, 1, 2])
def test_with_a_class_the_estimate_is_the_score_of_that_digit(digit: int) -> None:
    oracle, level = an_oracle(), float(ALPHA_BARS[5])
    x = seeds.noise((6, 1, 2, 2), seeds.generator(1), dtype=torch.float64)
    expected = -math.sqrt(1 - level) * score(oracle, x, math.sqrt(level), math.sqrt(1 - level), [digit])
    c, times = torch.full((6,), digit), torch.full((6,), 5 / 12)
    for mask in (None, torch.ones(6), torch.ones(6).bool()):
        torch.testing.assert_close(oracle.classed(x, c, times, mask), expected, rtol=1e-5, atol=1e-7)


def test_the_denoiser_goes_where_the_score_points() -> None:
    """E[x | z] = z + σ² ∇ log p (Tweedie)."""
    oracle = an_oracle()
    z = seeds.noise((6, 1, 2, 2), seeds.generator(1), dtype=torch.float64)
    expected = z + 0.25 * score(oracle, z, 1.0, 0.5, [0, 1, 2])
    torch.testing.assert_close(oracle.denoise(z), expected, rtol=1e-6, atol=1e-8)


def test_every_picture_has_its_own_time() -> None:
    oracle, x = an_oracle(), seeds.noise((12, 1, 2, 2), seeds.generator(1))
    times = torch.arange(12) / 12
    together = oracle.timed(x, times)
    for i in range(12):
        torch.testing.assert_close(together[i : i + 1], oracle.timed(x[i : i + 1], times[i : i + 1]))
    assert oracle.levels(times).tolist() == ALPHA_BARS.tolist()
    assert oracle.levels(torch.tensor([-1.0, 1.0, 300.0, math.nan])).tolist() == [
        ALPHA_BARS[i].item() for i in (0, 11, 11, 0)
    ]


def test_the_noise_in_a_picture_is_found_again() -> None:
    oracle, eps = an_oracle(), seeds.noise((12, 1, 2, 2), seeds.generator(1))
    x_0, level = torch.rand(12, 1, 2, 2), ALPHA_BARS.view(-1, 1, 1, 1)
    x_t = level.sqrt() * x_0 + (1 - level).sqrt() * eps
    found = oracle.noise_in(x_t, x_0, torch.arange(12) / 12)
    torch.testing.assert_close(found, eps.double(), atol=1e-5, rtol=0)


def test_it_remembers_what_it_was_asked() -> None:
    oracle, x = an_oracle(), torch.rand(2, 1, 2, 2)
    oracle.denoise(x, training=True)
    oracle.timed(x, torch.zeros(2))
    returned = oracle.classed(x, torch.tensor([0, 2]), torch.zeros(2), torch.tensor([True, False]))
    denoised, timed, classed = oracle.asked
    assert (denoised.t, denoised.c, denoised.training) == (None, None, True)
    assert (timed.c, timed.training) == (None, False)
    assert denoised.mask.tolist() == timed.mask.tolist() == [1, 1]
    assert classed.c is not None
    assert classed.c.tolist() == [0, 2]
    assert classed.mask.tolist() == [1, 0]
    assert torch.equal(classed.returned, returned)
    oracle.forget()
    assert oracle.asked == list(oracle.events()) == []


def asked(oracle: DigitOracle, *calls: tuple[Tensor, Tensor, Tensor, Tensor | None]) -> dict[str, list]:
    oracle.forget()
    for call in calls:
        oracle.classed(*call)
    return {label: leaf.tolist() for label, (leaf,) in oracle.events()}


def test_one_doubled_call_is_the_same_as_two() -> None:
    oracle, x, c, t = an_oracle(), torch.rand(2, 1, 2, 2), torch.tensor([1, 2]), torch.full((2,), 0.5)
    kept, dropped = (x, c, t, None), (x, torch.zeros(2).long(), t, torch.zeros(2))
    doubled = (torch.cat([x, x]), torch.cat([c, c]), torch.cat([t, t]), torch.tensor([0, 0, 1.0, 1]))
    assert asked(oracle, kept, dropped) == asked(oracle, dropped, kept) == asked(oracle, doubled)
    assert asked(oracle, doubled)["step 1: the classes that the network is given"] == [1, 2, -1, -1]
    assert asked(oracle, kept) != asked(oracle, dropped)


def test_another_time_is_another_step() -> None:
    oracle, x = an_oracle(), torch.rand(2, 1, 2, 2)
    for time in (0.5, 0.5, 0.25):
        oracle.timed(x, torch.full((2,), time))
    oracle.timed(x, torch.tensor([0.25, 0.5]))
    oracle.denoise(x)
    assert [len(step) for step in oracle.steps()] == [2, 1, 1, 1]
    labels = [label for label, _ in oracle.events()]
    assert labels[0] == "step 1: the pictures that the network is given"
    assert [label.partition(":")[0] for label in labels] == ["step 1"] * 3 + ["step 2"] * 3 + [
        "step 3"
    ] * 3 + ["step 4"] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (torch.rand(2, 2, 2),),
            r"float32 of shape \(2, 2, 2\) as pictures; it wants the shape \(N, 1, 2, 2\)",
        ),
        ((torch.rand(2, 3, 2, 2),), r"of shape \(2, 3, 2, 2\) as pictures"),
        ((torch.ones(2, 1, 2, 2).long(),), r"int64 of shape \(2, 1, 2, 2\) as pictures; it wants fractions"),
        (("pictures",), r"a str as pictures"),
        ((torch.rand(2, 1, 2, 2), torch.tensor(0.5)), r"shape \(\) as t; it wants a tensor of shape \(2,\)"),
        (
            (torch.rand(2, 1, 2, 2), torch.rand(2, 1)),
            r"shape \(2, 1\) as t; it wants a tensor of shape \(2,\)",
        ),
        ((torch.rand(2, 1, 2, 2), torch.rand(1)), r"shape \(1,\) as t"),
        ((torch.rand(2, 1, 2, 2), 0.5), r"a float as t; it wants a tensor of shape \(2,\)"),
        ((torch.rand(2, 1, 2, 2), None), r"None as t"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple, message: str) -> None:
    oracle = an_oracle()
    with pytest.raises(ValueError, match=message):
        (oracle.denoise if len(arguments) == 1 else oracle.timed)(*arguments)
    assert oracle.asked == []


@pytest.mark.parametrize(
    ("c", "mask", "message"),
    [
        (
            torch.tensor([1.0, 2.0]),
            None,
            r"float32 of shape \(2,\) as c; it wants whole numbers of shape \(2,\)",
        ),
        (torch.eye(3)[:2], None, r"shape \(2, 3\) as c; it wants whole numbers .* makes them one-hot itself"),
        (torch.tensor([1]), None, r"shape \(1,\) as c"),
        (torch.tensor([1, 3]), None, "classes from 1 to 3; there are 0 to 2"),
        (torch.tensor([1, -1]), None, "classes from -1 to 1; there are 0 to 2"),
        (3, None, "a int as c"),
        (
            torch.tensor([1, 2]),
            torch.ones(2, 1),
            r"shape \(2, 1\) as mask; it wants a tensor of shape \(2,\)",
        ),
        (torch.tensor([1, 2]), 0, "a int as mask"),
    ],
)
def test_classes_that_make_no_sense_are_refused(c, mask, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        an_oracle().classed(torch.rand(2, 1, 2, 2), c, torch.zeros(2), mask)
