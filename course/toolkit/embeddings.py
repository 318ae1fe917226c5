"""Prompt embeddings in a file, so that the text encoder need not be in memory."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from course.toolkit.pretrained_errors import PretrainedError


def spelled(prompt: str) -> str:
    """Return the prompt as IF pipelines read it: in lower case, without blanks around it."""
    return prompt.lower().strip()


def save_embeddings(path: str | Path, prompts: Sequence[str], embed: Callable[[list[str]], Tensor]) -> None:
    """Write the embeddings of some prompts to a safetensors file.

    embed: turns N prompts into (N, L, D), such as `Pretrained.embed`.  The empty prompt "", which guidance
    needs, is always added.
    """
    from safetensors.torch import save_file

    keys = list(dict.fromkeys([*map(spelled, prompts), ""]))
    tensors = {str(i): embed([key])[0].cpu().contiguous() for i, key in enumerate(keys)}
    save_file(tensors, str(path), metadata={"prompts": json.dumps(keys)})


def load_embeddings(path: str | Path) -> dict[str, Tensor]:
    """Return the (L, D) embedding of every prompt in a file of `save_embeddings`, on the CPU.

    Raises PretrainedError when the file is missing, damaged or of another kind.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="pt") as file:
            keys = json.loads((file.metadata() or {})["prompts"])
            table = {key: file.get_tensor(str(i)) for i, key in enumerate(keys)}
    except FileNotFoundError:
        raise PretrainedError(f"{path}: no such file; write it with save_embeddings where T5 fits") from None
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        reason = "not a file of prompt embeddings, or damaged"
        raise PretrainedError(f"{path}: {reason} ({error}); write it again with save_embeddings") from error
    _check_shapes(path, table)
    return table


def look_up(table: Mapping[str, Tensor], prompts: Sequence[str]) -> Tensor:
    """Return the embeddings (B, L, D) of some prompts, or raise PretrainedError listing those there are."""
    missing = [prompt for prompt in prompts if spelled(prompt) not in table]
    if missing:
        known = "\n".join(f"  {key!r}" for key in sorted(table))
        raise PretrainedError(
            f"prompt = {missing[0]!r} is not among the saved embeddings; choose one of these, or save it "
            f"with save_embeddings where T5 fits:\n{known}"
        )
    return torch.stack([table[spelled(prompt)] for prompt in prompts])


def _check_shapes(path: str | Path, table: Mapping[str, Tensor]) -> None:
    shapes = {tuple(value.shape) for value in table.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 2:
        raise PretrainedError(
            f"{path}: embeddings of shapes {sorted(shapes)}, but all should be one (L, D); "
            "write the file again with save_embeddings"
        )
