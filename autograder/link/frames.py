"""Messages on a pipe: two lengths, a JSON header, and tensors as safetensors. Never pickle.

Whatever arrives is bounded before it is read and checked before it is used. This file also runs beside
student code.
"""

import json
import os
import select
import struct
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from safetensors.torch import load, save
from torch import Tensor

from .values import MOST_BYTES, Unsendable

LENGTHS = struct.Struct(">QQ")
MOST_JSON = 2**20
MOST_TABLE = 4 * 2**20
CHUNK = 2**20

Wait = Callable[[int, int], None]


class FrameError(Exception):
    """What arrived is no frame, or nothing can arrive any more; the message says which."""


class Pipe:
    """Both directions of a conversation, over two descriptors.

    wait(descriptor, event) returns when the descriptor is ready, and may raise to give up; without it
    reading and writing block.
    """

    def __init__(
        self, incoming: int, outgoing: int, *, most_bytes: int = MOST_BYTES, wait: Wait | None = None
    ) -> None:
        """Read from `incoming`, write to `outgoing`; a frame holds at most `most_bytes` of tensors."""
        self._incoming, self._outgoing = incoming, outgoing
        self._most_bytes = most_bytes
        self._wait = wait or (lambda descriptor, event: None)

    def send(self, message: Mapping[str, Any], tensors: dict[str, Tensor]) -> None:
        """Write one frame; raises Unsendable where it is too large, FrameError where nobody reads."""
        rest = memoryview(encode(message, tensors, self._most_bytes))
        while rest:
            self._wait(self._outgoing, select.POLLOUT)
            try:
                rest = rest[os.write(self._outgoing, rest[:CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise FrameError("it no longer reads") from error

    def receive(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Read one frame; raises FrameError where there is none."""
        json_length, tensor_length = LENGTHS.unpack(self._read(LENGTHS.size))
        if json_length > MOST_JSON or tensor_length > self._most_bytes + MOST_TABLE:
            raise FrameError("it announced a message that is too large")
        message = decode_message(self._read(json_length))
        return message, decode_tensors(self._read(tensor_length))

    def _read(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            self._wait(self._incoming, select.POLLIN)
            try:
                part = os.read(self._incoming, min(length - len(data), CHUNK))
            except BlockingIOError:
                continue
            except OSError as error:
                raise FrameError("its pipe is broken") from error
            if not part:
                raise FrameError("it stopped in the middle of a message" if data else "it closed its pipe")
            data += part
        return bytes(data)


def encode(message: Mapping[str, Any], tensors: dict[str, Tensor], most_bytes: int) -> bytes:
    """Return the frame of a message and its tensors; raises Unsendable where it is too large."""
    header = json.dumps(message, allow_nan=False, separators=(",", ":")).encode()
    body = save(tensors) if tensors else b""
    if len(header) > MOST_JSON or len(body) > most_bytes + MOST_TABLE:
        raise Unsendable("more than fits into one message")
    return LENGTHS.pack(len(header), len(body)) + header + body


def decode_message(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`; raises FrameError. Floats cross as strings, so here are none."""
    try:
        message = json.loads(data, parse_constant=_no_float, parse_float=_no_float)
    except (ValueError, RecursionError) as error:
        raise FrameError("it sent a message that is not JSON") from error
    if not isinstance(message, dict):
        raise FrameError("it sent a message that is not an object")
    return message


def decode_tensors(data: bytes) -> dict[str, Tensor]:
    """Return the tensors in `data`; raises FrameError. Their dtypes and values are still unchecked."""
    if not data:
        return {}
    if int.from_bytes(data[:8], "little") > MOST_TABLE:
        raise FrameError("it sent a table of too many tensors")
    try:
        return load(data)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # a panic of the library's Rust part is no Exception
        raise FrameError("it sent tensors that cannot be read") from error


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text} in a message")
