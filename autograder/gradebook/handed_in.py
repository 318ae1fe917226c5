"""What a student handed in through nbgrader: notebooks, as one submission that grading takes."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder import pristine
from autograder.gradebook.modules import section_files
from autograder.release.generated import sections_of
from autograder.submissions import Submission
from autograder.syllabus import Part, Syllabus

LARGEST = 20 * 2**20


def submission(
    student: str, part: Part, notebook: NotebookNode, others: dict[Part, Path], table: Syllabus
) -> Submission:
    """Return a student's notebook of one part, and those of the parts it builds on, as a submission.

    others: where the student's notebooks of other parts lie, if they do.  One that is missing, a link or no
    notebook becomes a remark.
    """
    files, remarks = _files(part, notebook, table)
    for other in needed(part, table):
        try:
            theirs = _read(others[other])
        except (KeyError, FileNotFoundError):
            remarks.append(f"{other.folder} was not handed in, on which {part.folder} builds")
        except (OSError, ValueError) as error:
            remarks.append(f"{other.folder} is left out: {' '.join(str(error).split())}")
        else:
            more, said = _files(other, theirs, table)
            files |= more
            remarks += said
    return Submission(student, files, tuple(remarks))


def needed(part: Part, table: Syllabus) -> list[Part]:
    """Return the other parts whose exercises a part's exercises call, directly or not."""
    keys = {exercise.key for section in sections_of(part, table) for exercise in section.exercises}
    while more := {need for key in keys for need in table.exercise(key).needs} - keys:
        keys |= more
    letters = {table.section(table.exercise(key).section).part for key in keys}
    return [other for other in table.parts if other.letter in letters and other is not part]


def _files(part: Part, notebook: NotebookNode, table: Syllabus) -> tuple[dict[str, bytes], list[str]]:
    sections = sections_of(part, table)
    stubs = {section.module: pristine.stub(section) for section in sections}
    return section_files(notebook, sections, stubs)


def _read(path: Path) -> NotebookNode:
    if path.is_symlink():
        raise ValueError(f"{path.name} is a link, which is not followed")
    if (size := path.stat().st_size) > LARGEST:
        raise ValueError(f"{path.name} has {size:,} bytes, but at most {LARGEST:,} are read")
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise ValueError(f"{path.name} is no notebook: {type(error).__name__}") from None
