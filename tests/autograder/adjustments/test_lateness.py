"""Lateness at its edges: a second, a zone, the days on which the clocks change."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.adjustments.lateness import Charge, LatePolicy, charges, days_late, percent

BERLIN, LOS_ANGELES = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Los_Angeles")
DUE = datetime(2026, 6, 1, 23, 59, tzinfo=BERLIN)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("after", "days"),
    [
        (-DAY, 0),
        (-SECOND, 0),
        (timedelta(0), 0),
        (timedelta(microseconds=999_999), 0),
        (SECOND, 1),
        (DAY - SECOND, 1),
        (DAY, 1),
        (DAY + SECOND, 2),
        (7 * DAY, 7),
        (7 * DAY + SECOND, 8),
        (400 * DAY, 400),
    ],
)
def test_every_day_begun_counts(after: timedelta, days: int) -> None:
    assert days_late((DUE.astimezone(UTC) + after).astimezone(UTC), DUE) == days


def test_the_same_moment_is_the_same_everywhere() -> None:
    moment = DUE.astimezone(UTC) + SECOND
    zones = (UTC, BERLIN, LOS_ANGELES, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12)))
    assert {days_late(moment.astimezone(zone), DUE) for zone in zones} == {1}
    assert {days_late((moment - SECOND).astimezone(zone), DUE) for zone in zones} == {0}


@pytest.mark.parametrize(
    ("due", "hours"),
    [
        (datetime(2026, 10, 24, 23, 59, tzinfo=BERLIN), 25),
        (datetime(2026, 3, 28, 23, 59, tzinfo=BERLIN), 23),
        (datetime(2026, 10, 31, 23, 59, tzinfo=LOS_ANGELES), 25),
        (datetime(2026, 3, 7, 23, 59, tzinfo=LOS_ANGELES), 23),
    ],
)
def test_a_day_ends_when_the_clock_says_so(due: datetime, hours: int) -> None:
    """In these nights the clocks change, so that the next day at 23:59 is not 24 hours away."""
    next_evening = due.astimezone(UTC) + timedelta(hours=hours)
    assert days_late(next_evening, due) == 1
    assert days_late(next_evening + SECOND, due) == 2


def test_an_hour_that_comes_twice() -> None:
    """02:30 comes at 00:30 UTC and again at 01:30 UTC in the night of 25 October 2026 in Berlin."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    second = first.replace(fold=1)
    assert days_late(second, first) == 1
    assert days_late(first, second) == 0
    assert days_late(second, second) == 0


def test_a_deadline_in_an_hour_that_never_comes() -> None:
    """02:30 on 29 March 2026 does not exist in Berlin; it is what the clocks show an hour later, 03:30."""
    due = datetime(2026, 3, 29, 2, 30, tzinfo=BERLIN)
    assert days_late(datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN), due) == 0
    assert days_late(datetime(2026, 3, 29, 3, 30, 1, tzinfo=BERLIN), due) == 1


def test_after_the_grace_the_deadline_counts() -> None:
    grace = timedelta(minutes=15)
    moment = DUE.astimezone(UTC) + grace
    assert days_late(moment, DUE, grace) == 0
    assert days_late(moment + SECOND, DUE, grace) == 1
    assert days_late(DUE.astimezone(UTC) + DAY + SECOND, DUE, grace) == 2


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.sampled_from([BERLIN, UTC])),
    st.integers(0, 40 * 86_400),
)
def test_days_are_the_fewest_that_reach(due: datetime, seconds: int) -> None:
    moment = due.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
    days = days_late(moment, due)
    assert moment <= (due + days * DAY).astimezone(UTC)
    assert days == 0 or moment > (due + (days - 1) * DAY).astimezone(UTC)


TEN = LatePolicy(percent_per_day=10)


@pytest.mark.parametrize(
    ("days", "policy", "free", "expected"),
    [
        (3, LatePolicy(), 0, 0),
        (0, TEN, 0, 0),
        (1, TEN, 0, 10),
        (3, TEN, 2, 10),
        (3, TEN, 3, 0),
        (11, TEN, 0, 100),
        (9, LatePolicy(percent_per_day=10, most_percent=50), 0, 50),
        (2, LatePolicy(percent_per_day=10, closed_after_days=2), 0, 20),
        (3, LatePolicy(percent_per_day=10, closed_after_days=2), 0, 100),
        (3, LatePolicy(percent_per_day=10, closed_after_days=2), 1, 20),
        (1, LatePolicy(closed_after_days=0), 0, 100),
        (0, LatePolicy(closed_after_days=0), 0, 0),
    ],
)
def test_what_days_cost(days: int, policy: LatePolicy, free: int, expected: float) -> None:
    assert percent(days, policy, free) == expected


def test_slip_days_go_to_what_is_due_first() -> None:
    policy = LatePolicy(percent_per_day=10, slip_days=3)
    due = {"a": DUE + 7 * DAY, "b": DUE, "e": DUE + 14 * DAY}
    submitted = {"a": DUE + 9 * DAY, "b": DUE + 2 * DAY, "e": DUE + 14 * DAY}
    charged = charges(submitted, due, policy)
    assert list(charged) == ["b", "a", "e"]
    assert charged == {"b": Charge(2, 2, 0), "a": Charge(2, 1, 10), "e": Charge(0, 0, 0)}


def test_a_part_without_a_time_is_on_time() -> None:
    assert charges({}, {"a": DUE}, TEN) == {"a": Charge(0, 0, 0)}


def test_a_part_without_a_deadline_is_not_charged() -> None:
    assert charges({"a": DUE + DAY}, {}, TEN) == {}
