"""The range that is printed: figures that people say, breaks that count, silence where nothing is known."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.calendar import ALWAYS_OPEN, Break, Calendar, Period
from sync.estimate import (
    AFTER_CLOSING,
    BEFORE_WEIGHT,
    NO_COUNTER,
    STANDARD_WEIGHT,
    Pace,
    PastError,
    Prospect,
    WaitingRange,
    on_the_clock,
    past_error,
    prospect,
    spoken,
    spread_ms,
    told_and_waited,
)
from sync.facts import TicketPromised, draft, understand
from sync.facts_office import CounterPaused
from sync.took import Calls
from sync.types import Seq
from tests.sync.queueing import MINUTE, Queue, name

LUNCH = Break(time(12), time(13), True, {"en": "lunch"})
OFFICE = Calendar("", ((Period(510, 990),),) * 7, breaks=(LUNCH,))
MONDAY = date(2026, 12, 14)
PACE = Pace({"a": 10, "b": 10})


def at(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(MONDAY, time(hour, minute))


def queue_of(waiting: int) -> Queue:
    queue = Queue.opened(("a",))
    for number in range(1, waiting + 1):
        queue.take(number)
    return queue


def told(queue: Queue, number: int, now: datetime, calendar: Calendar = OFFICE) -> Prospect:
    found = prospect(queue.live, queue.live.tickets[name(number)], queue.now, now, PACE, calendar)
    assert found is not None
    return found


@given(st.floats(0, 400), st.floats(0, 200))
def test_the_figures_are_said_by_people_and_hold_what_was_reckoned(low: float, wide: float) -> None:
    said = spoken(low, low + wide)
    assert said.low <= low
    assert said.high >= low + wide
    assert said.low < said.high
    for figure in (said.low, said.high):
        assert figure % (5 if figure <= 60 else 10 if figure <= 180 else 30) == 0


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 0, (0, 5)),
        (4.9, 5.1, (0, 10)),
        (10, 10, (10, 15)),
        (58, 61, (55, 70)),
        (60, 60, (60, 65)),
        (61, 119, (60, 120)),
        (185, 201, (180, 210)),
    ],
)
def test_examples_of_figures(low: float, high: float, said: tuple[int, int]) -> None:
    assert spoken(low, high) == WaitingRange(*said)


def test_the_next_one_is_told_a_few_minutes_and_the_tenth_more() -> None:
    queue = queue_of(10)
    assert told(queue, 1, at(9)).range == WaitingRange(0, 5)
    tenth = told(queue, 10, at(9))
    assert tenth.ahead == 9
    assert tenth.exact is not None
    assert tenth.exact[0] < 90 < tenth.exact[1]
    assert 90 - tenth.exact[0] < tenth.exact[1] - 90, "late is felt far worse than early"


def test_a_break_of_the_office_counts() -> None:
    queue = queue_of(4)
    before, across = told(queue, 4, at(9)), told(queue, 4, at(11, 45))
    assert before.exact is not None
    assert across.exact is not None
    assert across.exact[1] == pytest.approx(before.exact[1] + 60)
    assert on_the_clock(20 * MINUTE, at(11, 50), OFFICE) == 80 * MINUTE
    assert on_the_clock(20 * MINUTE, at(11, 50), ALWAYS_OPEN) == 20 * MINUTE, "the control: without the calendar"


def test_in_the_break_counters_that_pause_will_be_back() -> None:
    queue = queue_of(1)
    queue.do(CounterPaused(queue.now, 1, "s1", "lunch"))
    assert told(queue, 1, at(12, 30)).range == WaitingRange(30, 35)
    assert told(queue, 1, at(11)).why == NO_COUNTER


def test_no_counter_for_it_no_range_never_a_guess() -> None:
    queue = queue_of(2)
    queue.take(9, "b")
    assert told(queue, 9, at(9)) == Prospect(0, None, NO_COUNTER)


def test_a_wait_past_the_closing_is_told_and_marked() -> None:
    queue = queue_of(8)
    assert told(queue, 8, at(9)).why is None
    late = told(queue, 8, at(16))
    assert late.why == AFTER_CLOSING
    assert late.range is not None
    assert late.range.high < 24 * 60, "no night is counted: the work goes on"


def test_a_ticket_that_is_called_has_no_wait() -> None:
    queue = queue_of(2)
    queue.next()
    called = queue.live.tickets[name(1)]
    assert prospect(queue.live, called, queue.now, at(9), PACE, OFFICE) is None


def test_one_call_hardly_changes_the_standard_and_many_do() -> None:
    """The formula, by hand."""
    standard = STANDARD_WEIGHT * 10
    assert PACE.mean_ms("a") == 10 * MINUTE
    one = replace(PACE, today={"a": Calls(1, 30 * MINUTE)})
    assert one.mean_ms("a") == (standard + 30) * MINUTE / (STANDARD_WEIGHT + 1)
    many = replace(PACE, today={"a": Calls(96, 96 * 20 * MINUTE)})
    assert many.mean_ms("a") == pytest.approx(19.6 * MINUTE)


def test_all_the_days_before_weigh_no_more_than_some_calls_of_today() -> None:
    before = replace(PACE, before={"a": Calls(10_000, 10_000 * 20 * MINUTE)})
    told_of = (STANDARD_WEIGHT * 10 + BEFORE_WEIGHT * 20) / (STANDARD_WEIGHT + BEFORE_WEIGHT)
    assert before.mean_ms("a") == pytest.approx(told_of * MINUTE)
    assert before.mean_ms("b") == 10 * MINUTE


def test_the_spread_grows_with_the_root_of_the_calls_and_is_shared_by_the_counters() -> None:
    one, four = (spread_ms(0, calls, 1, 10 * MINUTE) for calls in (1, 4))
    assert four == pytest.approx(2 * one)
    assert spread_ms(0, 4, 2, 10 * MINUTE) == pytest.approx(one)
    assert spread_ms(100 * MINUTE, 0, 1, 10 * MINUTE) == pytest.approx(15 * MINUTE)


def test_the_past_error_is_the_share_inside_and_later() -> None:
    printed = WaitingRange(10, 20)
    pairs = [(printed, minutes) for minutes in (5, 10, 15, 20, 20.1)]
    assert past_error(pairs) == PastError(5, 0.6, 0.2)
    assert past_error([]) is None


def test_a_range_goes_with_the_wait_of_its_own_ticket() -> None:
    printed = {name(1): WaitingRange(0, 5), name(2): WaitingRange(5, 10)}
    waits = {name(2): 7 * MINUTE, name(3): MINUTE}
    assert told_and_waited(printed, waits) == [(WaitingRange(5, 10), 7.0)]


def test_the_printed_range_is_on_record() -> None:
    said = TicketPromised(Seq(7), 10, 20, 3)
    assert draft(said).body == {"ticket": 7, "low": 10, "high": 20, "ahead": 3}
    assert understand(draft(said)) == said
