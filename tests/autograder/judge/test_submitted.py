"""Finding the class weights among a stranger's files."""

import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from autograder.judge.submitted import submissions_in, weights_in
from autograder.submissions import SubmissionsError


def content(value: float = 0.0) -> bytes:
    """Return weights of D = 1, all of one value."""
    return save({"weights": torch.full((491 + 126 + 1,), value)})


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    (tmp_path / "ada" / "part_b").mkdir(parents=True)
    return tmp_path / "ada"


def put(path: Path, data: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data or content())
    return path


def first_value(entry: Path) -> float:
    return float(weights_in(entry, "class").tensors["weights"][0])


@pytest.mark.parametrize(
    "place", ["class.safetensors", "runs/class-20.safetensors", "x/course/runs/class-1.safetensors"]
)
def test_weights_are_found(entry: Path, place: str) -> None:
    put(entry / place)
    assert weights_in(entry, "class").num_hiddens == 1


def test_those_of_most_epochs_count_then_the_nearest(entry: Path) -> None:
    put(entry / "class-5.safetensors", content(5))
    put(entry / "class.safetensors", content(1))
    put(entry / "runs" / "old" / "class-20.safetensors", content(19))
    put(entry / "runs" / "class-20.safetensors", content(20))
    put(entry / "time-30.safetensors", content(30))
    assert first_value(entry) == 20


def test_the_kind_is_part_of_the_name(entry: Path) -> None:
    put(entry / "class-5.safetensors", content(5))
    put(entry / "flow_class-2.safetensors", content(2))
    assert first_value(entry) == 5
    assert weights_in(entry, "flow_class").tensors["weights"][0] == 2


def test_weights_in_a_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        archive.writestr("ada/runs/class-20.safetensors", content(3))
        archive.writestr("__MACOSX/class-99.safetensors", b"")
    assert first_value(tmp_path / "ada.zip") == 3


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("readme.txt", b"no", "there are none; hand in the weights"),
        ("class-20.pt", b"PK", "class-20.pt is a pickle"),
        ("class.safetensors", b"PK\x03\x04", "class.safetensors is a pickle"),
        ("class.safetensors", content()[:-2], "truncated"),
    ],
)
def test_what_is_wrong_is_said(entry: Path, name: str, data: bytes, reason: str) -> None:
    put(entry / name, data)
    with pytest.raises(ValueError, match=reason):
        weights_in(entry, "class")


def test_links_are_not_followed(entry: Path, tmp_path: Path) -> None:
    (entry / "class.safetensors").symlink_to(put(tmp_path / "secret" / "class.safetensors"))
    with pytest.raises(ValueError, match="link"):
        weights_in(entry, "class")
    (tmp_path / "eve").symlink_to(tmp_path / "secret")
    with pytest.raises(ValueError, match="eve cannot be read: it is a link"):
        weights_in(tmp_path / "eve", "class")


def test_too_much_is_not_read(entry: Path) -> None:
    with (entry / "class.safetensors").open("wb") as file:
        file.truncate(41 * 2**20)
    with pytest.raises(ValueError, match="larger than 40 MB"):
        weights_in(entry, "class")


def test_a_broken_zip_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"ada\.zip cannot be read: it is not a zip"):
        weights_in(put(tmp_path / "ada.zip", b"nothing"), "class")


def test_one_submission_and_a_class_of_them(entry: Path, tmp_path: Path) -> None:
    assert submissions_in(entry) == [entry]
    put(tmp_path / "notes.txt")
    bob = put(tmp_path / "bob.zip")
    assert submissions_in(tmp_path) == [entry, bob]
    assert submissions_in(bob) == [bob]


def test_nothing_to_judge(tmp_path: Path) -> None:
    with pytest.raises(SubmissionsError, match="does not exist"):
        submissions_in(tmp_path / "nowhere")
    with pytest.raises(SubmissionsError, match="holds no submission"):
        submissions_in(tmp_path)
