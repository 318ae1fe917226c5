"""What people decided in a class's `overrides.csv`, beside nbgrader's folders."""

from collections.abc import Iterator
from pathlib import Path

from nbgrader import api
from nbgrader.coursedir import CourseDirectory

from autograder.adjustments import overrides
from autograder.adjustments.adjusting import Adjustments
from autograder.gradebook.database import opened
from autograder.syllabus import Syllabus


def read(course: CourseDirectory, file: str, db_url: str, table: Syllabus) -> Adjustments:
    """Return the points and comments by hand in a file of the course's folder; nothing where it is not there.

    They may be about everybody who handed something in or is in the gradebook.  Raises ValueError that names
    the file, the line, the value, the rule and the remedy; GradebookError.
    """
    path = Path(course.root) / file
    with opened(db_url, course.course_id) as session:
        known = {student.id for student in session.query(api.Student)}
    try:
        decisions = overrides.read(path, table, known.union(_handed_in(course, table)))
    except OSError as error:
        raise ValueError(
            f"{path} cannot be read ({error.strerror}); make it a file that can be, or name another in "
            "c.GradeApart.overrides"
        ) from None
    return Adjustments(table, decisions)


def _handed_in(course: CourseDirectory, table: Syllabus) -> Iterator[str]:
    """Yield the students who have a folder of a part, wherever the course's folder has those."""
    for part in table.parts:
        pattern = Path(course.format_path(course.submitted_directory, "*", part.folder)).parts
        at = next(i for i, name in enumerate(pattern) if "*" in name)
        before, _, after = pattern[at].partition("*")
        for path in Path(*pattern[:at]).glob("/".join(pattern[at:])):
            yield path.parts[at].removeprefix(before).removesuffix(after)
