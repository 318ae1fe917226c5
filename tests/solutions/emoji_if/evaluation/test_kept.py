"""Pictures made once and kept."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from solutions.emoji_if.evaluation.kept import Kept, digest


def test_what_was_made_is_not_made_again(tmp_path: Path) -> None:
    calls = []

    def make() -> Tensor:
        calls.append(1)
        return torch.rand(2, 3, 4, 4) * 2 - 1

    first = Kept.of(tmp_path, "one").made("a dog", make)
    again = Kept.of(tmp_path, "one").made("a dog", make)
    assert len(calls) == 1
    assert torch.equal(first, again)
    Kept.of(tmp_path, "one").made("a cat", make)
    assert len(calls) == 2


def test_the_shades_of_a_picture_file_are_kept_exactly(tmp_path: Path) -> None:
    shades = torch.linspace(-1, 1, 256).view(1, 1, 16, 16).expand(1, 3, 16, 16)
    torch.testing.assert_close(Kept.of(tmp_path, "one").made("all", lambda: shades), shades)


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail() -> Tensor:
        raise KeyboardInterrupt

    kept = Kept.of(tmp_path, "one")
    with pytest.raises(KeyboardInterrupt):
        kept.made("a dog", fail)
    assert kept.made("a dog", lambda: torch.ones(1, 3, 2, 2)).eq(1).all()


def test_pictures_of_two_models_are_never_mixed(tmp_path: Path) -> None:
    Kept.of(tmp_path, "one")
    with pytest.raises(ValueError, match="holds pictures of another model"):
        Kept.of(tmp_path, "two")


def test_a_digest_depends_on_names_and_bytes(tmp_path: Path) -> None:
    def folder(name: str, content: str) -> Path:
        place = tmp_path / f"{name} {content}"
        place.mkdir()
        (place / name).write_text(content)
        return place

    digests = {digest(folder(*pair)) for pair in (("a", "x"), ("a", "y"), ("b", "x"))}
    assert len(digests) == 3
    assert digest(tmp_path / "a x") in digests
