"""Digits from folders good and bad, and from scikit-learn."""

from pathlib import Path

import numpy as np
import pytest
import torch

from course.toolkit import digits, seeds
from course.toolkit.digits import batches, load_digits

HEADERS = {"images-idx3": b"\0\0\x08\x03", "labels-idx1": b"\0\0\x08\x01"}


def write(folder: Path, name: str, values: np.ndarray) -> Path:
    """Write one file of MNIST's own format: a magic number, the sizes, the bytes."""
    sizes = np.array(values.shape, dtype=">u4").tobytes()
    kind = "images-idx3" if values.ndim == 3 else "labels-idx1"
    path = folder / "MNIST" / "raw" / f"{name}-{kind}-ubyte"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(HEADERS[kind] + sizes + values.astype(np.uint8).tobytes())
    return path


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_DATA", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Seven digits to train on and three for tests, in MNIST's own files."""
    for name, count in (("train", 7), ("t10k", 3)):
        write(tmp_path, name, np.arange(count)[:, None, None] + np.arange(784).reshape(28, 28) % 200)
        write(tmp_path, name, np.arange(count))
    return tmp_path


def test_pixels_and_labels_are_those_of_the_files(folder: Path) -> None:
    found = load_digits(folder)
    assert (found.images.shape, found.images.dtype) == ((7, 1, 28, 28), torch.float32)
    assert found.images[3, 0, 1, 2].item() == pytest.approx((3 + 30) / 255)
    assert found.labels.tolist() == list(range(7))
    assert found.labels.dtype == torch.int64
    assert (found.source, len(found)) == ("MNIST", 7)


def test_tests_are_other_digits(folder: Path) -> None:
    assert len(load_digits(folder, train=False)) == 3


def test_the_folder_of_the_variable_and_another_one(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_DATA", str(tmp_path_factory.mktemp("empty")))
    with pytest.raises(ValueError, match="no MNIST in it"):
        load_digits()
    assert len(load_digits(folder)) == 7
    monkeypatch.setenv("COURSE_DATA", str(folder))
    assert len(load_digits()) == 7


def test_scikit_learn_without_a_folder() -> None:
    train, test = load_digits(), load_digits(train=False)
    assert (len(train), len(test)) == (1500, 297)
    for found in (train, test):
        assert found.source == "scikit-learn digits"
        assert found.images.shape[1:] == (1, 28, 28)
        assert 0 <= found.images.min() < 0.01
        assert 0.95 < found.images.max() <= 1
        assert found.labels.unique().tolist() == list(range(10))
    assert not train.images[:, :, :4].any()
    assert not (train.images[:, None, :1] == test.images[:1, None]).flatten(1).all(1).any()


def test_upsampled_digits_are_most_like_their_own_small_ones() -> None:
    from sklearn.datasets import load_digits as load

    small = torch.from_numpy(load().images[:50]).float().flatten(1) / 16
    again = torch.nn.functional.adaptive_avg_pool2d(load_digits().images[:50, 0, 4:24, 4:24], 8).flatten(1)
    assert torch.cdist(again, small).argmin(1).tolist() == list(range(50))


def test_missing_labels_are_named(folder: Path) -> None:
    (folder / "MNIST" / "raw" / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(ValueError, match=r"there is no .*t10k-labels-idx1-ubyte"):
        load_digits(folder)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nowhere: no such folder; name the folder.*--download"):
        load_digits(tmp_path / "nowhere")


def test_a_folder_too_deep_is_said(folder: Path) -> None:
    with pytest.raises(ValueError, match="name the folder above MNIST"):
        load_digits(folder / "MNIST")


@pytest.mark.parametrize("kept", [0, 3, 15, 1000])
@pytest.mark.parametrize("kind", ["images-idx3", "labels-idx1"])
def test_truncated_file_is_named(folder: Path, kind: str, kept: int) -> None:
    path = folder / "MNIST" / "raw" / f"train-{kind}-ubyte"
    whole = path.read_bytes()
    path.write_bytes(whole[: min(kept, len(whole) - 1)])
    with pytest.raises(
        ValueError, match=r"train-images-idx3-ubyte.*truncated or damaged; delete it and copy"
    ):
        load_digits(folder)


def test_garbage_is_named(folder: Path) -> None:
    (folder / "MNIST" / "raw" / "train-images-idx3-ubyte").write_bytes(b"<html>not found</html>" * 500)
    with pytest.raises(ValueError, match="truncated or damaged"):
        load_digits(folder)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((7, 14, 14)), np.arange(7), r"\(7, 14, 14\)"),
        (np.zeros((7, 28, 28)), np.arange(6), r"labels \(6,\)"),
        (np.zeros((7, 28, 28)), np.full(7, 10), "labels go up to 10"),
    ],
)
def test_another_data_set_is_refused(
    folder: Path, images: np.ndarray, labels: np.ndarray, message: str
) -> None:
    write(folder, "train", images)
    write(folder, "train", labels)
    with pytest.raises(ValueError, match=message):
        load_digits(folder)


def test_nothing_is_fetched_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*args: object, **options: object) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr("torchvision.datasets.mnist.download_and_extract_archive", fetch)
    with pytest.raises(ValueError, match=r"no MNIST in it.*allow a download"):
        load_digits(tmp_path)
    with pytest.raises(ValueError, match=r"cannot be fetched.*Network is unreachable.*scikit-learn"):
        load_digits(tmp_path, download=True)
    with pytest.raises(ValueError, match=r"no folder is named.*COURSE_DATA"):
        load_digits(download=True)


def test_batches_are_a_permutation_with_a_short_last_one() -> None:
    drawn = list(batches(10, 4, seeds.generator(29)))
    assert [len(batch) for batch in drawn] == [4, 4, 2]
    assert sorted(torch.cat(drawn).tolist()) == list(range(10))
    assert torch.equal(torch.cat(drawn), torch.randperm(10, generator=seeds.generator(29)))


def test_batches_go_on_with_the_generator() -> None:
    generator = seeds.generator(29)
    first, second = (torch.cat(list(batches(50, 50, generator))) for _ in range(2))
    assert not torch.equal(first, second)


@pytest.mark.parametrize(("count", "size"), [(0, 4), (10, 0), (10, -1)])
def test_empty_batches_are_refused(count: int, size: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        batches(count, size, seeds.generator(29))


def test_digits_move_whole() -> None:
    moved = digits.load_digits(train=False).to("meta")
    assert moved.images.device.type == moved.labels.device.type == "meta"
