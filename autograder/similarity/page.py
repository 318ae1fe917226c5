"""The page of a similarity report, and the stubs it leaves out of account."""

from pathlib import Path

from autograder.reports.rendering import render
from autograder.syllabus import PATH, Syllabus

from .comparing import FLAGGED, LEAST, Comparison
from .excerpts import facing

MOST_PAIRS = 200
MOST_EXCERPTS = 40
FILES_EACH = 3
MOST_REMARKS = 200


def stubs(syllabus: Syllabus, course: Path = PATH.parent) -> dict[str, bytes]:
    """Return the sections' files as students received them; raises OSError where one is not there."""
    return {section.file: (course / section.file).read_bytes() for section in syllabus.sections}


def write_similarity_page(comparison: Comparison, path: Path) -> None:
    """Write the page: flagged pairs in their order, those that share most with excerpts side by side."""
    shown = comparison.pairs[:MOST_EXCERPTS]
    render(
        "similarity.html",
        path,
        students=len(comparison.submissions),
        pairs=comparison.pairs[:MOST_PAIRS],
        more_pairs=max(0, len(comparison.pairs) - MOST_PAIRS),
        shown=[(pair, list(facing(pair, comparison, FILES_EACH))) for pair in shown],
        remarks=comparison.remarks[:MOST_REMARKS],
        more_remarks=max(0, len(comparison.remarks) - MOST_REMARKS),
        flagged=FLAGGED,
        least=LEAST,
        most_sharing=comparison.most_sharing,
    )
