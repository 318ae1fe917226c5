"""What a call came to: labels for values and events, and what does not make a difference."""

import pytest
import torch
from torch import Tensor

from autograder.checks.draws import PUBLIC, Draw
from autograder.checks.examples import Scene, scene
from autograder.checks.outcome import Call
from autograder.link.values import Foreign

ASKED = "the image that the UNet is asked about with"


@pytest.fixture
def where() -> Scene:
    return scene(Draw(PUBLIC, "outcomes"), steps=2)


def labels(function, *args, seen: Tensor | None = None) -> dict:
    return Call(args, {}).run(function, seen)


def test_values_are_spread_out() -> None:
    x = torch.ones(2)
    assert list(labels(lambda: x)) == [""]
    assert list(labels(lambda: (x, [x, x]))) == ["[0]", "[1][0]", "[1][1]"]
    assert labels(lambda: [3, 2])[""][0].tolist() == [3, 2]
    assert labels(lambda: 2.5)[""][0].item() == 2.5
    assert labels(lambda: None) == {"": (None,)}
    assert labels(lambda: {"a": 1}) == {"": (Foreign("dict"),)}
    assert list(labels(lambda: {"a": x, "0": x})) == ["['a']", "['0']"]


def test_events_name_their_step(where: Scene) -> None:
    x_t, stage_1 = Draw(PUBLIC, "x").noise(1), where.oracle.stage()

    def loop(stage_1, generator):
        variance = stage_1.unet(x_t, 600, where.embeds(1)[:1], return_dict=False)[0][:, 3:]
        return stage_1.add_variance(x_t, variance, 600, 300, generator)

    outcome = labels(loop, stage_1, torch.Generator())
    at = "step 1 (t = 600)"
    assert list(outcome) == [
        f"{at}: {ASKED} the prompt",
        f"{at}: the timestep t′ that add_variance is given",
        f"{at}: the predicted variance that add_variance is given",
        f"{at}: the mean that add_variance is given",
        "",
    ]


def both(unet, x_t: Tensor, where: Scene, t) -> None:
    embeds = torch.cat([where.embeds(0), where.embeds(1)])
    unet(torch.cat([x_t, x_t]), t, embeds)


def one_by_one(unet, x_t: Tensor, where: Scene, t) -> None:
    for image, prompt, null in zip(x_t, where.embeds(1), where.embeds(0), strict=True):
        unet(image[None], t, prompt[None])
        unet(image[None], t, encoder_hidden_states=null[None])


def twice(unet, x_t: Tensor, where: Scene, t) -> None:
    for _ in range(2):
        both(unet, x_t, where, torch.tensor([t] * 4))


@pytest.mark.parametrize("other", [one_by_one, twice])
def test_how_the_unet_is_called_makes_no_difference(where: Scene, other) -> None:
    x_t = Draw(PUBLIC, "x").noise()
    first, second = (
        labels(lambda unet, ask=ask: ask(unet, x_t, where, 500), where.oracle.unet) for ask in (both, other)
    )
    assert first.keys() == second.keys()
    assert all(torch.equal(first[label][0], second[label][0]) for label in first if label)


def test_two_images_in_either_order_are_candidates_for_each_other(where: Scene) -> None:
    upright = Draw(PUBLIC, "x").noise(1)
    turned, embeds = upright.flip(2, 3), where.embeds(0)[:1]

    def ask(unet, *images):
        for image in images:
            unet(image, 500, embeds)

    outcome = labels(ask, where.oracle.unet, turned, upright)
    second = outcome[f"step 1 (t = 500): {ASKED} the null prompt (2)"]
    assert [torch.equal(image, wanted) for image, wanted in zip(second, (upright[0], turned[0]), strict=True)]
    assert len(second) == 2


def test_what_is_not_looked_at_counts_as_nothing() -> None:
    seen = torch.zeros(1, 1, 4, 4)
    seen[..., :2, :] = 1
    image = torch.ones(2, 3, 4, 4)
    masked = labels(lambda: image, seen=seen)[""][0]
    assert torch.equal(masked, seen.expand_as(image))
    assert labels(lambda: torch.ones(3), seen=seen)[""][0].tolist() == [1, 1, 1]


def test_a_call_can_be_run_twice_with_the_same_noise() -> None:
    call = Call((torch.Generator().manual_seed(1),), {})
    first, second = (call.run(lambda generator: torch.randn(3, generator=generator)) for _ in range(2))
    assert torch.equal(first[""][0], second[""][0])


def test_in_float64_everything_is(where: Scene) -> None:
    call = Call(
        (where.oracle.stage(), torch.ones(1), torch.ones(1, dtype=torch.int64), 7), {"x": torch.ones(1)}
    )
    stage_1, x, whole, number = call.double().args
    assert (x.dtype, whole.dtype, number) == (torch.float64, torch.int64, 7)
    assert stage_1.alpha_bar.dtype == call.double().kwargs["x"].dtype == torch.float64
    assert call.double().oracles()[0] is not where.oracle
