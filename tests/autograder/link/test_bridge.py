"""The check's side of a call, given messages that no honest worker sends."""

import pytest

from autograder.link.bridge import MOST_CALLBACKS, Bridge
from autograder.link.failures import NotWritten
from autograder.link.values import Malformed

NOTHING = {"args": ["list", []], "kwargs": ["dict", []]}


@pytest.fixture
def bridge() -> Bridge:
    made = Bridge()
    made.request("part_a.s1_1_forward", "forward", [lambda: 29], {}, {})
    return made


def test_answers_for_a_callable(bridge: Bridge) -> None:
    assert bridge.answer({"callback": 0, **NOTHING}, {}) == ({"value": 29, "states": []}, {})


@pytest.mark.parametrize("number", [1, -1, True, "0", None, 0.0, [0]])
def test_a_callable_that_was_never_given(bridge: Bridge, number: object) -> None:
    with pytest.raises(Malformed, match="never given"):
        bridge.answer({"callback": number, **NOTHING}, {})


@pytest.mark.parametrize(
    "given",
    [{}, {"args": ["list", []]}, {"args": ["dict", []], "kwargs": ["dict", []]}, {"args": 1, "kwargs": 2}],
)
def test_a_call_without_arguments(bridge: Bridge, given: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        bridge.answer({"callback": 0, **given}, {})


def test_callables_are_not_answered_for_ever(bridge: Bridge) -> None:
    for _ in range(MOST_CALLBACKS):
        bridge.answer({"callback": 0, **NOTHING}, {})
    reply, _ = bridge.answer({"callback": 0, **NOTHING}, {})
    assert "20,000 times" in reply["error"]["message"]


@pytest.mark.parametrize(
    "reply",
    [{}, {"value": 1.5}, {"value": ["tensor", "0"]}, {"failure": None}, {"failure": {"kind": "passed"}}],
)
def test_an_answer_that_is_none(bridge: Bridge, reply: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        bridge.result(reply, {})


def test_a_failure_in_an_answer_is_raised(bridge: Bridge) -> None:
    with pytest.raises(NotWritten, match=r"A 1\.1"):
        bridge.result({"failure": {"kind": "not_written", "message": "A 1.1"}}, {})
