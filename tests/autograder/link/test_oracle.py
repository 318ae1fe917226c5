"""The oracle against autograd, its memory and its refusals."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from autograder.checks.draws import cosine_alpha_bar
from autograder.link.oracle import Oracle
from course.toolkit import seeds
from course.toolkit.stage import add_variance

ALPHA_BAR = cosine_alpha_bar()


def an_oracle(*, centres: int = 3, spread: float = 0.3, size: int = 2) -> Oracle:
    """Return an oracle whose centres lie far enough apart for their weights to matter, and near enough."""
    generator = seeds.generator(29)
    places = 0.5 * torch.randn(3, centres, 3, size, size, generator=generator, dtype=torch.float64)
    prompts = torch.randn(3, 4, 6, generator=generator)
    variances = 2 * torch.rand(3, 3, size, size, generator=generator) - 1
    return Oracle(places, spread, prompts, ALPHA_BAR, variances, seed=7)


def score(oracle: Oracle, x_t: Tensor, t: int, row: int) -> Tensor:
    """Return the gradient of log p(x_t) by autograd: each centre shrunk, the variances added."""
    level = oracle.alpha_bar[t].double()
    means = level.sqrt() * oracle.centres[row].flatten(1)
    deviation = (level * oracle.spread**2 + 1 - level).sqrt().expand_as(means)
    weights = Categorical(torch.ones(len(means), dtype=torch.float64))
    density = MixtureSameFamily(weights, Independent(Normal(means, deviation), 1))
    x = x_t.double().flatten(1).requires_grad_()
    (gradient,) = torch.autograd.grad(density.log_prob(x).sum(), x)
    return gradient.reshape(x_t.shape)


@pytest.mark.parametrize("t", [0, 1, 30, 250, 500, 750, 990, 999])
@pytest.mark.parametrize("centres", [1, 2, 3])
def test_the_estimate_is_the_score(t: int, centres: int) -> None:
    """ε = −√(1 − ᾱ) ∇ log p, at points drawn from p."""
    oracle, generator = an_oracle(centres=centres), seeds.generator(t)
    level = ALPHA_BAR[t].double()
    for row in range(3):
        x_0 = oracle.centres[row, :1] + 0.3 * seeds.noise((4, 3, 2, 2), generator)
        x_t = level.sqrt() * x_0 + (1 - level).sqrt() * seeds.noise((4, 3, 2, 2), generator)
        expected = -(1 - level).sqrt() * score(oracle, x_t, t, row)
        found = oracle.double().estimate(x_t, t, [row] * 4)
        torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-8)


def test_the_weights_of_the_centres_matter_in_that_test() -> None:
    oracle = an_oracle()
    x_t = seeds.noise((4, 3, 2, 2), seeds.generator(1)).double()
    found = oracle.double().estimate(x_t, 500, [1] * 4)
    oracle.centres = oracle.centres.mean(1, keepdim=True)
    assert float((oracle.double().estimate(x_t, 500, [1] * 4) - found).abs().max()) > 0.01


def test_one_centre_is_pixelwise() -> None:
    """A changed pixel changes its own estimate, and no other; with three centres it changes all."""
    x_t = seeds.noise((1, 3, 2, 2), seeds.generator(1))
    other = x_t.clone()
    other[0, 1, 0, 1] += 0.5
    changed = [
        an_oracle(centres=k).estimate(other, 500, [1]) != an_oracle(centres=k).estimate(x_t, 500, [1])
        for k in (1, 3)
    ]
    assert torch.equal(changed[0], other != x_t)
    assert bool(changed[1].all())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("t", [0, 1, 30, 480, 999])
def test_half_precision_is_as_good_as_it_gets(dtype: torch.dtype, t: int) -> None:
    x_t = 0.1 * seeds.noise((2, 3, 2, 2), seeds.generator(1), dtype=dtype)
    found, expected = (an_oracle().estimate(x, t, [1, 2]) for x in (x_t, x_t.float()))
    assert found.dtype == dtype
    error = float((found.float() - expected).abs().max() / expected.abs().max())
    assert error < 2 * torch.finfo(dtype).eps


def test_called_as_diffusers_unet_is() -> None:
    oracle = an_oracle()
    x_t = seeds.noise((2, 3, 2, 2), seeds.generator(1))
    embeds = oracle.prompts[[1, 2]]
    (output,) = oracle.unet(x_t, 480, encoder_hidden_states=embeds, return_dict=False)
    assert torch.equal(output[:, :3], oracle.estimate(x_t, 480, [1, 2]))
    assert torch.equal(output[:, 3:], oracle.variances[[1, 2]])
    for t in (torch.tensor(480), torch.tensor([480]), torch.tensor([480, 480]), 480.0):
        assert torch.equal(oracle.unet(x_t, t, embeds).sample, output)


def test_prompts_are_recognised_and_remembered_by_name() -> None:
    oracle = an_oracle()
    x_t = seeds.noise((3, 3, 2, 2), seeds.generator(1))
    oracle.unet(x_t, 480, oracle.prompts[[2, 0, 1]].double())
    [step] = oracle.steps
    names = ["the second prompt", "the null prompt", "the prompt"]
    assert sorted(step.asked) == sorted(names)
    for name, image in zip(names, x_t, strict=True):
        assert [torch.equal(asked, image) for asked in step.asked[name]] == [True]


def test_one_embedding_serves_a_batch() -> None:
    oracle = an_oracle()
    x_t = seeds.noise((3, 3, 2, 2), seeds.generator(1))
    shared = oracle.unet(x_t, 480, oracle.prompts[1:2]).sample
    assert torch.equal(shared, oracle.unet(x_t, 480, oracle.prompts[[1, 1, 1]]).sample)
    assert len(oracle.steps[0].asked["the prompt"]) == 6


def test_a_step_ends_with_its_variance() -> None:
    """Then, or at another timestep, another begins; two questions before are of the same step."""
    oracle, image = an_oracle(), torch.zeros(1, 3, 2, 2)
    for t, t_prime in ((480, 240), (240, 0)):
        for row in (0, 1):
            oracle.unet(image, t, oracle.prompts[row : row + 1])
        oracle.add_variance(image, image, t, t_prime, seeds.generator(0))
    oracle.unet(image, 240, oracle.prompts[:1])
    assert [(step.t, step.t_prime, len(step.asked)) for step in oracle.steps] == [
        (480, 240, 2),
        (240, 0, 2),
        (240, None, 1),
    ]
    oracle.forget()
    assert oracle.steps == []


def test_the_variance_is_the_toolkits_with_noise_of_its_own() -> None:
    """The same for every generator, another for every step, standard normal."""
    oracle = an_oracle(size=50)
    mean, v = seeds.noise((2, 2, 3, 50, 50), seeds.generator(1)).tanh()
    found = [
        oracle.add_variance(mean, v, t, t_prime, seeds.generator(i)) - mean
        for i, (t, t_prime) in enumerate([(480, 240), (480, 240), (480, 210), (510, 240)])
    ]
    assert torch.equal(found[0], found[1])
    toolkits = add_variance(mean, v, 480, 240, ALPHA_BAR, seeds.generator(9)) - mean
    z = found[0] * seeds.noise(mean.shape, seeds.generator(9)) / toolkits
    assert abs(float(z.mean())) < 5.5 / math.sqrt(z.numel())
    assert abs(float(z.var()) - 1) < 5.5 * math.sqrt(2 / z.numel())
    for other in found[2:]:
        correlation = torch.corrcoef(torch.stack([found[0].flatten(), other.flatten()]))[0, 1]
        assert abs(float(correlation)) < 5.5 / math.sqrt(z.numel())


ASKED = "the UNet was given"


@pytest.mark.parametrize(
    ("sample", "t", "embeds", "message"),
    [
        ((1, 6, 2, 2), 5, (1, 4, 6), rf"{ASKED} an image of shape \(1, 6, 2, 2\); it wants \('B', 3, 2, 2\)"),
        ((3, 2, 2), 5, (1, 4, 6), rf"{ASKED} an image of shape \(3, 2, 2\); it wants"),
        ((2, 3, 2, 2), 5, (3, 4, 6), rf"{ASKED} encoder_hidden_states of shape \(3, 4, 6\); .* \(2, 4, 6\)"),
        ((2, 3, 2, 2), 5, (4, 6), rf"{ASKED} encoder_hidden_states of shape \(4, 6\); it wants \(2, 4, 6\)"),
        ((2, 3, 2, 2), 5, None, rf"{ASKED} encoder_hidden_states of shape None; it wants \(2, 4, 6\)"),
        ((1, 3, 2, 2), 1000, (1, 4, 6), rf"{ASKED} the timestep 1000; it wants one in \[0, T\)"),
        ((1, 3, 2, 2), -1, (1, 4, 6), rf"{ASKED} the timestep -1; it wants one in \[0, T\)"),
        ((1, 3, 2, 2), 5, (1, 4, 6), rf"{ASKED} embeddings that it was not given: neither the prompt's nor"),
    ],
)
def test_what_it_was_not_made_for(
    sample: tuple[int, ...], t: int, embeds: tuple[int, ...] | None, message: str
) -> None:
    given = None if embeds is None else torch.full(embeds, 9.0)
    with pytest.raises(ValueError, match=f"^{message}"):
        an_oracle().unet(torch.zeros(sample), t, given)


def test_one_timestep_at_a_time() -> None:
    oracle = an_oracle()
    with pytest.raises(
        ValueError, match=r"^the UNet was given the timestep tensor\(\[5, 6\]\); it wants one"
    ):
        oracle.unet(torch.zeros(2, 3, 2, 2), torch.tensor([5, 6]), oracle.prompts[:2])


def test_variance_for_a_mean_of_another_shape() -> None:
    message = r"^add_variance: mean and predicted_variance have the shapes \(1, 3, 2, 2\) and \(1, 6, 2, 2\)"
    with pytest.raises(ValueError, match=message):
        an_oracle().add_variance(torch.zeros(1, 3, 2, 2), torch.zeros(1, 6, 2, 2), 5, 0, seeds.generator(0))


def test_a_step_that_does_not_go_down() -> None:
    image = torch.zeros(1, 3, 2, 2)
    with pytest.raises(ValueError, match=r"^t = 5, t_prime = 5, but a step goes down"):
        an_oracle().add_variance(image, image, 5, 5, seeds.generator(0))
