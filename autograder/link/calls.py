"""One call of a student's function: arguments in, lent functions in place, a value or a failure out.

`Caller` is the same on both sides: beside a stranger's code its messages travel through a pipe, in one's
own process they are handed over. It imports nothing of the project but its siblings here.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from torch import Tensor

from .describe import describe
from .failures import Failure, Refused, to_message
from .networks import attached
from .packing import Packer
from .rooms import Rooms
from .trials import experiment
from .unpacking import Unpacker, set_state
from .values import MOST_BYTES, Unsendable

Tensors: TypeAlias = dict[str, Tensor]
Message: TypeAlias = dict[str, Any]
Exchange: TypeAlias = Callable[[Message, Tensors], tuple[Message, Tensors]]

ERRORS: dict[str, type[Exception]] = {
    kind.__name__: kind for kind in (ValueError, TypeError, RuntimeError, IndexError)
}


class Stub:
    """A function of the check, as student code holds it: calling it asks the check."""

    def __init__(self, number: int, exchange: Exchange) -> None:
        """Stand for the callable that the check knows by `number`."""
        self.number, self._exchange = number, exchange

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the check's callable returns; generators among the arguments advance with it.

        A loss leads back to the networks among the arguments.

        Raises ValueError, TypeError, RuntimeError or IndexError where the callable does.
        """
        packer = Packer(number_of)
        try:
            message = {
                "callback": self.number,
                "args": packer.pack(list(args)),
                "kwargs": packer.pack(kwargs),
            }
        except Unsendable as error:
            raise ValueError(f"a function of the course was given {error}") from None
        reply, tensors = self._exchange(message, packer.tensors)
        if "error" in reply:
            raise ERRORS[reply["error"]["type"]](reply["error"]["message"])
        return self._value(reply, tensors, packer, [*args, *kwargs.values()])

    def __deepcopy__(self, memo: dict[int, Any]) -> "Stub":
        """Return itself: a copy of a network asks the same."""
        return self

    def _value(self, reply: Message, tensors: Tensors, packer: Packer, given: list[Any]) -> Any:
        for generator, name in zip(packer.generators, reply["states"], strict=True):
            set_state(generator, tensors.pop(name))
        unpacker = Unpacker(tensors, lambda number: Stub(number, self._exchange), as_modules=True)
        value, found = unpacker.unpack(reply["value"]), unpacker.unpack(reply.get("slopes"))
        return value if found is None else attached(value, given, found)  # type: ignore[arg-type]


def number_of(value: Any) -> int | None:
    """Return the number of a stub, None for a function of the student's own."""
    return value.number if type(value) is Stub else None


class Caller:
    """Calls the functions of one package of section files."""

    def __init__(self, rooms: Rooms, *, most_bytes: int = MOST_BYTES) -> None:
        """Take the package, and how many bytes of tensors an answer may hold."""
        self._rooms, self._most_bytes = rooms, most_bytes

    def load(self, sections: list[str]) -> None:
        """Import sections ahead of a call."""
        with self._rooms.open():
            self._rooms.load(sections)

    def answer(self, request: Message, tensors: Tensors, exchange: Exchange) -> tuple[Message, Tensors]:
        """Return the message that answers a request, {"value": tree} or {"failure": …}, and its tensors.

        exchange: asks the check to run one of its callables.
        """
        packer = Packer(number_of, most_bytes=self._most_bytes)
        try:
            unpacker = Unpacker(tensors, lambda number: Stub(number, exchange), as_modules=True)
            value = self._run(request, unpacker, packer)
            return {"value": value}, packer.tensors
        except Failure as failure:
            return {"failure": to_message(failure)}, {}
        except Unsendable as error:
            return {"failure": to_message(Refused(f"`{request['function']}` returned {error}"))}, {}
        except BaseException as error:
            if self._rooms.keyboard and isinstance(error, KeyboardInterrupt):
                raise
            return {"failure": to_message(describe(error, self._rooms.root))}, {}

    def _run(self, request: Message, unpacker: Unpacker, packer: Packer) -> Any:
        args: Any = unpacker.unpack(request["args"])
        kwargs: Any = unpacker.unpack(request["kwargs"])
        lent: Any = {(section, name): unpacker.unpack(stub) for section, name, stub in request["lent"]}
        trial: Any = unpacker.unpack(request["trial"])
        section, function = request["section"], request["function"]
        with self._rooms.open():
            self._rooms.load([section, *(lender for lender, _ in lent)])
            with self._rooms.lend(lent):
                result = self._rooms.function(section, function)(*args, **kwargs)
                if trial is not None:
                    result = experiment(trial).conduct(result, [*args, *kwargs.values()])
                tree = pack_result(packer, result)
                return ["tuple", [tree, packer.pack(args)]] if request["echo"] else tree


def pack_result(packer: Packer, result: Any) -> Any:
    """Return the tree of a result; an iterator or a range is run to its end and crosses as a list."""
    if isinstance(result, Iterator | range):
        return ["list", packer.pack_items(result)]
    return packer.pack(result)
