"""The table of grades is what the reports say, and a spreadsheet takes it for nothing but text."""

import csv
import os
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import results
from autograder.reports.grades import write_csv, write_results
from autograder.results import Report
from autograder.syllabus import Syllabus


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_columns_are_those_that_were_promised(
    classroom: list[Report], table: Syllabus, tmp_path: Path
) -> None:
    write_csv(classroom, table, tmp_path / "grades.csv")
    header = (tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header == ["student", "total", "possible", *(s.key for s in table.sections if s.exercises), "note"]


def test_totals_survive_the_round_trip(classroom: list[Report], table: Syllabus, tmp_path: Path) -> None:
    write_csv(classroom, table, tmp_path / "grades.csv")
    for row, report in zip(read(tmp_path / "grades.csv"), classroom, strict=True):
        assert row["student"] == report.student
        assert float(row["possible"]) == report.possible
        if report.graded:
            assert float(row["total"]) == report.total
            assert sum(float(row[s.key]) for s in table.sections if s.exercises) == pytest.approx(
                report.total
            )
            assert row["note"] == ""


def test_a_broken_grader_gives_no_total(classroom: list[Report], table: Syllabus, tmp_path: Path) -> None:
    write_csv(classroom, table, tmp_path / "grades.csv")
    [row] = [row for row in read(tmp_path / "grades.csv") if row["note"]]
    assert (row["student"], row["total"], row["note"]) == ("liu wei", "", "ungraded")
    assert (row["a1.7"], row["a1.1"]) == ("", "3")


def test_a_section_that_was_not_graded_is_empty(
    classroom: list[Report], table: Syllabus, tmp_path: Path
) -> None:
    first = replace(classroom[0], exercises=classroom[0].exercises[:1])
    write_csv([first], table, tmp_path / "grades.csv")
    [row] = read(tmp_path / "grades.csv")
    assert [row["a0"], row["a1.1"]] == ["2", ""]


@pytest.mark.parametrize(
    ("student", "expected"),
    [
        ('=HYPERLINK("http://x.example","y")', '\'=HYPERLINK("http://x.example","y")'),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ("\u202e=1", "'=1"),
        ("＝1", "'＝1"),
        ("ada,=1\n=2", "ada,=1 =2"),
        ("ada\u202e\x00 l", "ada l"),
        ("bad\udc80name", "bad\ufffdname"),
    ],
)
def test_names_are_no_formulas(
    student: str, expected: str, classroom: list[Report], table: Syllabus, tmp_path: Path
) -> None:
    write_csv([replace(classroom[0], student=student)], table, tmp_path / "grades.csv")
    [row] = read(tmp_path / "grades.csv")
    assert row["student"] == expected
    assert (tmp_path / "grades.csv").read_text(encoding="utf-8").count("\n") == 2


def test_results_can_be_read_back(classroom: list[Report], tmp_path: Path) -> None:
    report = replace(classroom[0], student="bad\udc80name", output="😀 \ud800")
    write_results(report, tmp_path / "deep" / "results.json")
    text = (tmp_path / "deep" / "results.json").read_text(encoding="utf-8")
    assert results.from_json(text) == report


def test_old_results_stay_when_writing_breaks(
    classroom: list[Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "results.json"
    write_results(classroom[0], path)
    before = path.read_text(encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        write_results(classroom[1], path)
    assert path.read_text(encoding="utf-8") == before
    assert [each.name for each in tmp_path.iterdir()] == ["results.json"]
