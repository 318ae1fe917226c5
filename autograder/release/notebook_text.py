"""What a notebook says before its first section."""

from collections.abc import Sequence

from autograder.syllabus import Part, Section

SETUP = '''\
from collections.abc import Iterable
from io import BytesIO

from IPython.display import Image, Markdown, display
from matplotlib.figure import Figure

from course.toolkit import figures
from course.toolkit.studio import Exhibit, Studio


def show(exhibits: Iterable[Exhibit]) -> None:
    """Display what a demo yields: pictures and animations, each with its caption."""
    for exhibit in exhibits:
        file = BytesIO()
        if isinstance(exhibit.content, Figure):
            figures.save(exhibit.content, file)
        else:
            figures.save_gif(exhibit.content, file)
        display(Image(data=file.getvalue()), Markdown(f"*{exhibit.caption}*"))


studio = Studio()'''

CHECK = "from autograder.checks.notebook import check"

HOW_TO_WORK = """\
**How to work.** Run the cells from top to bottom. Where a cell says `raise NotImplementedError`, put your
code in the place of that line; the docstring above it says what is wanted. Run the cell, then the one below
it, which checks your function and says what is wrong with it. At the end of a section a cell shows what your
code makes.

Stuck? `!course hint {example}` in a cell of your own (or without the `!` in a terminal) gives one hint after
the other. The same exercises are in the folder `course/{folder}`, for those who prefer an editor."""

BUILDS_ON = """

This notebook builds on your files in {places}. What you wrote for them in notebooks, put there first, and
restart the kernel."""


def title(part: Part, sections: Sequence[Section]) -> str:
    """Return the notebook's first cell: the part's title, how much there is to do, and its sections."""
    hours = round(sum(section.minutes for section in sections) / 60)
    exercises = sum(len(section.exercises) for section in sections)
    points = sum(section.points for section in sections)
    lines = [f"- {s.label} · {s.title} ({_worth(s)}{s.minutes} minutes)" for s in sections]
    summary = f"{exercises} exercises, {_points(points)}, about {hours} hours."
    return f"# Part {part.letter.upper()} · {part.title}\n\n{summary}\n\n" + "\n".join(lines)


def how_to_work(part: Part, sections: Sequence[Section], others: Sequence[str] = ()) -> str:
    """Return the second cell, with the name of an exercise of this part as an example.

    others: the folders of the parts that this one imports from.
    """
    example = next((exercise.key for section in sections for exercise in section.exercises), "")
    text = HOW_TO_WORK.format(folder=part.folder, example=example)
    places = " and ".join(f"`course/{folder}`" for folder in others)
    return text + (BUILDS_ON.format(places=places) if others else "")


def _worth(section: Section) -> str:
    return f"{_points(section.points)}, " if section.exercises else ""


def _points(number: int) -> str:
    return f"{number} point" if number == 1 else f"{number} points"
