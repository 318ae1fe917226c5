"""The parts of the course as assignments of a gradebook: found there, or added as nbgrader would."""

import json
from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode
from nbgrader import api
from nbgrader.utils import compute_checksum
from sqlalchemy.orm import Session

from autograder.gradebook.database import GradebookError
from autograder.release.notebooks import grade_id
from autograder.syllabus import Exercise, Part, Section


def check_id(exercise: Exercise) -> str:
    """Return the name of the graded cell below an exercise: "check-a1-1-forward"."""
    return f"check-{grade_id(exercise)}"


def assignment(
    session: Session, part: Part, sections: Sequence[Section], released: NotebookNode, course: str
) -> Any:
    """Return the gradebook's notebook of a part, which is alone in an assignment of the part's name.

    sections: the part's own.  released: its notebook for students, whose cells are added where the gradebook
    has no such notebook.  Raises GradebookError where it has one with other exercises or points.
    """
    found = session.query(api.Assignment).filter_by(name=part.folder).one_or_none()
    if found is None:
        found = api.Assignment(name=part.folder, course_id=course)
        session.add(found)
    known = next((notebook for notebook in found.notebooks if notebook.name == part.folder), None)
    if known is None:
        known = _new(part, released)
        known.assignment = found
        session.add(known)
        return known
    _refuse_others(known, sections)
    return known


def submission(session: Session, notebook: Any, student: Any, earlier: Any = None) -> Any:
    """Return a student's submission of a gradebook's notebook, added where `earlier` is None.

    earlier: the student's submission of the assignment.  All cells have places for a score and a comment
    then, those that an instructor added to the notebook too.
    """
    handed_in = earlier
    if handed_in is None:
        handed_in = api.SubmittedAssignment(assignment=notebook.assignment, student=student)
        session.add(handed_in)
    for each in notebook.assignment.notebooks:
        if all(known.notebook is not each for known in handed_in.notebooks):
            session.add(_blank(each, handed_in))
    return next(known for known in handed_in.notebooks if known.notebook is notebook)


def _new(part: Part, released: NotebookNode) -> Any:
    notebook = api.Notebook(name=part.folder, kernelspec=json.dumps(released.metadata["kernelspec"]))
    for cell in released.cells:
        if settings := cell.metadata.get("nbgrader"):
            _add_cell(notebook, cell, settings)
    return notebook


def _add_cell(notebook: Any, cell: NotebookNode, settings: NotebookNode) -> None:
    name, kind = settings["grade_id"], cell.cell_type
    if settings["grade"]:
        api.GradeCell(name=name, notebook=notebook, max_score=settings["points"], cell_type=kind)
    if settings["solution"]:
        api.SolutionCell(name=name, notebook=notebook)
    locked, checksum = settings["locked"], compute_checksum(cell)
    api.SourceCell(
        name=name, notebook=notebook, cell_type=kind, locked=locked, source=cell.source, checksum=checksum
    )


def _blank(notebook: Any, handed_in: Any) -> Any:
    """Return an empty submission of one notebook, with a place for each score and comment."""
    submitted = api.SubmittedNotebook(notebook=notebook, assignment=handed_in)
    for cell in (*notebook.grade_cells, *notebook.task_cells):
        api.Grade(cell=cell, notebook=submitted)
    for cell in (*notebook.solution_cells, *notebook.task_cells):
        api.Comment(cell=cell, notebook=submitted)
    return submitted


def _refuse_others(notebook: Any, sections: Sequence[Section]) -> None:
    there = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    for exercise in (exercise for section in sections for exercise in section.exercises):
        points = there.get(check_id(exercise))
        if points != exercise.points:
            has = "lacks" if points is None else f"gives {points:g} points for"
            raise GradebookError(
                f"the gradebook's {notebook.name} {has} {exercise.key}, course/syllabus.toml gives "
                f"{exercise.points}; run `nbgrader generate_assignment {notebook.name}` with the course as "
                "it is now, or give another database"
            )
