"""Files in a folder that remembers them, so that a later release takes their place and nothing else's."""

import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath

from autograder.release.errors import ReleaseError

MARKER = ".edition"
OLDEST = (1980, 1, 1, 0, 0, 0)

Files = Mapping[PurePosixPath, bytes]


def publish(files: Files, into: Path) -> None:
    """Make `into` hold `files`, in the place of those that an earlier call has written there.

    What others have put there stays.  Raises ReleaseError, before anything is written, when the folder is not
    empty and not from an earlier call, when a file was changed since, or when somebody else's is in the way.
    """
    try:
        earlier = _remembered(into)
        _refuse_changed(files, earlier, into)
        into.mkdir(parents=True, exist_ok=True)
        _remember(earlier, into)
        for path in earlier.keys() - files.keys():
            (into / path).unlink(missing_ok=True)
        for path, content in files.items():
            _replace(into / path, content)
        _remember({path: _digest(content) for path, content in files.items()}, into)
    except OSError as error:
        raise ReleaseError(
            f"{error.filename or into}: {error.strerror}; choose a folder you may write to"
        ) from None


def zipped(files: Files, folder: str = ".") -> bytes:
    """Return a zip archive of the files within `folder`, its bytes the same for the same files."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(str(PurePosixPath(folder) / path), OLDEST)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def _remembered(into: Path) -> dict[PurePosixPath, str]:
    """Return the digest of every file that an earlier call has written into the folder."""
    if not into.exists() or (into.is_dir() and not any(into.iterdir())):
        return {}
    try:
        written = json.loads((into / MARKER).read_text(encoding="utf-8"))
        return {PurePosixPath(path): str(digest) for path, digest in written.items()}
    except (OSError, ValueError, AttributeError):
        raise ReleaseError(
            f"{into} is not empty and holds no earlier edition ({MARKER} is missing); choose a new folder"
        ) from None


def _refuse_changed(files: Files, earlier: Mapping[PurePosixPath, str], into: Path) -> None:
    for path in files.keys() | earlier.keys():
        place = into / path
        if place.resolve() != into.resolve() / path:
            raise ReleaseError(f"{place} leads out of {into}; take the link away, or choose a new folder")
        if not place.exists():
            continue
        found = _digest(place.read_bytes()) if place.is_file() else ""
        if found not in (earlier.get(path, ""), _digest(files[path]) if path in files else None) or not found:
            raise ReleaseError(
                f"{place} was not written by an earlier release, or was changed since; move it away"
            )


def _remember(digests: Mapping[PurePosixPath, str], into: Path) -> None:
    text = json.dumps({path.as_posix(): digests[path] for path in sorted(digests)}, indent=1)
    _replace(into / MARKER, f"{text}\n".encode())


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
