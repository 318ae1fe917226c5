"""The course as nbgrader wants it from an instructor: notebooks with the solutions, and its settings."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from autograder.release.generated import sections_of, solutions, syllabus_of, taught, written
from autograder.release.notebooks import grade_id
from autograder.release.stubs import stub_line
from autograder.syllabus import Syllabus

SETTINGS = '''\
"""nbgrader's settings for this course; `nbgrader generate_assignment part_a` makes the students' notebook.

`nbgrader autograde part_a` grades what they hand in as `autograder grade` does, in a sandbox, no kernel.
"""

from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import ClearSolutions, Execute, SaveAutoGrades

from autograder.gradebook.autograde import GradeApart

STUBS = {{
{stubs}
}}


class ClearExercises(ClearSolutions):
    """Puts in the place of each solution the line that the course's own stubs have there."""

    def preprocess_cell(self, cell, resources, cell_index):
        grade_id = cell.metadata.get("nbgrader", {{}}).get("grade_id")
        if grade_id in STUBS:
            self.code_stub = {{"python": STUBS[grade_id]}}
        return super().preprocess_cell(cell, resources, cell_index)


standard = GenerateAssignment.class_traits()["preprocessors"].default()
grading = Autograde.class_traits()["autograde_preprocessors"].default()

c = get_config()
c.CourseDirectory.course_id = "diffusion-course"
c.GenerateAssignment.preprocessors = [ClearExercises if p is ClearSolutions else p for p in standard]
c.Autograde.autograde_preprocessors = [
    GradeApart if p is Execute else p for p in grading if p is not SaveAutoGrades
]
c.GradeApart.secret = "secret.key"
c.GradeApart.overrides = "overrides.csv"
'''


def nbgrader_files(root: Path) -> dict[PurePosixPath, str]:
    """Return the files of an nbgrader course folder by their paths: `source/part_a/part_a.ipynb` and so on.

    Raises ReleaseError as `generated_files` does.
    """
    syllabus = syllabus_of(root)
    files = {PurePosixPath("nbgrader_config.py"): SETTINGS.format(stubs="\n".join(_stubs(syllabus)))}
    for part in taught(syllabus):
        path = PurePosixPath("source", part.folder, f"{part.folder}.ipynb")
        sources = solutions(root, part, syllabus)
        files[path] = written(part, sections_of(part, syllabus), sources, solved=True)
    return files


def _stubs(syllabus: Syllabus) -> Iterator[str]:
    for section in syllabus.sections:
        for exercise in section.exercises:
            yield f"    {grade_id(exercise)!r}: {stub_line(section, exercise)!r},"
