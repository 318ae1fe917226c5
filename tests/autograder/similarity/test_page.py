"""The page shows both sides, says that it flags only, and nothing on it runs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.reports.rendering import policy
from autograder.similarity.comparing import compare
from autograder.similarity.excerpts import MOST_LINES, WIDEST, facing
from autograder.similarity.page import write_similarity_page
from autograder.submissions import Submission

Copying = Callable[[Submission, str], Submission]
EVIL = "<script>alert(1)</script>\"'&{{7*7}}\u202e\x07"


@pytest.fixture(scope="module")
def shown(
    independent: list[Submission],
    given: dict[str, bytes],
    copied: Copying,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """A page with a pair whose names and code are mischief, and a file that cannot be read."""
    files = dict(independent[1].files)
    mischief = f"  # </pre>{EVIL}".encode()
    for name, source in files.items():
        lines = source.split(b"\n")
        files[name] = b"\n".join(line + mischief if line.endswith(b")") else line for line in lines)
    strange = Submission(f"a{EVIL}", {**files, "part_a/broken.py": b"("})
    comparison = compare([*independent, strange], given)
    path = tmp_path_factory.mktemp("page") / "similarity.html"
    write_similarity_page(comparison, path)
    return path.read_text(encoding="utf-8")


def test_it_flags_and_says_that_it_never_scores(shown: str) -> None:
    assert "This page flags, and never scores." in shown
    assert "frugal" in shown
    assert shown.count("<figure>") >= 4
    assert "part_a/broken.py is not compared: it is no Python (SyntaxError)" in shown


def test_nothing_of_a_stranger_is_markup(shown: str) -> None:
    assert "<script" not in shown
    assert "{{7*7}}" in shown
    assert "\u202e" not in shown
    assert "\x07" not in shown
    assert "&lt;script&gt;" in shown


def test_styles_are_allowed_by_their_hash_and_scripts_never(shown: str) -> None:
    styles = shown.partition("<style>")[2].partition("</style>")[0]
    assert policy(styles) in shown
    assert "default-src 'none'" in shown


def test_nobody_flagged_is_said(
    independent: list[Submission], given: dict[str, bytes], tmp_path: Path
) -> None:
    write_similarity_page(compare(independent, given), tmp_path / "p.html")
    page = (tmp_path / "p.html").read_text()
    assert "No two submissions are flagged." in page
    assert "<pre" not in page


def test_excerpts_are_what_stands_there(
    independent: list[Submission], given: dict[str, bytes], copied: Copying
) -> None:
    comparison = compare([*independent, copied(independent[0], "copy")], given)
    [pair] = comparison.pairs
    sources = {s.student: s.files for s in comparison.submissions}
    for each in facing(pair, comparison, 100):
        for student, excerpt in ((pair.one, each.one), (pair.other, each.other)):
            lines = sources[student][each.likeness.file].decode().split("\n")
            there = lines[excerpt.first - 1 : excerpt.first - 1 + len(excerpt.lines)]
            assert 0 < len(excerpt.lines) <= MOST_LINES
            for line, original in zip(excerpt.lines, there, strict=True):
                assert line == original or (len(line) == WIDEST and original.startswith(line[:-1]))
