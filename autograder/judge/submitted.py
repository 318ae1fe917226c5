"""The class weights in a submission: the one file among a stranger's that is no section file."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from autograder.intake.archives import entries
from autograder.intake.entries import ArchiveError, Entry
from autograder.judge.weights import LARGEST, Weights, read_weights
from autograder.submissions import SubmissionsError, holds_parts, is_entry, listed

NAMED = r"(?:-(\d{1,6}))?\.safetensors"
PICKLED = r"[-\w]*\.(pt|pth|ckpt|pkl|bin)"
HAND_IN = "hand in the weights, a file such as class-20.safetensors, that `course train` wrote"


def submissions_in(place: Path) -> list[Path]:
    """Return the submissions at a place: itself, where it is one, or every folder and zip in it.

    Raises SubmissionsError where there is none.
    """
    if not place.exists():
        raise SubmissionsError(f"{place} does not exist; give weights, a submission or a folder of them")
    if place.is_file() or holds_parts(place):
        return [place]
    found = [entry for entry in sorted(listed(place)) if is_entry(entry)]
    if not found:
        raise SubmissionsError(f"{place} holds no submission; {HAND_IN}, beside part_b/…")
    return found


def weights_in(entry: Path, kind: str) -> Weights:
    """Return the weights of a kind ("class"), those of most epochs, in a folder or zip.

    Raises ValueError where there are none that can be read.
    """
    try:
        if entry.is_symlink():
            raise ArchiveError("it is a link, which is not followed")
        with entries(entry) as items:
            chosen = _chosen(list(items), kind)
            content = chosen.read(LARGEST)
    except (ArchiveError, OSError) as error:
        raise ValueError(f"the weights `{kind}` in {entry.name} cannot be read: {error}") from None
    return read_weights(content, _base(chosen))


def _chosen(items: list[Entry], kind: str) -> Entry:
    ranked = sorted(_ranked(items, kind), key=lambda pair: pair[0])
    if ranked:
        return ranked[0][1]
    pickles = [item.name for item in items if re.fullmatch(kind + PICKLED, _base(item), re.ASCII)]
    if pickles:
        raise ArchiveError(f"{pickles[0]} is a pickle, which can run code when it is read; {HAND_IN}")
    raise ArchiveError(f"there are none; {HAND_IN}")


def _ranked(items: list[Entry], kind: str) -> Iterator[tuple[tuple[int, int, str], Entry]]:
    """Yield the weights found: most epochs first, then those nearest to the top."""
    for item in items:
        match = re.fullmatch(kind + NAMED, _base(item), re.ASCII)
        if match and not item.problem and "__MACOSX" not in item.name:
            yield (-int(match[1] or 0), item.name.count("/"), item.name), item


def _base(item: Entry) -> str:
    return PurePosixPath(item.name.replace("\\", "/")).name
