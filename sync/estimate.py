"""How much work still waits, and whether one more errand can be done before closing. Pure.

As long as nobody tells which numbers were called, the work left is reckoned: every ticket brings its service's standard
minutes, and the counters work them off while the office is at work, never below zero (Lindley's recursion; queue length
x service mean / open counters was the best estimate in the project's simulations). Late is felt far worse than early:
everything is rounded up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.calendar import Calendar

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """A ticket that was taken: when, and the standard minutes of what it is for."""

    at: datetime
    minutes: int


def work_left(taken: Sequence[Taken], now: datetime, counters: int, calendar: Calendar) -> int:
    """Minutes of work that still wait at `now`, rounded up, before they are shared among the counters.

    A ticket from after `now` (a clock was set back) counts whole. Fewer than one counter count as one.
    """
    ordered = sorted(taken, key=lambda each: each.at)
    work = calendar.work(ordered[0].at, now) if ordered else []
    left = done = timedelta()
    for ticket in ordered:
        before, done = done, _worked(work, ticket.at)
        left = max(left - (done - before) * max(counters, 1), timedelta()) + ticket.minutes * _MINUTE
    left = max(left - (_worked(work, now) - done) * max(counters, 1), timedelta())
    return -(-left // _MINUTE)


def _worked(work: Sequence[tuple[datetime, datetime]], moment: datetime) -> timedelta:
    """How much of these stretches of work was over at a moment."""
    return sum((min(ends, moment) - begins for begins, ends in work if begins < moment), timedelta())


def too_late(
    work_minutes: int, own_minutes: int, calendar: Calendar, now: datetime, counters: int, service: str | None = None
) -> bool:
    """Whether the work left, shared among the counters, and then the own errand do not fit before today's closing."""
    waiting = -(-work_minutes // max(counters, 1))
    return waiting + own_minutes > calendar.minutes_left(now, service)
