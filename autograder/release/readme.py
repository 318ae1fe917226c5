"""The table of sections that a README shows, made from the syllabus."""

from collections.abc import Iterator

from autograder.release.errors import ReleaseError
from autograder.syllabus import Section, Syllabus

OPEN = "<!-- syllabus -->"
CLOSE = "<!-- /syllabus -->"


def table(syllabus: Syllabus) -> str:
    """Return a Markdown table of parts and sections with exercises, points and minutes."""
    header = ["| Part | Section | Exercises | Points | Minutes |", "|---|---|---|---:|---:|"]
    return "\n".join([*header, *_rows(syllabus)])


def filled(text: str, syllabus: Syllabus) -> str:
    """Return the text with the table between its two markers.

    Raises ReleaseError when the markers do not come once each, in their order.
    """
    before, opened, rest = text.partition(OPEN)
    _, closed, after = rest.partition(CLOSE)
    if not (opened and closed) or OPEN in rest or CLOSE in before + after:
        raise ReleaseError(f"README.md: the table stands between one {OPEN} and one {CLOSE}; mend them")
    return f"{before}{OPEN}\n{table(syllabus)}\n{CLOSE}{after}"


def _rows(syllabus: Syllabus) -> Iterator[str]:
    for part in syllabus.parts:
        extra = ", extra points" if part.extra else ""
        name = f"**{part.letter.upper()}** {part.title}{extra}"
        for section in (section for section in syllabus.sections if section.part == part.letter):
            yield _row(name, section)
            name = ""


def _row(part: str, section: Section) -> str:
    exercises = ", ".join(f"`{exercise.name}`" for exercise in section.exercises)
    points = str(section.points) if section.exercises else "–"
    cells = [part, f"{section.label} · {section.title}", exercises or "–", points, str(section.minutes)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
