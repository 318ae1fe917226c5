"""Files that are either old or new, never half written."""

import os
import secrets
from pathlib import Path


def replace(path: Path, text: str) -> None:
    """Write `text` as UTF-8 to `path`, its folder made where needed, so that no reader sees half of it.

    Lone surrogates are written as escapes, the way JSON does.  Raises OSError when the disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
