"""The class file: times with zones, extensions, and errors that name the line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder import syllabus
from autograder.adjustments import deadlines
from autograder.adjustments.deadlines import Calendar
from autograder.adjustments.lateness import LatePolicy
from autograder.syllabus import Part, Syllabus

BERLIN = ZoneInfo("Europe/Berlin")
TABLE = Syllabus((*syllabus.load().parts[:1], Part("z", "part_z", "Another", 1, False)), ())
CLASS = """
timezone = "Europe/Berlin"   # where the course is held

[deadlines]
a = 2026-06-01T23:59:00
z = 2026-06-08T23:59:00+00:00

[late]
percent_per_day = 12.5
slip_days = 2

[extensions]
ada = 3
"kim lee" = { z = 2026-07-01T12:00:00, a = 1 }
jo = { a = 2026-06-03 }
"""


def calendar(text: str, tmp_path: Path) -> Calendar:
    (tmp_path / "class.toml").write_text(text, encoding="utf-8")
    return deadlines.read(tmp_path / "class.toml", TABLE)


def berlin(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=BERLIN)  # type: ignore[arg-type, misc]


def test_a_whole_class_file(tmp_path: Path) -> None:
    found = calendar(CLASS, tmp_path)
    assert found.due == {"a": berlin(2026, 6, 1, 23, 59), "z": berlin(2026, 6, 9, 1, 59)}
    assert found.policy == LatePolicy(percent_per_day=12.5, slip_days=2)
    assert found.due_for("ada") == {part: time + timedelta(days=3) for part, time in found.due.items()}
    assert found.due_for("kim lee") == {"a": berlin(2026, 6, 2, 23, 59), "z": berlin(2026, 7, 1, 12)}
    assert found.due_for("jo") == {"a": berlin(2026, 6, 3, 23, 59, 59), "z": found.due["z"]}
    assert found.due_for("nobody special") == found.due
    assert all(time.tzinfo is BERLIN for time in found.due.values())


def test_days_of_extension_end_at_the_same_hour_also_when_clocks_change(tmp_path: Path) -> None:
    text = 'timezone = "Europe/Berlin"\n[deadlines]\na = 2026-10-24T23:59:00\n[extensions]\nada = 1\n'
    due = calendar(text, tmp_path).due_for("ada")["a"]
    assert due.astimezone(UTC) == datetime(2026, 10, 25, 22, 59, tzinfo=UTC)


def test_no_file_and_an_empty_one_mean_no_deadlines(tmp_path: Path) -> None:
    assert deadlines.read(tmp_path / "class.toml", TABLE) == Calendar()
    assert calendar("", tmp_path) == Calendar()


def test_an_offset_needs_no_zone(tmp_path: Path) -> None:
    found = calendar("[deadlines]\na = 2026-06-01T23:59:00-07:00\n", tmp_path)
    assert found.due["a"] == datetime(2026, 6, 2, 6, 59, tzinfo=UTC)


ZONE = 'timezone = "UTC"\n'
WRONG = {
    "a = ": "class.toml is not TOML: ",
    "\n\ndeadline = 3": "line 3: deadline is nothing known here; there are timezone,",
    'timezone = "Mars/Olympus"': "line 1: timezone = 'Mars/Olympus' is no time zone; write one such as",
    "timezone = 3": "line 1: timezone = 3 is no time zone",
    "deadlines = 3": "line 1: deadlines = 3 is no table; write [deadlines] and lines below it",
    "[deadlines]\n# soon\na = 2026-06-01T23:59:00": "line 3: deadlines.a = 2026-06-01 23:59:00 has no",
    ZONE + "[deadlines]\nq = 2026-06-01": "line 3: deadlines.q: no part has the letter 'q'; there are a, z",
    ZONE + '[deadlines]\na = "soon"': "line 3: deadlines.a = soon is no time; write one such as 2026",
    "[late]\npercent = 10": "line 2: late.percent is nothing known; there are closed_after_days,",
    "[late]\npercent_per_day = 110": "line 2: late.percent_per_day = 110 cannot be; write 0 to 100",
    "[late]\nslip_days = -1": "line 2: late.slip_days = -1 cannot be; write 0 or more",
    "[late]\nslip_days = 1.5": "line 2: late.slip_days = 1.5 is no whole number; write one such as 10",
    "[late]\npercent_per_day = true": "line 2: late.percent_per_day = True is no number",
    "[late]\npercent_per_day = nan": "line 2: late.percent_per_day = nan cannot be",
    ZONE
    + "deadlines.a = 2026-06-01\n[extensions]\nada = 0": "line 4: extensions.ada = 0 is no extension; write",
    ZONE + "deadlines.a = 2026-06-01\n[extensions.ada]\nz = 2": "line 4: part z has no deadline to extend",
    ZONE + "deadlines.a = 2026-06-01\n[extensions]\nada = {b = 2}": "line 4: extensions.ada.b: no part has",
}


@pytest.mark.parametrize("text", WRONG)
def test_an_error_names_line_value_rule_and_remedy(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^class\.toml") as raised:
        calendar(text, tmp_path)
    assert WRONG[text] in str(raised.value)


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "class.toml").write_bytes("[extensions]\nrené = 3".encode("latin-1"))
    with pytest.raises(ValueError, match=r"class\.toml is not UTF-8 text"):
        deadlines.read(tmp_path / "class.toml", TABLE)
