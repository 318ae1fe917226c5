"""What a network was asked belongs to the outcome of a call; what is right is no known mistake."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import torch

from autograder.checks.comparison import Expected, Twin
from autograder.checks.digit_scenes import DigitScene, digit_scene
from autograder.checks.draws import PUBLIC, Draw
from autograder.checks.outcome import Call, Witness
from autograder.checks.reference import Live, drained
from autograder.link.local import Local
from autograder.link.networks import Network

GIVEN = "that the network is given"


@pytest.fixture
def scene() -> DigitScene:
    return digit_scene(Draw(PUBLIC, "witnesses"), num_ts=4, size=2)


def asking(unet, schedule: dict, *times: float) -> torch.Tensor:
    for time in times:
        x = unet(torch.zeros(2, 1, 2, 2).to(schedule["betas"]), torch.full((2,), time))
    return x


def test_an_outcome_holds_what_the_network_was_asked(scene: DigitScene) -> None:
    assert isinstance(scene.oracle, Witness)
    call = Call((scene.timed(training=False), scene.schedule, 0.5, 0.25), {})
    outcome = call.run(drained(asking))
    mode = "whether the network is in training mode"
    names = [f"the pictures {GIVEN}", f"the times {GIVEN}", mode]
    assert list(outcome) == [f"step {i}: {name}" for i in (1, 2) for name in names] + [""]
    (times,) = outcome[f"step 2: the times {GIVEN}"]
    assert isinstance(times, torch.Tensor)
    assert times.tolist() == [0.25, 0.25]
    assert call.run(drained(asking)).keys() == outcome.keys()


def test_a_network_of_somebody_else_has_no_witness() -> None:
    assert Call((Network(lambda x, training: x), Network(SimpleNamespace().__init__)), {}).witnesses() == []


def test_in_double_precision_schedules_are_double_too(scene: DigitScene) -> None:
    (result,) = Call((scene.timed(), scene.schedule, 0.5), {}).double().run(drained(asking))[""]
    assert isinstance(result, torch.Tensor)
    assert result.dtype == torch.float64


def test_what_is_right_is_no_known_mistake(checked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a mistake happens to do the right thing on these inputs."""
    right: list[Expected] = []
    measured = Live.expected

    def expected(self, *question) -> Expected:
        right.append(measured(self, *question))
        return right[-1]

    def twins(self, *question) -> Iterator[Twin]:
        yield Twin("innocent", "This is what you should have done.", right[-1].leaves)

    monkeypatch.setattr(Live, "expected", expected)
    monkeypatch.setattr(Live, "twins", twins)
    assert checked(Local("solutions"), "b2.2", reference=Live(), secret=b"secret").points == 8
