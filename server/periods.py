"""Periods that figures are told of, and the one before that each is held against. Pure.

A running week or month is held against as many days of the one before; a day against the same day of the week before,
since a Monday is no Sunday.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

LONGEST = 366
"""Days."""
EARLIEST = date(2000, 1, 1)
"""No office is older."""
WEEK = timedelta(days=7)
DAY = timedelta(days=1)


class Kind(Enum):
    """A calendar day, a week from Monday on, a calendar month; or from one day to another."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included, and those that they are held against. `running`: today is in it."""

    kind: Kind
    first: date
    last: date
    before_first: date
    before_last: date
    running: bool

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1


def last_week(today: date) -> Period:
    """The last whole week."""
    return period(Kind.WEEK, today - WEEK, today)


def period(kind: Kind, on: date, today: date) -> Period:
    """The day, week or month that this day is in, as far as it has come."""
    on = min(max(on, EARLIEST), today)
    if kind is Kind.DAY:
        return _made(kind, on, on, on - WEEK, on - WEEK, today)
    if kind is Kind.WEEK:
        monday = on - on.weekday() * DAY
        last = min(monday + 6 * DAY, today)
        return _made(kind, monday, last, monday - WEEK, last - WEEK, today)
    first = on.replace(day=1)
    end = _end(first)
    before_end = first - DAY
    before = before_end.replace(day=1)
    whole = end <= today
    return _made(kind, first, min(end, today), before, before_end if whole else _same(before, today.day), today)


def span(first: date, last: date, today: date) -> Period | None:
    """From one day to another, in whichever order, held against as many days before; None where that is too long."""
    first, last = min(first, last), max(first, last)
    first, last = min(max(first, EARLIEST), today), min(max(last, EARLIEST), today)
    days = (last - first).days + 1
    if days > LONGEST:
        return None
    return _made(Kind.SPAN, first, last, first - days * DAY, first - DAY, today)


def earlier(of: Period, today: date) -> Period | None:
    """The one just before this one; None where there can be none."""
    return None if of.first <= EARLIEST else _beside(of, of.first - DAY, of.first - of.days * DAY, today)


def later(of: Period, today: date) -> Period | None:
    """The one just after this one; None where it has not begun."""
    return None if of.last >= today else _beside(of, of.last + DAY, of.last + of.days * DAY, today)


def _beside(of: Period, near: date, far: date, today: date) -> Period | None:
    return span(near, far, today) if of.kind is Kind.SPAN else period(of.kind, near, today)


def _made(kind: Kind, first: date, last: date, before: date, before_last: date, today: date) -> Period:
    return Period(kind, first, last, before, before_last, first <= today <= last)


def _end(first: date) -> date:
    """The last day of the month that begins with this one."""
    return (first + 31 * DAY).replace(day=1) - DAY


def _same(first: date, day: int) -> date:
    """This day of the month that begins so, or its last one."""
    return min(first + (day - 1) * DAY, _end(first))
