"""What a section is about: how the text in its module begins. The module is read, never run."""

import ast
import re
from pathlib import Path

from autograder.syllabus import PATH, Section

PLACES = (PATH.parent, PATH.parents[1] / "solutions")
LONGEST = 200


def about(section: Section, places: tuple[Path, ...] = PLACES) -> str:
    """Return the first sentence or two below the heading of the section's text, from the first place with it.

    Returns "" where there is none.
    """
    for place in places:
        beginning = _beginning(place.joinpath(*section.module.split(".")).with_suffix(".py"))
        if beginning:
            return beginning
    return ""


def _beginning(file: Path) -> str:
    try:
        docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    paragraphs = (text for text in docstring.split("\n\n") if not text.lstrip().startswith("#"))
    return _whole_sentences(" ".join(next(paragraphs, "").split()))


def _whole_sentences(text: str) -> str:
    """Return the first sentence of `text`, and those after it that fit into LONGEST characters with it."""
    ends = [found.end() for found in re.finditer(r"[.!?](?=\s|$)", text)]
    fitting = [end for end in ends if end <= LONGEST] or ends[:1]
    return text[: fitting[-1]] if fitting else text
