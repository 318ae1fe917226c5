"""Times of submission: with offsets, without, by part."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder import syllabus
from autograder.adjustments import submitted

TABLE = syllabus.load()
BERLIN = ZoneInfo("Europe/Berlin")


def read(text: str, tmp_path: Path, zone: ZoneInfo | None = BERLIN):
    (tmp_path / "submitted.csv").write_text(text, encoding="utf-8")
    return submitted.read(tmp_path / "submitted.csv", TABLE, zone)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-06-01T20:00:00Z", 20),
        ("2026-06-01 20:00:00 UTC", 20),
        ("2026-06-01 22:00:00", 20),
        ("2026-06-01 22:00", 20),
        ("2026-06-01T13:00:00-07:00", 20),
        ("2026-06-01 13:00:00 -0700", 20),
        ("20260601T200000Z", 20),
        ("2026-06-01 20:00:00.5 UTC", 20),
    ],
)
def test_ways_to_write_a_time(text: str, hour: int, tmp_path: Path) -> None:
    times = read(f"student,submitted\nada,{text}\n", tmp_path)
    assert times["ada"]["a"].replace(microsecond=0) == datetime(2026, 6, 1, hour, tzinfo=UTC)


def test_of_an_hour_that_comes_twice_it_is_the_first(tmp_path: Path) -> None:
    times = read("student,submitted\nada,2026-10-25 02:30\n", tmp_path)
    assert times["ada"]["a"].astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_part_of_its_own_comes_before_the_rest(tmp_path: Path) -> None:
    rows = (",ada,2026-06-01 10:00,", "A,ada,2026-06-01 12:00,late", "a,kim,2026-06-01 09:00,")
    times = read("\n".join(("part,student,submitted,remark", *rows)), tmp_path, BERLIN)
    assert times["ada"]["a"].hour == 12
    assert all(times["ada"][part.letter].hour == 10 for part in TABLE.parts if part.letter != "a")
    assert list(times["kim"]) == ["a"]


WRONG = {
    "student\nada\n": "no column is called 'submitted' (there is student); make this its first",
    "student,submitted\nada,yesterday\n": "line 2: 'yesterday' is no time; write one such as 2026-11-02",
    "student,submitted\n\nada,\n": "line 3: '' is no time",
    "student,submitted\nada,2026-06-01\n": "line 2: '2026-06-01' is no time",
    "student,submitted\nada,2026-06-01+02:00\n": "line 2: '2026-06-01+02:00' is no time",
    "student,submitted\nada,2026-06-31 09:00\n": "line 2: '2026-06-31 09:00' is no time",
    "student,submitted\nada,02/06/2026 09:00\n": "line 2: '02/06/2026 09:00' is no time",
    "student,submitted,part\nada,2026-06-01,q\n": "line 2: no part has the letter 'q'; there are a",
    "student,submitted\nada,2026-06-01 09:00\nada,2026-06-02 09:00\n": "line 3: ada comes twice; keep",
    "student,submitted\nada,2026-06-01,3\n": "line 2 has 3 cells, the heading 2; put text with",
}


@pytest.mark.parametrize("text", WRONG)
def test_an_error_names_line_value_rule_and_remedy(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^submitted\.csv") as raised:
        read(text, tmp_path)
    assert WRONG[text] in str(raised.value)


def test_without_a_zone_a_time_needs_an_offset(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"line 2: '2026-06-01 10:00' has no time zone; add an off"):
        read("student,submitted\nada,2026-06-01 10:00\n", tmp_path, None)
    times = read("student,submitted\nada,2026-06-01 10:00+02:00\n", tmp_path, None)
    assert times["ada"]["a"] == datetime(2026, 6, 1, 8, tzinfo=UTC)
