"""Every file of the repository that is generated: the stubs, the notebooks, and the README's table."""

from collections.abc import Iterator
from pathlib import Path

import nbformat

from autograder.release.errors import ReleaseError
from autograder.release.notebooks import notebook
from autograder.release.readme import CLOSE, OPEN, filled
from autograder.release.stubs import file_of, stub
from autograder.syllabus import Part, Section, Syllabus, parse

NOTEBOOKS = Path("course/notebooks")


def generated_files(root: Path) -> dict[Path, str]:
    """Return the text of every generated file by its path below `root`, made from its syllabus and solutions.

    Raises ReleaseError or SyllabusError, naming the place, when they cannot be made.
    """
    syllabus = syllabus_of(root)
    files: dict[Path, str] = {}
    for part in taught(syllabus):
        sections, sources = sections_of(part, syllabus), solutions(root, part, syllabus)
        files[folder(part) / "__init__.py"] = f'"""Part {part.letter.upper()}: {_lowered(part.title)}."""\n'
        for section in sections:
            files[Path("course", *section.module.split(".")).with_suffix(".py")] = stub(
                sources[section.module], section
            )
        files[NOTEBOOKS / f"{part.folder}.ipynb"] = written(part, sections, sources, solved=False)
    return files | _readme(root, syllabus)


def stale(root: Path) -> list[Path]:
    """Return the paths below `root` that are missing, unlike `generated_files`, or generated no more."""
    files = generated_files(root)
    differing = [path for path, text in files.items() if _read(root / path) != text]
    return sorted([*differing, *(path for path in _present(root) if path not in files)])


def write(root: Path) -> list[Path]:
    """Write what is stale and return the paths below `root` that were written.

    A file that is generated no more stays, and `stale` goes on naming it: somebody may have put it there.
    """
    files = generated_files(root)
    changed = [path for path, text in files.items() if _read(root / path) != text]
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(files[path], encoding="utf-8", newline="\n")
    return changed


def syllabus_of(root: Path) -> Syllabus:
    """Return the syllabus of the course in the folder `root`; raises ReleaseError when it has none."""
    return parse(_needed(root, Path("course/syllabus.toml")))


def taught(syllabus: Syllabus) -> list[Part]:
    """Return the parts that have sections."""
    return [part for part in syllabus.parts if sections_of(part, syllabus)]


def sections_of(part: Part, syllabus: Syllabus) -> list[Section]:
    """Return the sections of one part."""
    return [section for section in syllabus.sections if section.part == part.letter]


def solutions(root: Path, part: Part, syllabus: Syllabus) -> dict[str, str]:
    """Return the solutions' text for each section's `module`.

    Raises ReleaseError when a section's file is missing, or a file belongs to no section.
    """
    sources = {s.module: _needed(root, Path(file_of(s))) for s in sections_of(part, syllabus)}
    known = {"__init__", *(module.rpartition(".")[2] for module in sources)}
    for path in sorted((root / "solutions" / part.folder).glob("*.py")):
        if path.stem not in known:
            raise ReleaseError(
                f"{path.relative_to(root)}: no section has this module; add one to course/syllabus.toml, "
                "or move the file elsewhere"
            )
    return sources


def written(part: Part, sections: list[Section], sources: dict[str, str], *, solved: bool) -> str:
    """Return the part's notebook as the text of its file."""
    made = notebook(part, sections, sources, solved=solved)
    return f"{nbformat.writes(made, version=nbformat.NO_CONVERT)}\n"


def folder(part: Part) -> Path:
    """Return the folder of the part's stubs below the repository."""
    return Path("course", part.folder)


def _readme(root: Path, syllabus: Syllabus) -> dict[Path, str]:
    text = _read(root / "README.md") or ""
    return {Path("README.md"): filled(text, syllabus)} if OPEN in text or CLOSE in text else {}


def _present(root: Path) -> Iterator[Path]:
    for part in syllabus_of(root).parts:
        yield from (path.relative_to(root) for path in (root / folder(part)).glob("*.py"))
    yield from (path.relative_to(root) for path in (root / NOTEBOOKS).glob("*.ipynb"))


def _needed(root: Path, path: Path) -> str:
    text = _read(root / path)
    if text is None:
        raise ReleaseError(
            f"{path.as_posix()} is missing in {root}; write it, or pass the course's own folder"
        )
    return text


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:]
