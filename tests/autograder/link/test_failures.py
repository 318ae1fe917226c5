"""Failures cross as JSON values and come back the same."""

import pytest

from autograder.link.failures import Failure, Missing, NotWritten, Raised, Refused, from_message, to_message


@pytest.mark.parametrize("failure", [Missing("gone"), NotWritten("A 1.1"), Refused("too much")])
def test_crosses_whole(failure: Failure) -> None:
    back = from_message(to_message(failure))
    assert (type(back), str(back), back.kind) == (type(failure), str(failure), failure.kind)


def test_an_exception_crosses_with_its_bases_and_trace() -> None:
    back = from_message(
        to_message(Raised("KeyError: 'x'", "KeyError", ("KeyError", "LookupError"), "line 3"))
    )
    assert isinstance(back, Raised)
    assert (back.type_name, back.bases, back.trace) == ("KeyError", ("KeyError", "LookupError"), "line 3")


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {},
        {"kind": "missing"},
        {"kind": "missing", "message": 3},
        {"kind": "passed", "message": "x"},
        {"kind": "timed_out", "message": "x"},
        {"kind": ["missing"], "message": "x"},
        {"kind": "raised", "message": "x"},
        {"kind": "raised", "message": "x", "type_name": "E", "bases": [1], "trace": ""},
        {"kind": "raised", "message": "x", "type_name": "E", "bases": "E", "trace": ""},
    ],
)
def test_a_forged_failure_is_an_error(message: object) -> None:
    with pytest.raises(ValueError, match="a failure"):
        from_message(message)


def test_everything_in_a_failure_is_bounded() -> None:
    failure = Raised("m" * 10_000, "T" * 10_000, ("B",) * 10_000, "t" * 100_000)
    assert len(str(failure)) <= 2_000
    assert len(failure.type_name) <= 100
    assert len(failure.bases) <= 20
    assert len(failure.trace) <= 6_000


def test_a_message_can_always_be_stored() -> None:
    assert str(Missing("a\ud800b")).encode("utf-8") == b"a?b"
