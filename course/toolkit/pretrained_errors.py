"""What can go wrong with a pretrained model, each with its remedy."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch


class PretrainedError(ValueError):
    """A pretrained model cannot be used; the message says why and what to do about it."""


LICENCE = (
    "{model}: its licence has not been accepted. Sign in at https://huggingface.co, accept the licence at "
    "https://huggingface.co/{model}, then run `hf auth login` on this machine and try again."
)
TOKEN = (
    "{model}: the hub wants to know who you are. Make an access token at "
    "https://huggingface.co/settings/tokens, run `hf auth login` with it, accept the model's licence at "
    "https://huggingface.co/{model} if it has one, and try again."
)
UNKNOWN = (
    "{model}: the hub has no such model, or does not show it to you. Check the spelling; for a private or "
    "gated model run `hf auth login` first."
)
ABSENT = (
    "{model}: not on this machine, and nothing is downloaded unasked. Load it once with download=True "
    "(DeepFloyd IF takes about 15 GB of disk), or use the embedded model, load('emoji_if')."
)
INCOMPLETE = (
    "{model}: the hub has not given all of its files, and the copy on this machine is not whole. Try again "
    "with download=True, which goes on where it stopped."
)
NETWORK = (
    "{model}: the hub cannot be reached. Check the network (and that HF_HUB_OFFLINE is not set) and try "
    "again, or use the embedded model, load('emoji_if')."
)
DISK = (
    "{model}: no space left on the disk. Free some, or put the cache on another disk with the variable "
    "HF_HOME, and try again."
)
MEMORY = (
    "{model}: not enough memory. Close what else uses it, or choose a smaller dtype (torch.float16) or "
    "another device; for DeepFloyd IF pass embeddings=FILE, so that the T5 encoder is not loaded, or use the "
    "embedded model, load('emoji_if')."
)
DAMAGED = (
    "{model}: its files do not make an IF pipeline ({reason}). Copy the folder again; a model from the hub: "
    "delete its copy (`hf cache rm`) and load it with download=True."
)


@contextmanager
def explained(model: str, *, download: bool = False) -> Iterator[None]:
    """Turn whatever the body raises into a PretrainedError that says what to do.

    model: how the user called it.  download: whether the body was allowed to use the network.
    KeyboardInterrupt and PretrainedErrors pass as they are.
    """
    try:
        yield
    except PretrainedError:
        raise
    except Exception as error:
        text = explanation(error, download=download)
        raise PretrainedError(text.format(model=model, reason=_first_line(error))) from error


def explanation(error: BaseException, *, download: bool) -> str:
    """Return the message for an error: that of the first known one in its chain of causes."""
    for link in _chain(error):
        for is_meant, text in _table(download):
            if is_meant(link):
                return text
    return DAMAGED


def _table(download: bool) -> list[tuple[Callable[[BaseException], bool], str]]:
    from huggingface_hub import errors as hub

    return [
        (_is_out_of_disk, DISK),
        (_is_out_of_memory, MEMORY),
        (lambda e: isinstance(e, hub.LocalTokenNotFoundError), TOKEN),
        (lambda e: isinstance(e, hub.GatedRepoError) and _status(e) != 401, LICENCE),
        (lambda e: _is_exactly(e, hub.RepositoryNotFoundError, hub.HFValidationError), UNKNOWN),
        (lambda e: _status(e) == 401, TOKEN),
        (lambda e: _status(e) == 403, LICENCE),
        (_is_offline, NETWORK),
        (lambda e: isinstance(e, hub.LocalEntryNotFoundError), NETWORK if download else ABSENT),
        (lambda e: isinstance(e, hub.HfHubHTTPError), INCOMPLETE),
    ]


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        yield link
        seen.add(id(link))
        link = link.__cause__ or link.__context__


def _is_exactly(error: BaseException, *kinds: type[BaseException]) -> bool:
    return type(error) in kinds


def _status(error: BaseException) -> int | None:
    return getattr(getattr(error, "response", None), "status_code", None)


def _is_out_of_disk(error: BaseException) -> bool:
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error)


def _is_out_of_memory(error: BaseException) -> bool:
    known = (MemoryError, torch.OutOfMemoryError)
    return isinstance(error, known) or "not enough memory" in str(error) or "out of memory" in str(error)


def _is_offline(error: BaseException) -> bool:
    """Tell a broken connection by its class; the hub's client has changed libraries, so by name too."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, ConnectionError | TimeoutError) or bool(
        names & {"TransportError", "RevisionResolutionError"}
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
