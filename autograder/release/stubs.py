"""A section's solutions as the stub that a student gets."""

from autograder.release.errors import ReleaseError
from autograder.release.pieces import parsed
from autograder.release.regions import cleared, owner, regions
from autograder.syllabus import Exercise, Section


def file_of(section: Section) -> str:
    """Return the path of the section's solutions below the repository: "solutions/part_a/s1_1_forward.py"."""
    return f"solutions/{section.file}"


def stub_line(section: Section, exercise: Exercise) -> str:
    """Return the statement that stands in a stub where the solution was."""
    message = f"{section.label} {exercise.name}: yours to write; hints: course hint {exercise.key}"
    return f'raise NotImplementedError("{message}")'


def stub(source: str, section: Section) -> str:
    """Return the solutions with every region replaced by its exercise's `stub_line`, as nbgrader would.

    Raises ReleaseError, naming file and line, for bad markers, for a region outside the section's exercises,
    and for an exercise without a region.
    """
    file = file_of(section)
    tree = parsed(source, file)
    lines = {exercise.name: stub_line(section, exercise) for exercise in section.exercises}
    owners = {region: owner(region, tree, file) for region in regions(source, file)}
    for region, name in owners.items():
        if name not in lines:
            raise ReleaseError(
                f"{file}, line {region.begin}: a region in {name}, which is no exercise of {section.label}; "
                "take the markers out, or add the exercise to course/syllabus.toml"
            )
    for name in lines.keys() - owners.values():
        raise ReleaseError(f"{file}: the exercise {name} has no region; mark the body that students write")
    text = cleared(source, {region: lines[name] for region, name in owners.items()})
    parsed(text, f"the stub of {file}")
    return text
