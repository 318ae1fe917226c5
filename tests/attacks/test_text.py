"""Hostile text for the reader: it is shown as text, on every page, in every table and on every terminal."""

import csv
import io
import json
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from autograder import syllabus
from autograder.exports.exporting import to_canvas, to_gradescope, to_junit, to_moodle
from autograder.reports.grades import write_csv, write_results
from autograder.reports.pages import write_class_page, write_student_page
from autograder.results import CheckResult, ExerciseResult, Report, Status
from autograder.submissions import discover

TABLE = syllabus.load()
TEXTS = ("raise_it", "return_it", "return_a_text", "raise_another")
FORMULAS = tuple("=+-@\t\r＝＋－＠")
NAMES = (
    "=HYPERLINK(\"http:evil.example\",\"x\")",
    "@SUM(1+1)",
    "+1+cmd|' C calc'!A0",
    "-2+3",
    "<script>alert(1)<",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "\x1b[31mred\x1b]0;owned\x07",
    "\u202eeoz\u2066",
    "zoe\u200b",
    "one\ntwo,three\r\n4",
    "{{ 7 * 7 }}",
    "[bold red]rich",
    "..",
)  # fmt: skip


def unseen(text: str) -> set[str]:
    """Return the characters of a text that a reader does not see, or that move what is around them."""
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n", "\t"}


class Page(HTMLParser):
    """What is in a page: its tags, its attributes, and its text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the names under which students appear who have called their archives as they like."""
    folder = tmp_path_factory.mktemp("in")
    for number, name in enumerate(NAMES[:-1]):
        (folder / name).mkdir() if number % 2 else zipfile.ZipFile(folder / f"{name}.zip", "w").close()
    return [submission.student for submission in discover(folder)]


@pytest.fixture(scope="module")
def told(walled, graded, names: list[str]) -> list[Report]:
    """Return a class in which every word that a student can choose has been chosen to do harm."""
    results = [graded(walled, "s1_1_text", function) for function in TEXTS]
    assert [result.points for result in results] == [0] * len(TEXTS)
    reasons = [check.reason for result in results for check in result.checks]
    printed = walled.output()
    assert "<script>" in printed
    assert any("<script>" in reason for reason in reasons)
    return [report(name, reasons, printed) for name in names]


def report(student: str, reasons: list[str], printed: str) -> Report:
    exercises = [
        ExerciseResult(e.key, e.name, e.section, (check(e.points, reasons[i % len(reasons)]),))
        for i, e in enumerate(TABLE.exercises())
    ]
    whole = Report(student, tuple(exercises), 0.0, 100.0, "sandbox", "secret", output=printed)
    return replace(whole, remarks=tuple(reasons))


def check(points: float, reason: str) -> CheckResult:
    return CheckResult("test_it", "It is right.", Status.FAILED, 0.0, points, reason)


@pytest.fixture(scope="module")
def written(told: list[Report], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with all that is written about the class."""
    out = tmp_path_factory.mktemp("out")
    for each in told:
        write_results(each, out / "class" / each.student / "results.json")
        write_student_page(each, TABLE, out / "class" / each.student / "index.html")
    write_class_page(told, TABLE, out / "class/index.html")
    write_csv(told, TABLE, out / "class/grades.csv")
    to_canvas(out / "class", out / "canvas.csv", None, ["a==1+1"])
    to_moodle(out / "class", out / "moodle.csv", None, [])
    to_gradescope(out / "class", out / "gradescope")
    to_junit(out / "class", out / "junit.xml")
    return out


def test_names_are_names(names: list[str]) -> None:
    assert len(names) == len({name.casefold() for name in names}) == len(NAMES) - 1
    assert not [name for name in names if not name.isprintable() or set(name) & set("<>\"'/\\|:*?[]{}()=,")]


def test_nothing_unseen_is_written(written: Path) -> None:
    files = [path for path in written.rglob("*") if path.is_file() and path.parent.parent.name != "class"]
    pages = list(written.rglob("*.html"))
    assert len(files) >= 4
    assert len(pages) >= len(NAMES)
    for path in {*files, *pages}:
        assert not unseen(path.read_bytes().decode("utf-8")), path


def test_pages_show_markup_as_text(written: Path) -> None:
    for path in written.rglob("*.html"):
        page = Page(path)
        assert not page.tags & {"script", "img", "iframe", "object", "form", "input", "base"}
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        assert not [value for name, value in page.attributes if name in ("href", "src") and ":" in value]
        policies = [value for _, value in page.attributes if value.startswith("default-src 'none'")]
        assert len(policies) == 1
        assert "unsafe" not in policies[0]
    for path in written.glob("class/*/index.html"):
        shown = Page(path).text
        assert "<script>alert('owned')</script>" in shown
        assert "{{ 7 * 7 }}" in shown


@pytest.mark.parametrize("name", ["class/grades.csv", "canvas.csv", "moodle.csv"])
def test_no_cell_of_a_table_is_a_formula(written: Path, name: str) -> None:
    rows = list(csv.reader(io.StringIO((written / name).read_text(encoding="utf-8"))))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) - len(NAMES) in (0, 1)  # headings, and Canvas's row of points to be had
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULAS) or "\n" in cell]


def test_other_programs_get_plain_text(written: Path) -> None:
    for path in written.glob("gradescope/*/results.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        assert {data["output_format"], data["test_output_format"], data["test_name_format"]} == {"text"}
        assert data["score"] == 0
        assert not unseen(data["output"] + "".join(test["output"] + test["name"] for test in data["tests"]))
    suites = ET.parse(written / "junit.xml").getroot()
    assert {element.tag for element in suites.iter()} <= {"testsuites", "testsuite", "testcase", "failure"}


def test_a_terminal_shows_it_as_text(tmp_path: Path) -> None:
    """What is wrong with a submission is said on the terminal too, with the names of the files in it."""
    with zipfile.ZipFile(tmp_path / "mallory.zip", "w") as archive:
        for name in ("\x1b]0;owned\x07/../x.py", "../[bold]\u202e\x9b2J\r.py", "a/../\x1b[2J.ipynb"):
            archive.writestr(name, b"")
    command = "from autograder.cli.instructor import main; main()"
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            command,
            "grade",
            str(tmp_path / "mallory.zip"),
            "--out",
            str(tmp_path / "out"),
        ],
        capture_output=True,
        env={"FORCE_COLOR": "1", "TERM": "xterm-256color", "PATH": "", "PYTHONPATH": ":".join(sys.path)},
    )
    errors = said.stderr.decode()
    assert said.returncode == 2
    assert "[bold]" in errors
    assert "leads out" in " ".join(errors.split())
    for style in ("\x1b[1;31m", "\x1b[0m"):
        errors = errors.replace(style, "")
    assert not unseen(errors)
    assert not (tmp_path / "out").exists()
