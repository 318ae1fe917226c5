"""The archive that an instructor uploads to Gradescope: the course, the grader, and how to start them."""

import io
import os
import secrets
import stat
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from autograder import grading
from autograder.gradescope import settings as chosen
from autograder.gradescope.settings import Settings

SCRIPTS = ("setup.sh", "run_autograder")
PACKAGES = ("course", "solutions", "autograder")
TOP = ("pyproject.toml", "README.md", "LICENSE")
DATE = (2000, 1, 1, 0, 0, 0)


def write_archive(root: Path, settings: Settings, secret: Path | None, into: Path) -> int:
    """Write the archive to the file `into`, which only its owner may read, and return its size in bytes.

    Raises as `archive` does, and OSError where it cannot be written; then an earlier file stays.
    """
    content = archive(root, settings, secret)
    into.parent.mkdir(parents=True, exist_ok=True)
    unfinished = into.with_name(f".{into.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(unfinished, into)
    finally:
        unfinished.unlink(missing_ok=True)
    return len(content)


def archive(root: Path, settings: Settings, secret: Path | None) -> bytes:
    """Return the archive for the course at `root`, the same bytes for the same course, settings and secret.

    secret: the file with the class's secret; None: a new secret, known to this archive alone.
    Raises ValueError when the file is not there or too short, OSError when the course cannot be read.
    """
    key = _secret(secret)
    scripts = root / "autograder" / "gradescope"
    files = {PurePosixPath(name): (scripts / name).read_bytes() for name in SCRIPTS}
    files[PurePosixPath(chosen.FILE)] = chosen.to_json(settings).encode()
    files[PurePosixPath(chosen.SECRET)] = key + b"\n"
    for path in _project(root):
        files[PurePosixPath(chosen.PROJECT) / path] = (root / path).read_bytes()
    return _zipped(files)


def _secret(path: Path | None) -> bytes:
    if path is None:
        return secrets.token_hex(32).encode()
    if not path.is_file():
        raise ValueError(f"{path} is not there; give the secret.key of your grades, or leave --secret out")
    return grading.class_secret(path)


def _project(root: Path) -> Iterator[PurePosixPath]:
    """Yield the files from which pip installs the project, without caches, hidden files and links."""
    for name in TOP:
        yield PurePosixPath(name)
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            below = path.relative_to(root)
            hidden = any(part.startswith(".") or part == "__pycache__" for part in below.parts)
            if path.is_file() and not path.is_symlink() and not hidden:
                yield PurePosixPath(below)


def _zipped(files: Mapping[PurePosixPath, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(files):
            entry = zipfile.ZipInfo(str(path), DATE)
            entry.create_system, entry.compress_type = 3, zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | _mode(path)) << 16
            made.writestr(entry, files[path])
    return buffer.getvalue()


def _mode(path: PurePosixPath) -> int:
    if path.name == chosen.SECRET:
        return 0o600
    return 0o755 if str(path) in SCRIPTS else 0o644
