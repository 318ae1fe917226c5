"""What the gradebooks of others get from a class, to the cell."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from autograder import syllabus
from autograder.exports import canvas, gradescope, junit, moodle, tables
from autograder.exports.exporting import to_canvas, to_gradescope, to_junit, to_moodle
from autograder.exports.rosters import by_name, matched
from autograder.reports.grades import write_results
from autograder.results import Report, Status
from autograder.syllabus import Syllabus

TITLE = "Part A: The power of a pretrained diffusion model"
LEFT_OUT = ("zoë is left out: the grader could not work on a1.7.sdedit; grade it again",)
FORMULA = '=HYPERLINK("http://x.example")'
HOSTILE = "\x1b[31m<b>&]]>\u202e\x00 \ud800 =1\n+2"
Make = Callable[..., Report]


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_canvas_without_a_roster_goes_by_login(grades: Path, tmp_path: Path) -> None:
    exported = to_canvas(grades, tmp_path / "canvas.csv", None, [])
    assert (exported.students, exported.left_out) == (2, LEFT_OUT)
    assert cells(tmp_path / "canvas.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", TITLE],
        ["Points Possible", "", "", "", "", "50"],
        ["ada", "", "", "ada", "", "50"],
        ["bob", "", "", "bob", "", "47.5"],
    ]


def test_canvas_takes_its_own_columns_from_the_roster(grades: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text('Student,ID,SIS Login ID,Section,submission\n"Lovelace, Ada",17,al,S 1,ada\n')
    exported = to_canvas(grades, tmp_path / "canvas.csv", roster, ["A = Project 5A (1234)"])
    assert exported.left_out == (*LEFT_OUT, "bob is left out: not in the roster")
    heading, _, *rows = cells(tmp_path / "canvas.csv")
    assert heading[5:] == ["Project 5A (1234)"]
    assert rows == [["Lovelace, Ada", "17", "", "al", "S 1", "50"]]


def test_an_extra_part_has_no_points_possible_in_canvas(table: Syllabus, make: Make) -> None:
    extra = replace(table, parts=tuple(replace(part, extra=True) for part in table.parts))
    [column] = tables.columns([make("ada")], extra, {})
    text = canvas.text([(make("ada"), {"id": "1"})], [column], extra)
    assert text.splitlines()[1:] == ["Points Possible,,,,,0", "ada,1,,,,50"]


def test_every_part_has_its_column_and_extra_points_come_on_top(
    part_a_alone: Syllabus, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    monkeypatch.setattr(syllabus, "load", lambda: part_a_alone)
    report = make("ada")
    columns = tables.columns([report], part_a_alone, {})
    text = canvas.text([(report, {"id": "1"})], columns, part_a_alone)
    assert text.splitlines()[1:] == ["Points Possible,,,,,50,50,0", "ada,1,,,,50,50,20"]


def test_moodle_gets_grades_and_feedback(grades: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "submission,Email address,First name,Shoe size\nada,a@x.org,Ada,38\nbob,b@x.org,Bob,44\n"
    )
    assert to_moodle(grades, tmp_path / "moodle.csv", roster, ["a=P"]).left_out == LEFT_OUT
    assert cells(tmp_path / "moodle.csv") == [
        ["Email address", "First name", "P", "P (feedback)"],
        ["a@x.org", "Ada", "50", "Every check passed."],
        [
            "b@x.org",
            "Bob",
            "47.5",
            "a1.1.forward (1.5 of 3) fails: Agrees with the closed form. · "
            "a1.9.low_pass (0 of 1) not run, as it needs an exercise that fails.",
        ],
    ]


def test_moodle_without_a_roster_goes_by_username(grades: Path, tmp_path: Path) -> None:
    to_moodle(grades, tmp_path / "moodle.csv", None, [])
    assert [row[:2] for row in cells(tmp_path / "moodle.csv")] == [
        ["Username", TITLE],
        ["ada", "50"],
        ["bob", "47.5"],
    ]


@pytest.mark.parametrize("name", [FORMULA, "@SUM(A1)", "\u202e-1", "＝1"])
def test_no_cell_begins_a_formula(table: Syllabus, make: Make, name: str) -> None:
    reports = [make(name)]
    columns = tables.columns(reports, table, {"a": FORMULA})
    for login, keys in ((canvas.LOGIN, canvas.KEYS), (moodle.LOGIN, moodle.KEYS)):
        roster = by_name(reports, login)
        students, _ = matched(reports, roster, keys)
        texts = (canvas.text(students, columns, table), moodle.text(students, columns, table, roster))
        for row in (row for text in texts for row in csv.reader(text.splitlines())):
            assert not [cell for cell in row if cell.startswith(tuple("=+-@＝\u202e"))]


def test_gradescope_gets_a_test_for_each_check(grades: Path, tmp_path: Path) -> None:
    assert to_gradescope(grades, tmp_path / "out", "after_published").left_out == LEFT_OUT
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["ada", "bob"]
    data = json.loads((tmp_path / "out/bob/results.json").read_text(encoding="utf-8"))
    assert (data["score"], data["execution_time"], data["visibility"]) == (47.5, 12, "after_published")
    assert sum(test["score"] for test in data["tests"]) == pytest.approx(47.5)
    assert sum(test["max_score"] for test in data["tests"]) == pytest.approx(50)
    told = {test["number"]: test for test in data["tests"] if test["status"] == "failed"}
    assert set(told) == {"a1.1.forward · 2", "a1.9.low_pass · 1", "a1.9.low_pass · 2"}
    assert told["a1.1.forward · 2"] == {
        "number": "a1.1.forward · 2",
        "name": "A 1.1 forward: Agrees with the closed form.",
        "name_format": "text",
        "score": 0.0,
        "max_score": 1.5,
        "status": "failed",
        "output": "The values differ.",
        "output_format": "text",
        "visibility": "after_published",
        "tags": ["a1.1.forward"],
    }
    assert told["a1.9.low_pass · 1"]["output"] == "Skipped: The values differ."


def test_gradescope_shows_remarks_and_what_was_printed(table: Syllabus, make: Make) -> None:
    report = make("ada", remarks=("a.doc is left out",), output="hello\x00\n")
    data = json.loads(gradescope.text(report, table))
    assert data["output"] == "a.doc is left out\nWhat your code printed:\nhello"


def test_gradescope_never_writes_over_a_classs_own_results(grades: Path, tmp_path: Path) -> None:
    before = (grades / "ada/results.json").read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    (other / "grades.csv").write_text("")
    for out in (grades, grades / ".." / "grades", other):
        with pytest.raises(ValueError, match="holds a class's grades, which would be overwritten"):
            to_gradescope(grades, out)
    (grades / "grades.csv").unlink()
    with pytest.raises(ValueError, match="would be overwritten"):
        to_gradescope(grades, grades)
    assert (grades / "ada/results.json").read_bytes() == before


def test_gradescope_knows_four_visibilities(grades: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"visibility 'later': Gradescope has visible, hidden, "):
        to_gradescope(grades, tmp_path / "out", "later")
    assert not (tmp_path / "out").exists()


def test_junit_has_a_suite_for_each_exercise(grades: Path, tmp_path: Path, table: Syllabus) -> None:
    assert to_junit(grades, tmp_path / "junit.xml").left_out == LEFT_OUT
    root = ET.parse(tmp_path / "junit.xml").getroot()
    assert [suite.get("name") for suite in root] == [exercise.key for exercise in table.exercises()]
    counts = {name: root.get(name) for name in ("tests", "failures", "errors", "skipped", "time")}
    count = len(list(table.exercises()))
    assert counts == {
        "tests": str(4 * count),
        "failures": "1",
        "errors": "0",
        "skipped": "2",
        "time": f"{count:.3f}",
    }
    [failure] = root.iter("failure")
    assert (failure.get("message"), failure.text) == ("The values differ.", "The values differ.")
    [case] = root.findall("testsuite/testcase[failure]")
    assert case.attrib == {
        "classname": "bob.a1.1.forward",
        "name": "Agrees with the closed form.",
        "time": "0.250",
    }
    assert [case.get("classname") for case in root.findall("testsuite/testcase[skipped]")] == [
        "bob.a1.9.low_pass"
    ] * 2


def test_hostile_text_is_made_harmless(table: Syllabus, make: Make) -> None:
    report = make("eve", {"a0.generate": (Status.FAILED,)}, HOSTILE, output=HOSTILE, remarks=(HOSTILE,))
    [failure] = ET.fromstring(junit.text([report]).encode()).iter("failure")
    assert failure.text == "<b>&]]> \N{REPLACEMENT CHARACTER} =1\n+2"
    data = json.loads(gradescope.text(report, table))
    assert data["tests"][0]["output"] == failure.text
    for letter in "\x1b\u202e\x00\ud800":
        assert letter not in data["output"]


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("Project", r"write it as PART=NAME, such as"),
        ("a=", r"write it as PART=NAME"),
        ("q=Project", "no part has the letter 'q'"),
    ],
)
def test_assignments_are_named_by_part(grades: Path, tmp_path: Path, option: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        to_canvas(grades, tmp_path / "canvas.csv", None, [option])
    assert not (tmp_path / "canvas.csv").exists()


def command(*words: str | Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from autograder.cli.instructor import main; main()", "export"]
    return subprocess.run(
        [*program, *map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_command_warns_and_says_that_somebody_is_left_out(grades: Path, tmp_path: Path) -> None:
    said = command("junit", grades, "--out", tmp_path / "junit.xml")
    assert said.returncode == 1
    assert "zoë is left out" in said.stderr
    assert "2 students" in said.stdout


def test_the_command_ends_with_0_when_everybody_is_in(tmp_path: Path, make: Make) -> None:
    write_results(make("ada"), tmp_path / "ada/results.json")
    said = command("canvas", tmp_path, "--out", tmp_path / "canvas.csv")
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("words", [["excel", "."], ["canvas", "nowhere"], ["junit", "."]])
def test_the_command_refuses_in_words(tmp_path: Path, words: list[str]) -> None:
    said = command(words[0], tmp_path / words[1])
    assert said.returncode == 2
    assert "Traceback" not in said.stderr
    assert said.stderr.strip()
