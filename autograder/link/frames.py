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

import torch
from safetensors.torch import load
from torch import Tensor

from .values import MOST_BYTES, Unsendable

LENGTHS = struct.Struct(">QQ")
MOST_JSON = 2**20
MOST_TABLE = 4 * 2**20
CHUNK = 2**20
ALIGNMENT = 8
NAMES = {
    **{torch.float16: "F16", torch.bfloat16: "BF16", torch.float32: "F32", torch.float64: "F64"},
    **{torch.int8: "I8", torch.int16: "I16", torch.int32: "I32", torch.int64: "I64"},
    **{torch.uint8: "U8", torch.bool: "BOOL"},
}

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
        self._ahead = bytearray()

    def send(self, message: Mapping[str, Any], tensors: dict[str, Tensor]) -> None:
        """Write one frame; raises Unsendable where it is too large, FrameError where nobody reads."""
        rest = memoryview(encode(message, tensors, self._most_bytes))
        while rest:
            try:
                rest = rest[os.write(self._outgoing, rest[:CHUNK]) :]
            except BlockingIOError:
                self._wait(self._outgoing, select.POLLOUT)
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
        """Return the next bytes; what arrives with them, a chunk at most, is kept for the next time."""
        while len(self._ahead) < length:
            self._wait(self._incoming, select.POLLIN)
            try:
                part = os.read(self._incoming, CHUNK)
            except BlockingIOError:
                continue
            except OSError as error:
                raise FrameError("its pipe is broken") from error
            if not part:
                stopped = "it stopped in the middle of a message"
                raise FrameError(stopped if self._ahead else "it closed its pipe")
            self._ahead += part
        data = bytes(self._ahead[:length])
        del self._ahead[:length]
        return data


def encode(message: Mapping[str, Any], tensors: dict[str, Tensor], most_bytes: int) -> bytes:
    """Return the frame of a message and its tensors; raises Unsendable where it is too large."""
    header = json.dumps(message, allow_nan=False, separators=(",", ":")).encode()
    body = serialised(tensors) if tensors else b""
    if len(header) > MOST_JSON or len(body) > most_bytes + MOST_TABLE:
        raise Unsendable("more than fits into one message")
    return LENGTHS.pack(len(header), len(body)) + header + body


def serialised(tensors: Mapping[str, Tensor]) -> bytes:
    """Return tensors in the format of safetensors, which its own `save` writes in three times the time.

    There are hundreds of frames to a submission, and all but a few are tiny.
    """
    table, parts, end = {}, [], 0
    for name, tensor in tensors.items():
        parts.append(tensor.detach().reshape(-1).view(torch.uint8).numpy().tobytes())
        begin, end = end, end + len(parts[-1])
        table[name] = {
            "dtype": NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [begin, end],
        }
    header = json.dumps(table, separators=(",", ":")).encode()
    header += b" " * (-len(header) % ALIGNMENT)
    return b"".join([len(header).to_bytes(ALIGNMENT, "little"), header, *parts])


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
