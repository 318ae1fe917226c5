"""The check's side of one call: its request, its callables, and the reading of what comes back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor

from .calls import ERRORS, Message, Tensors
from .failures import Failure, LinkError, from_message
from .implementation import Lent, Value
from .networks import built, slopes
from .packing import Packer
from .trials import Experiment
from .unpacking import Unpacker
from .values import MOST_BYTES, Malformed, Unsendable

LARGEST_NUMBER = 65_536
MOST_CALLBACKS = 20_000


class Bridge:
    """Holds the callables that one call may use, and answers for them.

    `ended` is what a callable of the check raised to end the call, if any did.
    """

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        """Start with no callables."""
        self.ended: BaseException | None = None
        self._callables: list[Callable[..., Value]] = []
        self._answered = 0
        self._most_bytes = most_bytes

    def request(
        self,
        section: str,
        function: str,
        args: Sequence[Value],
        kwargs: Mapping[str, Value],
        lent: Lent,
        echo: bool = False,
        trial: Experiment | None = None,
    ) -> tuple[Message, Tensors]:
        """Return the message that asks for a call, with its tensors; raises LinkError."""
        packer = self._packer()
        request: Message = {"section": section, "function": function, "echo": echo}
        request["args"] = self._pack(packer, list(args))
        request["kwargs"] = self._pack(packer, dict(kwargs))
        request["trial"] = self._pack(packer, trial and trial.record())
        request["lent"] = [[*key, self._pack(packer, substitute)] for key, substitute in lent.items()]
        return request, packer.tensors

    def result(self, reply: Message, tensors: Tensors) -> Value:
        """Return the value in an answer; raises the Failure in it, or Malformed where it is no answer."""
        if self.ended is not None:
            raise self.ended
        if "failure" in reply:
            raise self._failure(reply)
        if "value" not in reply:
            raise Malformed("an answer without a value")
        return Unpacker(tensors, self._callable_named).unpack(reply["value"])

    def answer(self, message: Message, tensors: Tensors) -> tuple[Message, Tensors]:
        """Return the answer to student code that calls one of the check's callables; raises Malformed."""
        unpacker = Unpacker(tensors, self._callable_named)
        asked = self._callable_named(message["callback"])
        args, kwargs = unpacker.unpack(message.get("args")), unpacker.unpack(message.get("kwargs"))
        if type(args) is not list or type(kwargs) is not dict:
            raise Malformed("a call without arguments")
        try:
            self._admit(unpacker)
            args, kwargs = [built(arg) for arg in args], {name: built(arg) for name, arg in kwargs.items()}
            value = asked(*args, **kwargs)
            return self._reply(value, unpacker, slopes(value, [*args, *kwargs.values()]))
        except BaseException as error:
            return self._raised(error), {}

    def _raised(self, error: BaseException) -> Message:
        if isinstance(error, KeyboardInterrupt | Malformed):
            raise error
        ends = isinstance(error, Failure | LinkError | AssertionError)
        if isinstance(error, Exception) and not ends:
            return _described(error)
        self.ended = error
        return _error("RuntimeError", "the check has ended this call")

    def _admit(self, unpacker: Unpacker) -> None:
        self._answered += 1
        if self.ended is not None:
            raise self.ended
        if self._answered > MOST_CALLBACKS:
            raise RuntimeError(f"the functions of the course were called more than {MOST_CALLBACKS:,} times")
        if unpacker.foreign:
            raise TypeError(
                f"{unpacker.foreign[0]} was passed to the course's function; pass a Tensor or a number"
            )
        if unpacker.largest > LARGEST_NUMBER:
            raise ValueError(f"{unpacker.largest} was passed to a function of the course; it is too large")

    def _reply(self, value: Value, unpacker: Unpacker, found: list[Tensor]) -> tuple[Message, Tensors]:
        packer = self._packer()
        tree = self._pack(packer, value)
        states = [self._pack(packer, generator)[1] for generator in unpacker.generators]
        reply = {"value": tree, "states": states} | ({"slopes": self._pack(packer, found)} if found else {})
        return reply, packer.tensors

    def _packer(self) -> Packer:
        return Packer(self._number, lazily=True, most_bytes=self._most_bytes)

    def _pack(self, packer: Packer, value: Value) -> Any:
        try:
            tree = packer.pack(value)
        except Unsendable as error:
            raise LinkError(f"a check passes {error}") from error
        if packer.refused:
            raise LinkError(f"a check passes {packer.refused[0]}, which cannot cross to student code")
        return tree

    def _number(self, value: Callable[..., Value]) -> int:
        self._callables.append(value)
        return len(self._callables) - 1

    def _callable_named(self, number: Any) -> Callable[..., Value]:
        if type(number) is not int or not 0 <= number < len(self._callables):
            raise Malformed("a callable that was never given")
        return self._callables[number]

    def _failure(self, reply: Message) -> Failure:
        try:
            return from_message(reply["failure"])
        except ValueError as error:
            raise Malformed(str(error)) from error


def _described(error: Exception) -> Message:
    names = [base.__name__ for base in type(error).__mro__ if base.__name__ in ERRORS]
    if names:
        return _error(names[0], str(error))
    return _error("RuntimeError", f"{type(error).__name__}: {error}")


def _error(type_name: str, message: str) -> Message:
    return {"error": {"type": type_name, "message": message[:2_000]}}
