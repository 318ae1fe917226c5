"""Prompt embeddings survive the file, and a bad file is named."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from course.toolkit.embeddings import load_embeddings, look_up, save_embeddings
from course.toolkit.pretrained_errors import PretrainedError


def embed(prompts: list[str]) -> Tensor:
    return torch.stack([torch.full((3, 2), float(len(prompt))) for prompt in prompts])


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "prompts.safetensors"
    save_embeddings(path, ["A Pencil ", "a rocket ship", "a pencil"], embed)
    return path


def test_round_trip_adds_the_null_prompt(saved: Path) -> None:
    table = load_embeddings(saved)
    assert set(table) == {"a pencil", "a rocket ship", ""}
    assert torch.equal(table["a rocket ship"], torch.full((3, 2), 13.0))


def test_precision_is_kept(tmp_path: Path) -> None:
    save_embeddings(tmp_path / "half", ["a"], lambda prompts: embed(prompts).half())
    assert load_embeddings(tmp_path / "half")["a"].dtype == torch.float16


def test_look_up_reads_prompts_as_the_pipeline_does(saved: Path) -> None:
    found = look_up(load_embeddings(saved), [" A pencil", ""])
    assert torch.equal(found, embed(["a pencil", ""]))


def test_an_unknown_prompt_lists_the_known(saved: Path) -> None:
    with pytest.raises(PretrainedError, match=r"'a dog'(.|\n)*'a pencil'\n  'a rocket ship'"):
        look_up(load_embeddings(saved), ["a pencil", "a dog"])


def _truncated(path: Path) -> None:
    whole = path.with_suffix(".whole")
    save_embeddings(whole, ["a"], embed)
    path.write_bytes(whole.read_bytes()[:-4])


BAD = {
    "truncated": _truncated,
    "text": lambda path: path.write_text("no tensors here"),
    "a folder": lambda path: path.mkdir(),
    "other tensors": lambda path: save_file({"x": torch.zeros(1)}, str(path)),
    "no such tensor": lambda path: save_file(
        {"1": torch.zeros(1, 1)}, str(path), metadata={"prompts": '["a"]'}
    ),
    "not two-dimensional": lambda path: save_file(
        {"0": torch.zeros(1)}, str(path), metadata={"prompts": '["a"]'}
    ),
    "empty": lambda path: save_file({"0": torch.zeros(1)}, str(path), metadata={"prompts": "[]"}),
    "missing": lambda path: None,
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_named_with_the_remedy(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bad.safetensors"
    BAD[kind](path)
    with pytest.raises(PretrainedError, match=r"bad\.safetensors.*save_embeddings"):
        load_embeddings(path)
