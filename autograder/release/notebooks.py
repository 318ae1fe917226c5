"""The notebook of a part, with nbgrader's metadata: for students, or with the solutions for nbgrader."""

from collections.abc import Iterator, Mapping, Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.release.layout import Room, rooms
from autograder.release.notebook_text import CHECK, SETUP, how_to_work, title
from autograder.release.pieces import pieces
from autograder.release.regions import cleared, regions
from autograder.release.siblings import borrowed
from autograder.release.stubs import file_of, stub, stub_line
from autograder.syllabus import Exercise, Part, Section

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def notebook(
    part: Part, sections: Sequence[Section], sources: Mapping[str, str], *, solved: bool = False
) -> NotebookNode:
    """Return the notebook of the part's sections, without outputs, the same for the same sources.

    sources: for each section's `module` the text of its solutions.  solved: keep the solutions and their
    markers, as nbgrader wants its source version; otherwise each exercise has its `stub_line`.
    Raises ReleaseError as `stub` does, and when the sections' names clash in one notebook.
    """
    for section in sections:
        stub(sources[section.module], section)
    cells = list(_opening(part, sections, _others(sections, sources)))
    for room in rooms(sections, sources, f"{SETUP}\n{CHECK}"):
        cells += _cells(room, solved)
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return new_notebook(cells=cells, metadata=metadata, nbformat_minor=5)


def grade_id(exercise: Exercise) -> str:
    """Return the name of the exercise's cell: "a1-1-forward"."""
    return exercise.grade_id


def _others(sections: Sequence[Section], sources: Mapping[str, str]) -> list[str]:
    found = (borrowed(pieces(sources[section.module], file_of(section))) for section in sections)
    return sorted(set[str]().union(*found))


def _opening(part: Part, sections: Sequence[Section], others: Sequence[str]) -> Iterator[NotebookNode]:
    yield new_markdown_cell(title(part, sections), id=f"title-{part.letter}")
    yield new_markdown_cell(how_to_work(part, sections, others), id=f"how-{part.letter}")
    yield new_code_cell(SETUP, id=f"setup-{part.letter}")


def _cells(room: Room, solved: bool) -> Iterator[NotebookNode]:
    key = room.section.key.replace(".", "-")
    yield new_markdown_cell(room.text, id=f"text-{key}")
    for i, work in enumerate(room.work, 1):
        if isinstance(work, str):
            yield new_code_cell(work, id=f"given-{key}-{i}")
        else:
            exercise, source = work
            yield _solution(exercise, source if solved else _stubbed(source, room.section, exercise))
            yield _check(exercise)
    if room.demo:
        yield new_code_cell(f"{room.demo}\n\n\nshow(demo(studio))", id=f"demo-{key}")


def _stubbed(source: str, section: Section, exercise: Exercise) -> str:
    line = stub_line(section, exercise)
    return cleared(source, dict.fromkeys(regions(source, file_of(section)), line))


def _solution(exercise: Exercise, source: str) -> NotebookNode:
    metadata = {"nbgrader": _nbgrader(grade_id(exercise), solution=True), "deletable": False}
    return new_code_cell(source, id=grade_id(exercise), metadata=metadata)


def _check(exercise: Exercise) -> NotebookNode:
    name = f"check-{grade_id(exercise)}"
    settings = _nbgrader(name, grade=True, locked=True) | {"points": exercise.points}
    metadata = {"nbgrader": settings, "deletable": False, "editable": False}
    source = f'{CHECK}\n\ncheck("{exercise.key}", {exercise.name})'
    return new_code_cell(source, id=name, metadata=metadata)


def _nbgrader(
    name: str, *, grade: bool = False, solution: bool = False, locked: bool = False
) -> dict[str, str | int | bool]:
    flags = {"grade": grade, "solution": solution, "locked": locked, "task": False}
    return {"grade_id": name, "schema_version": 3, "cell_type": "code", **flags}
