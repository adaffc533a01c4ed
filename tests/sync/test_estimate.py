"""The work that waits is what a minute-by-minute simulation finds, and a lunch break does none of it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.calendar import ALWAYS_OPEN, Break, Calendar, Period, Special
from sync.estimate import Taken, too_late, work_left

LUNCH = Break(time(12), time(13), True, {"en": "lunch"})
OPEN = (Period(510, 990),)
OFFICE = Calendar("", (OPEN,) * 5 + ((),) * 2, breaks=(LUNCH,), services={"tax": ((Period(510, 900),),) * 7})
MONDAY = date(2026, 12, 14)
MINUTE = timedelta(minutes=1)
Reckon = Callable[[Sequence[Taken], datetime, int, Calendar], int]


def moment(minutes: int) -> datetime:
    return datetime.combine(MONDAY, time(7)) + minutes * MINUTE


def simulated(taken: Sequence[Taken], now: datetime, counters: int, calendar: Calendar, lunch: bool = False) -> int:
    """The same by hand: each minute takes the tickets that came, then works off one minute a counter."""
    left, at = 0, moment(0)
    while at < now:
        left += sum(ticket.minutes for ticket in taken if ticket.at == at)
        minute = at.hour * 60 + at.minute
        working = at.weekday() < 5 and 510 <= minute < 990 and (lunch or not 720 <= minute < 780)
        left = max(left - counters * working, 0)
        at += MINUTE
    return left + sum(ticket.minutes for ticket in taken if ticket.at >= now)


def tickets(most: int = 12) -> st.SearchStrategy[list[Taken]]:
    """Over two days and a night, from before the opening on."""
    return st.lists(st.builds(Taken, st.integers(0, 2000).map(moment), st.integers(1, 90)), max_size=most)


@given(tickets(), st.integers(0, 2000).map(moment), st.integers(1, 4))
def test_the_work_left_is_what_a_simulation_finds(taken: list[Taken], now: datetime, counters: int) -> None:
    assert work_left(taken, now, counters, OFFICE) == simulated(taken, now, counters, OFFICE)


@given(tickets(), st.datetimes(moment(0), moment(2000)), st.integers(-1, 4), st.integers(0, 90))
def test_one_more_ticket_never_means_less_work(taken: list[Taken], now: datetime, counters: int, more: int) -> None:
    before = work_left(taken, now, counters, OFFICE)
    assert 0 <= before <= sum(ticket.minutes for ticket in taken)
    assert work_left([*taken, Taken(now, more)], now, counters, OFFICE) == before + more
    for place in range(len(taken)):
        assert work_left(taken[:place] + taken[place + 1 :], now, counters, OFFICE) <= before


def test_half_a_minute_of_work_counts_as_a_whole_one() -> None:
    ticket = Taken(moment(120), 2)
    lefts = [work_left([ticket], moment(120) + seconds * MINUTE / 60, 1, OFFICE) for seconds in (0, 1, 60, 119, 120)]
    assert lefts == [2, 2, 1, 1, 0]


def test_seconds_between_tickets_are_worked_too() -> None:
    """300 tickets, each half a minute after the other: rounding at each of them would lose 150 minutes."""
    taken = [Taken(moment(120) + number * MINUTE / 2, 1) for number in range(300)]
    assert work_left(taken, moment(120) + 150 * MINUTE, 1, ALWAYS_OPEN) == 150


@pytest.mark.parametrize(("hour", "left"), [(11, 60), (12, 0), (13, 0)])
def test_the_counters_work_together_and_never_below_zero(hour: int, left: int) -> None:
    taken = [Taken(datetime.combine(MONDAY, time(10)), 240)]
    assert work_left(taken, datetime.combine(MONDAY, time(hour)), 3, OFFICE) == left


def test_a_lunch_break_is_no_work() -> None:
    taken = [Taken(datetime.combine(MONDAY, time(11, 50)), 60)]
    assert work_left(taken, datetime.combine(MONDAY, time(13)), 1, OFFICE) == 50


def test_a_reckoning_that_works_through_lunch_is_caught() -> None:
    taken, now = [Taken(datetime.combine(MONDAY, time(11, 50)), 60)], datetime.combine(MONDAY, time(13))
    assert simulated(taken, now, 1, OFFICE, lunch=True) == 0
    assert work_left(taken, now, 1, Calendar("", OFFICE.week)) != simulated(taken, now, 1, OFFICE)


def test_what_nobody_has_time_for_any_more_is_too_late() -> None:
    now = datetime.combine(MONDAY, time(15, 30))  # an hour before closing, three counters
    assert not too_late(90, 30, OFFICE, now, 3)
    assert too_late(91, 30, OFFICE, now, 3)  # 30 1/3 minutes round up
    assert too_late(0, 61, OFFICE, now, 3)
    assert too_late(0, 60, OFFICE, now + timedelta(seconds=1), 3)


def test_a_service_that_closes_earlier_is_too_late_earlier() -> None:
    now = datetime.combine(MONDAY, time(14, 30))
    assert not too_late(0, 31, OFFICE, now, 1, None)
    assert too_late(0, 31, OFFICE, now, 1, "tax")


def test_lunch_and_a_part_day_shorten_the_time_that_is_left() -> None:
    now = datetime.combine(MONDAY, time(11, 30))
    part_day = Calendar("", OFFICE.week, breaks=(LUNCH,), special={MONDAY: Special((Period(510, 720),), {})})
    assert (OFFICE.minutes_left(now), part_day.minutes_left(now)) == (30 + 210, 30)
    assert not too_late(0, 240, OFFICE, now, 1)
    assert too_late(0, 31, part_day, now, 1)


@given(st.integers(0, 10_000), st.integers(0, 480), st.datetimes(), st.integers(-1, 9))
def test_whether_it_is_too_late_can_always_be_said(work: int, own: int, now: datetime, counters: int) -> None:
    late = too_late(work, own, OFFICE, now, counters)
    assert late or not too_late(max(work - 1, 0), own, OFFICE, now, counters)


def test_without_a_calendar_nothing_is_too_late() -> None:
    assert not too_late(300, 480, ALWAYS_OPEN, datetime.combine(MONDAY, time(23, 59)), 1)
