"""Each thing that goes wrong on the way from the hub has its own message."""

import errno

import httpx
import pytest
import torch
from huggingface_hub import errors as hub

from course.toolkit.pretrained_errors import PretrainedError, explained


def answer(kind: type[hub.HfHubHTTPError], status: int) -> hub.HfHubHTTPError:
    request = httpx.Request("GET", "https://huggingface.co/x/y")
    return kind("refused", response=httpx.Response(status, request=request))


def explain(error: BaseException, *, download: bool = True) -> str:
    with pytest.raises(PretrainedError) as caught, explained("x/y", download=download):
        raise error
    assert caught.value.__cause__ is error
    return str(caught.value)


CASES = [
    (answer(hub.GatedRepoError, 403), "licence at https://huggingface.co/x/y, then run `hf auth login`"),
    (answer(hub.GatedRepoError, 401), "access token"),
    (answer(hub.RepositoryNotFoundError, 404), "no such model"),
    (answer(hub.RepositoryNotFoundError, 401), "hf auth login"),
    (answer(hub.HfHubHTTPError, 401), "access token"),
    (answer(hub.HfHubHTTPError, 403), "licence"),
    (answer(hub.HfHubHTTPError, 500), "goes on where it stopped"),
    (hub.LocalTokenNotFoundError("none"), "access token"),
    (hub.OfflineModeIsEnabled("offline"), "HF_HUB_OFFLINE"),
    (hub.RevisionResolutionError("no"), "cannot be reached"),
    (hub.LocalEntryNotFoundError("no"), "cannot be reached"),
    (ConnectionError("refused"), "cannot be reached"),
    (httpx.ConnectError("no route"), "cannot be reached"),
    (httpx.ReadTimeout("slow"), "cannot be reached"),
    (OSError(errno.ENOSPC, "full"), "HF_HOME"),
    (RuntimeError("I/O error: No space left on device"), "HF_HOME"),
    (torch.OutOfMemoryError("CUDA out of memory"), "embeddings=FILE"),
    (MemoryError(), "embeddings=FILE"),
    (RuntimeError("DefaultCPUAllocator: not enough memory"), "embeddings=FILE"),
    (ValueError("size mismatch for conv\nand more"), "(size mismatch for conv)"),
]


@pytest.mark.parametrize(("error", "remedy"), CASES, ids=[f"{type(e).__name__}-{r}" for e, r in CASES])
def test_message_names_the_model_and_the_remedy(error: BaseException, remedy: str) -> None:
    text = explain(error)
    assert text.startswith("x/y: ")
    assert remedy in text


def test_without_leave_to_download_a_missing_file_is_not_the_network() -> None:
    text = explain(hub.LocalEntryNotFoundError("no"), download=False)
    assert "download=True" in text
    assert "network" not in text


def test_the_cause_behind_a_wrapper_is_found() -> None:
    wrapper = OSError("cannot load model")
    wrapper.__cause__ = answer(hub.GatedRepoError, 403)
    assert "licence" in explain(wrapper)


def test_braces_in_names_and_reasons_are_harmless() -> None:
    with pytest.raises(PretrainedError, match=r"\{odd\}: .*\(\{broken\}\)"), explained("{odd}"):
        raise ValueError("{broken}")


def test_what_is_explained_already_and_interrupts_pass() -> None:
    with pytest.raises(PretrainedError, match=r"^as it is$"), explained("x/y"):
        raise PretrainedError("as it is")
    with pytest.raises(KeyboardInterrupt), explained("x/y"):
        raise KeyboardInterrupt
