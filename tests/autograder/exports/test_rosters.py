"""A roster says who is who, or what is wrong with it and where."""

from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

import pytest

from autograder.exports.rosters import by_name, matched, read
from autograder.results import Report

KEYS = ("ID", "SIS Login ID")


def written(path: Path, text: str | bytes) -> Path:
    file = path / "roster.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_rows_go_by_submission_and_headings_by_any_case(tmp_path: Path) -> None:
    text = '\ufeffStudent, id ,Submission\r\n"Lovelace, Ada",17, ada \r\nPoints Possible,,\r\nNobody,18\r\n'
    roster = read(written(tmp_path, text), KEYS)
    assert roster.columns == ("student", "id", "submission")
    assert roster.rows == {"ada": {"student": "Lovelace, Ada", "id": "17", "submission": "ada"}}


def test_students_are_matched_whatever_form_their_letters_have(
    tmp_path: Path, make: Callable[..., Report]
) -> None:
    roster = read(written(tmp_path, f"submission,ID\n{normalize('NFD', 'zoë')},1\nbob,\n"), KEYS)
    found, left_out = matched([make("zoë"), make("bob"), make("eve")], roster, KEYS)
    assert [(report.student, row["id"]) for report, row in found] == [("zoë", "1")]
    assert left_out == [
        "bob is left out: without ID, SIS Login ID in the roster",
        "eve is left out: not in the roster",
    ]


def test_nobody_matched_is_an_error(tmp_path: Path, make: Callable[..., Report]) -> None:
    roster = read(written(tmp_path, "submission,ID\nzoë,1\n"), KEYS)
    with pytest.raises(ValueError, match=r"none of the 1 students; ada is left out: not in the roster"):
        matched([make("ada")], roster, KEYS)


def test_without_a_roster_submissions_are_logins(make: Callable[..., Report]) -> None:
    found, left_out = matched([make("ada")], by_name([make("ada")], "SIS Login ID"), KEYS)
    assert [row["sis login id"] for _, row in found] == ["ada"]
    assert left_out == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r"no column is called 'submission' \(there is nothing\); add it"),
        ("Student,ID\nAda,1\n", r"no column is called 'submission' \(there is student, id\)"),
        ("Submission;ID\nada;1\n", "no column is called 'submission'"),
        ("submission,name\nada,Ada\n", "none of the columns ID, SIS Login ID is there; add one"),
        ("submission,ID\nada,1\nbob,2\nada,3\n", "line 4: 'ada' comes a second time; keep one"),
        ("submission,ID\nada,1,2\n", "line 2 has 3 cells, the heading 2; mend the line"),
        ('submission,ID\n"ada,1\n', "roster.csv: unexpected end of data"),
        (b"submission,ID\nzo\xeb,1\n", "is not UTF-8 text; save it as CSV in UTF-8"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(written(tmp_path, text), KEYS)


def test_a_missing_roster_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no.csv"):
        read(tmp_path / "no.csv", KEYS)
