"""What a student handed in through nbgrader: notebooks, taken in as `autograder grade` takes them in."""

import json
from pathlib import Path

from nbformat import NotebookNode

from autograder.intake.entries import Entry, bounded
from autograder.intake.folders import file_reader
from autograder.release.generated import sections_of
from autograder.submissions import Submission, gathered
from autograder.syllabus import Part, Syllabus


def submission(
    student: str, part: Part, notebook: NotebookNode, others: dict[Part, Path], table: Syllabus
) -> Submission:
    """Return a student's notebook of one part, and those of the parts it builds on, as a submission.

    others: where the student's notebooks of other parts lie, if they do.  One that is missing, a link or no
    notebook becomes a remark.
    """
    content = json.dumps(notebook).encode()
    entries, remarks = [Entry(_name(part), lambda most: bounded(content, most))], []
    for other in needed(part, table):
        path = others.get(other)
        if path is None or not (path.is_symlink() or path.exists()):
            remarks.append(f"{other.folder} was not handed in, on which {part.folder} builds")
        else:
            entries.append(Entry(_name(other), file_reader(path)))
    return gathered(student, entries, remarks)


def needed(part: Part, table: Syllabus) -> list[Part]:
    """Return the other parts whose exercises a part's exercises call, directly or not."""
    keys = {exercise.key for section in sections_of(part, table) for exercise in section.exercises}
    while more := {need for key in keys for need in table.exercise(key).needs} - keys:
        keys |= more
    letters = {table.section(table.exercise(key).section).part for key in keys}
    return [other for other in table.parts if other.letter in letters and other is not part]


def _name(part: Part) -> str:
    return f"{part.folder}.ipynb"
