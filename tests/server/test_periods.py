"""Periods of figures, and what each is held against."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.periods import DAY, EARLIEST, LONGEST, Kind, Period, earlier, last_week, later, period, span

TODAY = date(2026, 11, 25)
"""A Wednesday."""
DATES = st.dates(date(1990, 1, 1), date(2030, 1, 1))


def days(of: Period | None) -> tuple[str, ...]:
    """First and last day, of it and of the one before."""
    assert of is not None
    return tuple(f"{each:%m-%d}" for each in (of.first, of.last, of.before_first, of.before_last))


def test_the_last_whole_week_stands_there_first() -> None:
    assert days(last_week(TODAY)) == ("11-16", "11-22", "11-09", "11-15")
    assert not last_week(TODAY).running


@pytest.mark.parametrize(
    ("kind", "on", "found"),
    [
        (Kind.DAY, date(2026, 11, 23), ("11-23", "11-23", "11-16", "11-16")),
        (Kind.WEEK, date(2026, 11, 24), ("11-23", "11-25", "11-16", "11-18")),
        (Kind.MONTH, date(2026, 11, 3), ("11-01", "11-25", "10-01", "10-25")),
        (Kind.MONTH, date(2026, 10, 3), ("10-01", "10-31", "09-01", "09-30")),
        (Kind.MONTH, date(2026, 2, 28), ("02-01", "02-28", "01-01", "01-31")),
        (Kind.DAY, date(2026, 12, 24), ("11-25", "11-25", "11-18", "11-18")),
    ],
)
def test_a_running_one_is_held_against_as_many_days(kind: Kind, on: date, found: tuple[str, ...]) -> None:
    assert days(period(kind, on, TODAY)) == found


def test_a_running_month_that_is_longer_than_the_one_before_is_held_against_all_of_it() -> None:
    assert days(period(Kind.MONTH, date(2026, 3, 30), date(2026, 3, 30))) == ("03-01", "03-30", "02-01", "02-28")


def test_a_free_choice_is_held_against_as_many_days_before_it() -> None:
    assert days(span(date(2026, 11, 10), date(2026, 11, 1), TODAY)) == ("11-01", "11-10", "10-22", "10-31")
    assert span(date(2020, 1, 1), date(2026, 1, 1), TODAY) is None


def test_one_leads_to_the_next_and_none_to_the_future() -> None:
    week = last_week(TODAY)
    assert days(earlier(week, TODAY))[:2] == ("11-09", "11-15")
    assert days(later(week, TODAY))[:2] == ("11-23", "11-25")
    assert later(period(Kind.WEEK, TODAY, TODAY), TODAY) is None
    assert earlier(period(Kind.MONTH, EARLIEST, TODAY), TODAY) is None
    free = span(date(2026, 11, 1), date(2026, 11, 10), TODAY)
    assert free is not None
    assert days(later(free, TODAY))[:2] == ("11-11", "11-20")


@given(st.sampled_from(list(Kind)), DATES, DATES)
def test_whatever_is_asked_it_ends_today_at_the_latest_and_does_not_meet_what_it_is_held_against(
    kind: Kind, one: date, other: date
) -> None:
    made = span(one, other, TODAY) if kind is Kind.SPAN else period(kind, one, TODAY)
    if made is None:
        return
    assert EARLIEST - 31 * DAY <= made.first <= made.last <= TODAY
    assert made.before_first <= made.before_last < made.first
    assert made.days <= LONGEST
    assert made.running == (made.last == TODAY)
    if kind in (Kind.WEEK, Kind.SPAN, Kind.DAY):
        assert made.before_last - made.before_first == made.last - made.first
    assert kind is not Kind.WEEK or (made.first - made.before_first) == timedelta(7)
