"""Files that are either old or new, never half written."""

import os
import re
import secrets
from pathlib import Path

UNFINISHED = re.compile(r"\..+\.[0-9a-f]{8}\.unfinished")


def replace(path: Path, text: str, *, private: bool = False) -> None:
    """Write `text` as UTF-8 to `path`, its folder made where needed, so that no reader sees half of it.

    Lone surrogates are written as escapes, the way JSON does.  A file that already says `text` is left alone.
    private: nobody but the owner may read it.  Raises OSError when the disk refuses; then the old file stays.
    """
    content = text.encode("utf-8", "backslashreplace")
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.unfinished")
    mode = 0o600 if private else 0o666
    try:
        with open(unfinished, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what a killed `replace` has left in a folder and in those directly in it.

    Nobody else may be writing there.  Raises OSError.
    """
    for pattern in (".*.unfinished", "*/.*.unfinished"):
        for path in folder.glob(pattern):
            if UNFINISHED.fullmatch(path.name):
                path.unlink()
