"""Frames: what is written is read; what is not a frame is named so, in time and in bounds."""

import json
import os
import select
import time

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.link.frames import LENGTHS, FrameError, Pipe, decode_message, decode_tensors, encode
from autograder.link.values import Unsendable


@pytest.fixture
def ends():
    """Yield a pipe's reading and writing descriptor."""
    incoming, outgoing = os.pipe()
    yield incoming, outgoing
    for descriptor in (incoming, outgoing):
        try:
            os.close(descriptor)
        except OSError:
            continue


def test_a_frame_arrives_whole(ends) -> None:
    pipe = Pipe(*ends)
    pipe.send({"a": [1, "ü", None]}, {"0": torch.arange(6).reshape(2, 3)})
    pipe.send({}, {})
    message, tensors = pipe.receive()
    assert message == {"a": [1, "ü", None]}
    assert torch.equal(tensors["0"], torch.arange(6).reshape(2, 3))
    assert pipe.receive() == ({}, {})


def raw(header: bytes, body: bytes = b"") -> bytes:
    return LENGTHS.pack(len(header), len(body)) + header + body


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "closed its pipe"),
        (b"half", "in the middle"),
        (raw(b'{"a": 1}')[:-1], "in the middle"),
        (LENGTHS.pack(2**60, 0), "too large"),
        (LENGTHS.pack(2, 2**60) + b"{}", "too large"),
        (raw(b"points"), "not JSON"),
        (raw(b"\xff\xfe"), "not JSON"),
        (raw(b"[1]"), "not an object"),
        (raw(b'{"a": NaN}'), "not JSON"),
        (raw(b'{"a": 1.5}'), "not JSON"),
        (raw(b'{"a": ' + b"[" * 100_000), "not JSON"),
        (raw(b'{"a": ' + b"9" * 100_000 + b"}"), "not JSON"),
        (raw(b"{}", b"not tensors at all"), "tensors"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_frame_is_named(ends, data: bytes, reason: str) -> None:
    incoming, outgoing = ends
    os.set_blocking(outgoing, False)
    os.write(outgoing, data[:60_000]) if len(data) < 60_000 else feed(outgoing, data)
    os.close(outgoing)
    with pytest.raises(FrameError, match=reason):
        Pipe(incoming, outgoing).receive()


def feed(outgoing: int, data: bytes) -> None:
    """Write more than a pipe holds by making it larger first."""
    import fcntl

    fcntl.fcntl(outgoing, fcntl.F_SETPIPE_SZ, 2**20)
    os.write(outgoing, data)


@given(st.binary(max_size=200))
def test_any_bytes_are_tensors_or_named(data: bytes) -> None:
    try:
        decode_tensors(data)
    except FrameError:
        return


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_named(data: bytes) -> None:
    try:
        assert type(decode_message(data)) is dict
    except FrameError:
        return


def table(entry: dict[str, object], content: bytes) -> bytes:
    header = json.dumps({"0": entry}).encode()
    return len(header).to_bytes(8, "little") + header + content


@pytest.mark.parametrize(
    "data",
    [
        table({"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}, bytes(4)),
        table({"dtype": "F32", "shape": [2**62, 4], "data_offsets": [0, 4]}, bytes(4)),
        table({"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}, bytes(4)),
        table({"dtype": "OBJECT", "shape": [1], "data_offsets": [0, 4]}, bytes(4)),
        table({"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}, bytes(4)),
        (2**40).to_bytes(8, "little") + b"{}",
    ],
    ids=["short", "overflow", "negative", "object", "outside", "table"],
)
def test_forged_tensors_are_named(data: bytes) -> None:
    with pytest.raises(FrameError):
        decode_tensors(data)


def test_too_large_is_not_sent() -> None:
    with pytest.raises(Unsendable):
        encode({"a": "x" * 2**20}, {}, 100)
    with pytest.raises(Unsendable):
        encode({}, {"0": torch.zeros(2**21)}, 100)


def until(deadline: float):
    """Return a `wait` that gives up at a time."""

    def wait(descriptor: int, event: int) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError

    return wait


def test_half_a_frame_is_not_waited_for_beyond_the_deadline(ends) -> None:
    incoming, outgoing = ends
    os.write(outgoing, raw(b'{"a": 1}')[:-1])
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        Pipe(incoming, outgoing, wait=until(began + 0.1)).receive()
    assert time.monotonic() - began < 1


def test_nobody_has_to_read(ends) -> None:
    incoming, outgoing = ends
    os.set_blocking(outgoing, False)
    with pytest.raises(TimeoutError):
        Pipe(incoming, outgoing, wait=until(time.monotonic() + 0.1)).send({}, {"0": torch.zeros(2**20)})
    os.close(incoming)
    with pytest.raises(FrameError, match="no longer reads"):
        Pipe(incoming, outgoing).send({}, {})
