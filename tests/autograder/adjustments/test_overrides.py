"""Points by hand: what a person may write, and errors that name the line."""

from pathlib import Path

import pytest

from autograder import syllabus
from autograder.adjustments import overrides
from autograder.adjustments.overrides import Decisions
from autograder.results import Override

STUDENTS = {"ada", "émilie", "kim lee"}
HEADING = "student,exercise,points,reason,comment\n"


def read(text: str | bytes, tmp_path: Path) -> dict[str, Decisions]:
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "overrides.csv").write_bytes(content)
    return overrides.read(tmp_path / "overrides.csv", syllabus.load(), STUDENTS)


def test_points_reasons_and_comments(tmp_path: Path) -> None:
    text = (
        f"{HEADING}ada,a1.1.forward,2.5,the file was cut off,\n"
        'ada,,,,"Well written,\nall of it."\n'
        "kim lee,generate,,,See me about this one.\n"
    )
    found = read(text, tmp_path)
    assert found["ada"] == Decisions(
        {"a1.1.forward": Override(2.5, "the file was cut off", "")}, "Well written,\nall of it."
    )
    assert found["kim lee"].exercises == {"a0.generate": Override(None, "", "See me about this one.")}


def test_no_file_and_no_rows_decide_nothing(tmp_path: Path) -> None:
    assert overrides.read(tmp_path / "overrides.csv", syllabus.load(), STUDENTS) == {}
    assert read(HEADING, tmp_path) == {}
    assert read(f"{HEADING},,,,\n\n", tmp_path) == {}


def test_what_spreadsheets_make_of_it(tmp_path: Path) -> None:
    """A byte order mark, semicolons, other columns and their order, letters in two pieces, CRLF."""
    text = "﻿Points;Student;Exercise;Reason;Section\r\n3;e\u0301milie;forward;as said;1\r\n"
    assert read(text, tmp_path)["émilie"].exercises["a1.1.forward"].points == 3


WRONG = {
    "": "overrides.csv: no column is called 'student' (there is nothing); make this its first line: ",
    "student,points\n": "no column is called 'exercise' (there is student, points)",
    f"{HEADING}adda,forward,3,x,\n": "line 2: no submission is called 'adda'; there is ada. Mend the name",
    f"{HEADING}zzz,forward,3,x,\n": "line 2: no submission is called 'zzz'; there is nobody of a similar",
    f"{HEADING}ada,backward,3,x,\n": "line 2: no exercise is called 'backward'; there are a0.generate",
    f"{HEADING}ada,forward,three,x,\n": "line 2: 'three' is no number of points; write one such as 2.5",
    f'{HEADING}ada,forward,"2,5",x,\n': "line 2: '2,5' is no number of points",
    f"{HEADING}ada,forward,3.5,x,\n": "line 2: 3.5 points, but a1.1.forward has 3; give 0 to 3",
    f"{HEADING}ada,forward,-1,x,\n": "line 2: -1 points, but a1.1.forward has 3",
    f"{HEADING}ada,forward,nan,x,\n": "line 2: nan points, but a1.1.forward has 3",
    f"{HEADING}ada,forward,inf,x,\n": "line 2: inf points, but",
    f"{HEADING}ada,forward,2,,\n": "line 2: 2 points without a reason; write it in the column reason",
    f"{HEADING}ada,,2,x,\n": "line 2: 2 points, but for no exercise; say for which",
    f"{HEADING}ada,forward,,x,\n": "line 2 says nothing; give points, a comment or both, or delete it",
    f'{HEADING}ada,,,,"a\nb"\nada,forward,1,x,\nada,a1.1.forward,2,y,\n': "line 5 speaks of the same as "
    "overrides.csv, line 4; keep one of the two",
    f"{HEADING}ada,forward,1,x,a,b\n": "line 2 has 6 cells, the heading 5; put text with commas in quotes",
    f'{HEADING}ada,forward,1,"x,a\n': "line 2: unexpected end of data; mend the quotes",
}


@pytest.mark.parametrize("text", WRONG)
def test_an_error_names_line_value_rule_and_remedy(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^overrides\.csv") as raised:
        read(text, tmp_path)
    assert WRONG[text] in str(raised.value)


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"overrides\.csv is not UTF-8 text; save it as CSV in UTF-8"):
        read(f"{HEADING}émilie,forward,1,x,\n".encode("latin-1"), tmp_path)
