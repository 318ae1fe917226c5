"""The pictures of an evaluation on disk, so that one that was stopped goes on where it stood."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor

MODEL = "model.sha256"


@dataclass(frozen=True)
class Kept:
    """A folder with a file for every request, all made by one model."""

    folder: Path

    @classmethod
    def of(cls, folder: Path, settings: str) -> "Kept":
        """Return the folder's; raises ValueError where it holds the pictures of other settings.

        settings: whatever the pictures depend on, the digest of the model first.
        """
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / MODEL
        if path.is_file() and path.read_text() != settings:
            raise ValueError(
                f"{folder} holds pictures of another model or with other settings; name another with --work"
            )
        path.write_text(settings)
        return cls(folder)

    def made(self, name: str, make: Callable[[], Tensor]) -> Tensor:
        """Return the pictures of that name, (N, 3, H, W) in [-1, 1], made now unless they were before.

        They are rounded to the 256 shades of a picture file, whether just made or read again.
        """
        path = self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.safetensors"
        if not path.is_file():
            fresh = path.with_suffix(".part")
            shades = ((make() + 1) * 127.5).round().clamp(0, 255).byte()
            save_file({"pictures": shades.contiguous()}, fresh, metadata={"name": name})
            os.replace(fresh, path)
        return load_file(path)["pictures"].float() / 127.5 - 1


def digest(folder: Path) -> str:
    """Return the sha256 of a model's folder: of the names and bytes of all its files."""
    sha = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        sha.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()
