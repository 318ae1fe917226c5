"""Handwritten digits, 28 pixels wide: MNIST where there is a copy, scikit-learn's own otherwise."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

VARIABLE = "COURSE_DATA"
SIZE = 28
DRAWN = 20
TESTS_OF_SCIKIT_LEARN = 297
FILES = {True: "train-images-idx3-ubyte", False: "t10k-images-idx3-ubyte"}
KINDS = ("images-idx3", "labels-idx1")


@dataclass(frozen=True)
class Digits:
    """A set of digits, all of it on one device.

    images: (N, 1, 28, 28) float32 in [0, 1], white on black.  labels: (N,) int64 in 0 … 9.
    source: "MNIST" or "scikit-learn digits".
    """

    images: Tensor
    labels: Tensor
    source: str

    def __len__(self) -> int:
        return len(self.images)

    def to(self, device: torch.device | str) -> "Digits":
        """Return the same digits on another device."""
        return replace(self, images=self.images.to(device), labels=self.labels.to(device))


def load_digits(
    root: str | Path | None = None,
    *,
    train: bool = True,
    device: torch.device | str | None = None,
    download: bool = False,
) -> Digits:
    """Return the digits to train on, or those kept back for tests.

    root: the folder that holds MNIST/raw; without it the folder that the variable COURSE_DATA names, and
    without both the 1,797 digits that come with scikit-learn.  download: fetch MNIST into the folder first if
    it is not there.  Raises ValueError when the folder has no MNIST or a damaged one.
    """
    wanted = root or os.environ.get(VARIABLE, "").strip() or None
    if wanted is None and download:
        raise ValueError(
            f"download = True, but no folder is named to put MNIST in; pass root or set {VARIABLE}"
        )
    digits = _scikit_learn(train) if wanted is None else _mnist(Path(wanted).expanduser(), train, download)
    return digits if device is None else digits.to(device)


def batches(count: int, batch_size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Return the indices 0 … count − 1 in a random order, batch after batch; the last may be a short one.

    They lie on the generator's device.  Raises ValueError unless count and batch_size are at least 1.
    """
    for name, value in (("count", count), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"{name} = {value}, but must be at least 1")
    order = torch.randperm(count, generator=generator, device=generator.device)
    return iter(torch.split(order, batch_size))


def _mnist(root: Path, train: bool, download: bool) -> Digits:
    """Return MNIST from its four files; everything that can be wrong with them is a ValueError."""
    from torchvision.datasets import MNIST

    if not root.is_dir() and not download:
        raise ValueError(f"{root}: no such folder; {_remedy()}")
    raw = root / "MNIST" / "raw"
    try:
        found = MNIST(str(root), train=train, download=download)
    except OSError as error:
        raise ValueError(f"{root}: MNIST cannot be fetched or read ({error}); {_remedy()}") from error
    except (RuntimeError, ValueError, TypeError, KeyError, AssertionError) as error:
        if download and not (raw / FILES[train]).is_file():
            raise ValueError(f"{root}: MNIST cannot be fetched ({error}); {_remedy()}") from error
        raise ValueError(_what_is_wrong(root, raw / FILES[train])) from error
    _check(raw / FILES[train], found.data, found.targets)
    return Digits(found.data[:, None].float() / 255, found.targets.long(), "MNIST")


def _what_is_wrong(root: Path, images: Path) -> str:
    """Return what to say of a folder that torchvision would not read."""
    kinds = [name.replace("images-idx3", kind) for name in FILES.values() for kind in KINDS]
    missing = [images.with_name(name) for name in kinds if not images.with_name(name).is_file()]
    if not missing:
        return f"{images}, or the labels beside it: truncated or damaged; {_fresh_copy()}"
    within = root.name in ("MNIST", "raw")
    hint = f"{root} lies within one: name the folder above MNIST" if within else _remedy()
    return f"{root}: no MNIST in it, for there is no {missing[0]}; {hint}"


def _check(path: Path, images: Tensor, labels: Tensor) -> None:
    """Raise ValueError unless the files hold so many digits as labels, 28 pixels wide, of ten classes."""
    if images.shape[1:] != (SIZE, SIZE) or labels.shape != images.shape[:1] or not len(images):
        found = f"images {tuple(images.shape)} and labels {tuple(labels.shape)}"
        raise ValueError(f"{path}: {found}, but MNIST has (N, 28, 28) and (N,); {_fresh_copy()}")
    if labels.max() > 9:
        raise ValueError(f"{path}: its labels go up to {labels.max()}, but digits end at 9; {_fresh_copy()}")


def _remedy() -> str:
    return (
        f"name the folder that holds MNIST/raw (--data or {VARIABLE}), allow a download (--download), "
        f"or leave both --data and {VARIABLE} out for scikit-learn's digits"
    )


def _fresh_copy() -> str:
    return "delete it and copy it again, or allow a download (--download)"


def _scikit_learn(train: bool) -> Digits:
    """Return scikit-learn's digits, 8 pixels wide, drawn as large as MNIST's: 20 pixels in a frame of 4."""
    from sklearn.datasets import load_digits as load

    found = load()
    part = slice(None, -TESTS_OF_SCIKIT_LEARN) if train else slice(-TESTS_OF_SCIKIT_LEARN, None)
    small = torch.from_numpy(found.images[part]).float()[:, None] / 16
    drawn = interpolate(small, size=(DRAWN, DRAWN), mode="bicubic", align_corners=False).clamp(0, 1)
    images = pad(drawn, [(SIZE - DRAWN) // 2] * 4)
    return Digits(images, torch.from_numpy(found.target[part]).long(), "scikit-learn digits")
