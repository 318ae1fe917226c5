"""What lateness costs: times in, days and percentages out, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class LatePolicy:
    """What lateness costs; as it is here, nothing."""

    percent_per_day: float = 0.0
    """Taken off what was earned in the part, for each day begun that is not free."""
    most_percent: float = 100.0
    """No more than this is taken off …"""
    closed_after_days: int | None = None
    """… but everything on later days than this one; None: never."""
    slip_days: int = 0
    """Days that are free, over all parts; the part that is due first uses them first."""
    grace_minutes: float = 0.0
    """So much later still counts as on time; who is later than that is late from the deadline on."""


@dataclass(frozen=True)
class Charge:
    """What the lateness of one part costs."""

    days_late: int
    slip_days: int
    percent: float


def days_late(submitted: datetime, due: datetime, grace: timedelta = timedelta(0)) -> int:
    """Return the days begun after `due`, 0 for on time; both times have a zone.

    A day ends when the clocks where it is due (`due.tzinfo`) show the deadline's time again, also where they
    are put forward or back in between.  Fractions of a second do not count.
    """
    moment = submitted.astimezone(UTC).replace(microsecond=0)
    if moment <= due.astimezone(UTC) + grace:
        return 0
    days = max(0, (moment - due.astimezone(UTC)) // DAY - 1)
    while (due + days * DAY).astimezone(UTC) < moment:
        days += 1
    return days


def percent(days: int, policy: LatePolicy, free: int = 0) -> float:
    """Return what is taken off for `days` days late of which `free` are free, in [0, 100]."""
    if policy.closed_after_days is not None and days - free > policy.closed_after_days:
        return 100.0
    return min(policy.percent_per_day * (days - free), policy.most_percent, 100.0)


def charges(
    submitted: Mapping[str, datetime], due: Mapping[str, datetime], policy: LatePolicy
) -> dict[str, Charge]:
    """Return what every part that has a deadline is charged, in the order of the deadlines.

    submitted: by part; a part without a time counts as on time.
    """
    left, grace = policy.slip_days, timedelta(minutes=policy.grace_minutes)
    charged = {}
    for part in sorted(due, key=lambda part: (due[part].astimezone(UTC), part)):
        late = days_late(submitted[part], due[part], grace) if part in submitted else 0
        free = min(left, late)
        left -= free
        charged[part] = Charge(late, free, percent(late, policy, free))
    return charged
