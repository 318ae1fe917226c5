"""Only results that are whole and of the course as it is are exported; nobody gets a zero in silence."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.exports.graded import missed, points, read
from autograder.reports.grades import write_results
from autograder.results import Report, Status
from autograder.syllabus import Syllabus

Edit = Callable[[dict[str, Any]], object]


def test_students_are_read_by_name_and_the_ungraded_left_out(grades: Path, table: Syllabus) -> None:
    found = read(grades, table)
    assert [report.student for report in found.reports] == ["ada", "bob"]
    assert found.left_out == ("zoë is left out: the grader could not work on a1.7.sdedit; grade it again",)


def test_points_of_a_part_are_those_of_its_exercises(grades: Path, table: Syllabus) -> None:
    ada, bob = read(grades, table).reports
    [part] = [part for part in table.parts if part.letter == "a"]
    assert (points(ada, part, table), points(bob, part, table)) == (50.0, 47.5)
    assert missed(ada, part, table) == []
    assert [exercise.key for exercise in missed(bob, part, table)] == ["a1.1.forward", "a1.9.low_pass"]


def test_a_part_that_was_not_graded_has_no_points(table: Syllabus, make: Callable[..., Report]) -> None:
    part = replace(table.parts[0], letter="x")
    assert points(make("ada"), part, table) is None


@pytest.mark.parametrize("keep", [slice(1, None), slice(0, 0)])
def test_results_of_another_course_are_left_out(
    grades: Path, table: Syllabus, make: Callable[..., Report], keep: slice
) -> None:
    old = make("old")
    old = replace(old, exercises=old.exercises[keep])
    write_results(old, grades / "old" / "results.json")
    assert "old is left out: " in " ".join(read(grades, table).left_out)
    assert "graded with another course/syllabus.toml" in " ".join(read(grades, table).left_out)


def test_changed_points_are_another_course(grades: Path, table: Syllabus) -> None:
    path = grades / "ada" / "results.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["exercises"][0]["checks"][0]["possible"] += 1
    path.write_text(json.dumps(data))
    assert read(grades, table).left_out[0].startswith("ada is left out: a0.generate was graded with another")


def test_nobody_left_is_an_error(tmp_path: Path, table: Syllabus, make: Callable[..., Report]) -> None:
    broken = make("eve", {"a0.generate": (Status.UNGRADED,)})
    write_results(broken, tmp_path / "eve" / "results.json")
    with pytest.raises(ValueError, match=r"nobody in .* can be exported; eve is left out"):
        read(tmp_path, table)


def test_folders_without_results_are_named(tmp_path: Path, table: Syllabus) -> None:
    with pytest.raises(ValueError, match=r"holds no student's results.json; give the one"):
        read(tmp_path, table)
    with pytest.raises(ValueError, match=r"nowhere is not a folder; give the one"):
        read(tmp_path / "nowhere", table)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe", b"[" * 100_000])
def test_damaged_files_are_named(grades: Path, table: Syllabus, content: bytes) -> None:
    (grades / "bob" / "results.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"bob/results.json is damaged: .*; grade this submission again"):
        read(grades, table)


def _check(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["exercises"][3]["checks"][0]
    return found


@pytest.mark.parametrize(
    "edit",
    [
        lambda data: data.update(version=99),
        lambda data: data.update(total=float("nan")),
        lambda data: data.update(total="50"),
        lambda data: data.update(total=10**400),
        lambda data: data.update(student=["ada"]),
        lambda data: data.update(student="../ada"),
        lambda data: data.update(student="bob"),
        lambda data: data.update(versions=["3.11"]),
        lambda data: data.update(remarks=[7]),
        lambda data: data.update(exercises=3),
        lambda data: data.update(more=1),
        lambda data: data.pop("total"),
        lambda data: data.pop("exercises"),
        lambda data: _check(data).update(points=-1),
        lambda data: _check(data).update(points=True),
        lambda data: _check(data).update(seconds=float("inf")),
        lambda data: _check(data).update(status="perfect"),
        lambda data: _check(data).update(sentence=None),
        lambda data: _check(data).pop("sentence"),
    ],
)
def test_what_no_report_says_is_damage(grades: Path, table: Syllabus, edit: Edit) -> None:
    path = grades / "ada" / "results.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    edit(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ValueError, match=r"ada/results.json is damaged: "):
        read(grades, table)
