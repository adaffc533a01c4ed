"""When the office is open: against the rules told again minute by minute, and for every moment there is."""

import itertools
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync import codec
from sync.calendar import ALWAYS_OPEN, Break, Calendar, Closed, ClosedWhy, Open, Period, Special, periods_of
from sync.calendar_fact import from_body, to_body
from sync.codec import Fact
from sync.errors import CalendarError
from sync.facts import CalendarAdopted, draft, understand
from sync.types import BootId, BootMs, Seq

MINUTE = timedelta(minutes=1)
NAMED = {"en": "named"}
MONDAY = date(2026, 12, 14)
LUNCH = Break(time(12), time(13), True, {"en": "lunch"})
PRAYER = Break(time(12), time(13, 30), False, {"en": "prayer"}, (4,))


def hours(*texts: str) -> tuple[Period, ...]:
    return periods_of(texts)


FULL, HALF, NONE = hours("08:30-16:30"), hours("08:30-12:00"), hours()
OFFICE = Calendar(
    digest="",
    week=(FULL, FULL, hours("08:30-12:00", "13:00-16:30"), FULL, FULL, HALF, NONE),
    breaks=(replace(LUNCH, days=(0, 1, 3)), PRAYER),
    holidays={date(2026, 12, 15): {"en": "holiday"}, date(2026, 12, 24): {"en": "other holiday"}},
    special={
        date(2026, 12, 17): Special(hours("10:00-14:00"), {"en": "training"}),
        date(2026, 12, 18): Special(NONE, {"en": "flood"}),
        date(2026, 12, 20): Special(hours("09:00-11:00"), {"en": "election"}),
        date(2026, 12, 24): Special(HALF, {"en": "open after all"}),
    },
    services={"tax": (hours("09:00-12:30"),) * 4 + (None, NONE, None)},
)


def on(day: int, clock: str) -> datetime:
    """December 2026; the 14th is a Monday."""
    return datetime.combine(date(2026, 12, day), time.fromisoformat(clock))


def told(calendar: Calendar, moment: datetime, service: str | None) -> tuple[bool, Break | None]:
    """The rules again, for one moment: whether numbers are given, and the break that goes on."""
    day, minute = moment.date(), moment.hour * 60 + moment.minute
    of_day = calendar.week[day.weekday()]
    if day in calendar.holidays:
        of_day = ()
    if day in calendar.special:
        of_day = calendar.special[day].open
    period = next((each for each in of_day if each.begins <= minute < each.ends), None)
    own = calendar.services[service][day.weekday()] if service and service in calendar.services else None
    if period is None or (own is not None and not any(each.begins <= minute < each.ends for each in own)):
        return False, None
    for taken in calendar.breaks:
        begins, ends = (at.hour * 60 + at.minute for at in (taken.begins, taken.ends))
        of_today = not taken.days or day.weekday() in taken.days
        if of_today and period.begins < begins <= minute < ends < period.ends:
            return taken.tickets, taken
    return True, None


def periods(most: int = 2) -> st.SearchStrategy[tuple[Period, ...]]:
    """Hours on a grid of quarters, none touching."""
    edges = st.lists(st.integers(0, 96), min_size=2 * most, max_size=2 * most, unique=True).map(sorted)
    pairs = edges.map(lambda found: [Period(a * 15, b * 15) for a, b in zip(found[::2], found[1::2], strict=True)])
    return st.tuples(pairs, st.integers(0, most)).map(lambda drawn: tuple(drawn[0][: drawn[1]]))


def clock(quarter: int) -> time:
    return time(quarter // 4, quarter % 4 * 15)


def breaks() -> st.SearchStrategy[tuple[Break, ...]]:
    days = st.lists(st.integers(0, 6), max_size=3, unique=True).map(tuple)
    one = st.builds(
        lambda quarter, length, tickets, days: Break(clock(quarter), clock(quarter + length), tickets, NAMED, days),
        st.integers(0, 87), st.integers(1, 8), st.booleans(), days,
    )  # fmt: skip
    return st.lists(one, max_size=1).map(tuple)


def week(of_day: st.SearchStrategy[tuple[Period, ...]]) -> st.SearchStrategy[tuple[tuple[Period, ...], ...]]:
    return st.lists(of_day, min_size=7, max_size=7).map(tuple)


def calendars() -> st.SearchStrategy[Calendar]:
    around = st.dates(MONDAY, MONDAY + timedelta(days=20))
    names = st.just(NAMED)
    own = st.lists(st.none() | periods(), min_size=7, max_size=7).map(tuple)
    return st.builds(
        Calendar,
        digest=st.just("0" * 64),
        week=week(periods()),
        counters=st.integers(1, 9),
        breaks=breaks(),
        holidays=st.dictionaries(around, names, max_size=3),
        special=st.dictionaries(around, st.builds(Special, periods(), names), max_size=3),
        services=st.dictionaries(st.just("tax"), own, max_size=1),
    )


moments = st.datetimes(datetime.combine(MONDAY, time.min), datetime.combine(MONDAY, time.min) + timedelta(days=14)).map(
    lambda moment: moment.replace(microsecond=0)
)
services = st.sampled_from([None, "tax", "unknown"])


@given(calendars(), st.datetimes(), services)
def test_every_moment_has_an_answer_a_next_change_and_minutes_left(
    calendar: Calendar, moment: datetime, service: str | None
) -> None:
    found = calendar.at(moment, service)
    assert moment < calendar.next_change(moment) <= moment + timedelta(days=7)
    assert calendar.minutes_left(moment, service) >= 0
    if isinstance(found, Open):
        assert moment < found.until <= found.closes
    elif found.opens is not None:
        assert moment < found.opens <= moment + timedelta(days=61)


@pytest.mark.parametrize("moment", [datetime.combine(date.max, time(23, 59)), datetime.combine(date.max, time(7))])
@pytest.mark.parametrize("calendar", [ALWAYS_OPEN, OFFICE])
def test_the_last_day_of_all_has_an_answer_too(calendar: Calendar, moment: datetime) -> None:
    assert isinstance(calendar.at(moment), Open) == (calendar is ALWAYS_OPEN)
    assert calendar.next_change(moment) > moment
    assert calendar.minutes_left(moment) >= 0


@given(calendars(), moments, services)
def test_an_answer_follows_the_rules(calendar: Calendar, moment: datetime, service: str | None) -> None:
    found = calendar.at(moment, service)
    open_now, pause = told(calendar, moment, service)
    assert isinstance(found, Open) == open_now
    if isinstance(found, Open):
        assert found.pause == pause
    elif found.why is ClosedWhy.BREAK and found.names:
        assert pause


@given(calendars(), moments, services)
def test_until_is_when_the_answer_changes(calendar: Calendar, moment: datetime, service: str | None) -> None:
    found, at = calendar.at(moment, service), moment.replace(second=0)
    if isinstance(found, Open):
        while at < found.until:
            assert told(calendar, at, service) == (True, found.pause)
            at += MINUTE
        midnight = found.until.time() == time.min
        assert midnight or told(calendar, found.until, service) != (True, found.pause)


THURSDAYS = Calendar("", (NONE,) * 3 + (hours("00:00-24:00"),) + (NONE,) * 3)


@example(OFFICE, on(14, "11:00"), None)
@example(THURSDAYS, on(17, "12:00"), None)
@given(calendars(), moments, services)
def test_the_minutes_left_are_those_at_work_until_the_last_closing(
    calendar: Calendar, moment: datetime, service: str | None
) -> None:
    at, count, gap = moment.replace(second=0) + MINUTE * (moment.second > 0), 0, False
    midnight = datetime.combine(moment.date() + timedelta(days=1), time.min)
    open_before = told(calendar, midnight - MINUTE, service)[0]
    while at < midnight or (open_before and not gap and at < midnight + timedelta(days=7)):
        given_now, pause = told(calendar, at, service)
        count += given_now and pause is None
        gap = at >= midnight and not given_now
        at += MINUTE
    assert calendar.minutes_left(moment, service) == count


def changes_missed(calendar: Calendar, begins: datetime, days: int) -> list[datetime]:
    """Minutes at which an answer differs from the one before, though no change was announced for them."""
    at, missed = begins, []
    while at < begins + timedelta(days=days):
        before, change = [calendar.at(at, service) for service in (None, "tax")], calendar.next_change(at)
        at += MINUTE
        while at < change:
            if [calendar.at(at, service) for service in (None, "tax")] != before:
                missed.append(at)
                break
            at += MINUTE
    return missed


def test_no_change_is_missed_in_a_fortnight() -> None:
    assert changes_missed(OFFICE, on(14, "00:00"), 14) == []


@settings(max_examples=20)
@given(calendars(), moments)
def test_no_change_is_missed_in_any_calendar(calendar: Calendar, moment: datetime) -> None:
    assert changes_missed(calendar, moment.replace(second=0), 1) == []


class ForgetsBreaks(Calendar):
    """The broken variant: it wakes for openings and closings only."""

    def next_change(self, moment: datetime) -> datetime:
        return Calendar.next_change(replace(OFFICE, breaks=()), moment)


def test_a_next_change_that_forgets_breaks_is_caught() -> None:
    fields = {name: getattr(OFFICE, name) for name in OFFICE.__dataclass_fields__}
    assert on(14, "12:00") in changes_missed(ForgetsBreaks(**fields), on(14, "00:00"), 2)


def opening_found(calendar: Calendar, moment: datetime, service: str | None) -> datetime | None:
    """The next open moment, walking from change to change."""
    at = moment
    while at.date() <= moment.date() + timedelta(days=60):
        if told(calendar, at, service)[0]:
            return at
        at = calendar.next_change(at)
    return None


@given(calendars(), moments, services)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    calendar: Calendar, moment: datetime, service: str | None
) -> None:
    found = calendar.at(moment, service)
    if isinstance(found, Closed):
        assert found.opens == opening_found(calendar, moment, service)


def test_an_office_that_never_opens_says_so() -> None:
    assert Calendar("", (NONE,) * 7).at(on(14, "09:00")) == Closed(ClosedWhy.CLOSED_DAY, {}, None)


@pytest.mark.parametrize(
    ("moment", "why", "name", "opens"),
    [
        (on(14, "08:29"), "before-hours", None, on(14, "08:30")),
        (on(14, "16:30"), "after-hours", None, on(16, "08:30")),  # over the holiday
        (on(15, "10:00"), "holiday", "holiday", on(16, "08:30")),
        (on(16, "12:30"), "break", None, on(16, "13:00")),  # between two periods
        (on(17, "08:00"), "before-hours", None, on(17, "10:00")),
        (on(17, "09:00"), "declared", "training", on(17, "10:00")),  # it would be open but for the part day
        (on(17, "15:00"), "declared", "training", on(19, "08:30")),
        (on(17, "17:00"), "after-hours", None, on(19, "08:30")),
        (on(18, "07:00"), "declared", "flood", on(19, "08:30")),
        (on(19, "12:00"), "after-hours", None, on(20, "09:00")),
        (on(20, "11:00"), "after-hours", None, on(21, "08:30")),
        (on(24, "12:00"), "after-hours", None, on(25, "08:30")),  # declared open on a holiday
        (on(25, "13:00"), "break", "prayer", on(25, "13:30")),
        (on(27, "09:00"), "closed-day", None, on(28, "08:30")),
    ],
)
def test_why_it_is_closed_and_when_it_opens(moment: datetime, why: str, name: str | None, opens: datetime) -> None:
    assert OFFICE.at(moment) == Closed(ClosedWhy(why), {"en": name} if name else {}, opens)


def test_a_special_day_comes_before_a_holiday_and_a_holiday_before_the_week() -> None:
    day = on(14, "09:00").date()
    plain = Calendar("", (FULL,) * 7)
    holiday = replace(plain, holidays={day: {"en": "h"}})
    declared = replace(holiday, special={day: Special(HALF, {"en": "d"})})
    answers = [each.at(on(14, "09:00")) for each in (plain, holiday, declared)]
    assert [isinstance(answer, Open) for answer in answers] == [True, False, True]


def test_numbers_are_given_during_a_break_that_says_so() -> None:
    found = OFFICE.at(on(14, "12:30"))
    assert found == Open(on(14, "16:30"), on(14, "13:00"), OFFICE.breaks[0])
    assert OFFICE.at(on(14, "11:59")) == Open(on(14, "16:30"), on(14, "12:00"), None)


@pytest.mark.parametrize("part", ["08:30-12:30", "08:30-13:00", "12:00-16:30", "12:15-16:30"])
def test_a_part_day_that_has_no_work_on_both_sides_of_a_break_has_no_break(part: str) -> None:
    part_day = replace(OFFICE, special={MONDAY: Special(hours(part), {"en": "part day"})})
    closes = on(14, part[-5:])
    assert part_day.at(on(14, "12:15")) == Open(closes, closes, None)
    assert part_day.minutes_left(on(14, "12:15")) == (closes - on(14, "12:15")) / MINUTE


def test_a_service_keeps_its_own_hours_within_those_of_the_office() -> None:
    assert OFFICE.at(on(14, "08:45"), "tax") == Closed(ClosedWhy.BEFORE, {}, on(14, "09:00"))
    assert OFFICE.at(on(14, "13:00"), "tax") == Closed(ClosedWhy.AFTER, {}, on(16, "09:00"))
    assert OFFICE.at(on(26, "09:00"), "tax") == Closed(ClosedWhy.CLOSED_DAY, {}, on(28, "09:00"))
    assert OFFICE.at(on(25, "09:00"), "tax") == OFFICE.at(on(25, "09:00"))
    assert OFFICE.at(on(15, "10:00"), "tax") == Closed(ClosedWhy.HOLIDAY, {"en": "holiday"}, on(16, "09:00"))


def test_half_a_minute_is_no_minute_left() -> None:
    assert OFFICE.minutes_left(on(14, "16:29:30")) == 0
    assert OFFICE.minutes_left(on(14, "16:28:30")) == 1


def test_work_between_two_moments_leaves_out_breaks_nights_and_holidays() -> None:
    whole = [(on(14, "11:00"), on(14, "12:00")), (on(14, "13:00"), on(14, "16:30")), (on(16, "08:30"), on(16, "09:00"))]
    assert OFFICE.work(on(14, "11:00"), on(16, "09:00")) == whole
    assert OFFICE.work(on(16, "09:00"), on(14, "11:00")) == []


def test_work_past_midnight_is_one_stretch() -> None:
    night = Calendar("", (hours("20:00-24:00"),) + (hours("00:00-04:00"),) + (NONE,) * 5)
    assert night.at(on(14, "23:00")) == Open(on(15, "04:00"), on(15, "00:00"), None)
    assert night.minutes_left(on(14, "23:00")) == 300


def test_without_a_calendar_it_is_always_open() -> None:
    for at in itertools.accumulate([timedelta(hours=5)] * 40, initial=timedelta()):
        moment = on(14, "00:00") + at
        assert isinstance(ALWAYS_OPEN.at(moment), Open)
        assert ALWAYS_OPEN.minutes_left(moment) >= 7 * 24 * 60


def row(calendar: Calendar) -> CalendarAdopted:
    """The fact as another machine reads it."""
    written = draft(to_body(calendar))
    fact = Fact(Seq(2), written.kind, written.version, BootId("0" * 32), BootMs(0), written.body)
    body = understand(codec.decode(codec.encode(fact)))
    assert isinstance(body, CalendarAdopted)
    return body


@given(calendars())
def test_a_fact_holds_the_calendar_whole(calendar: Calendar) -> None:
    assert from_body(row(calendar)) == calendar
    assert row(calendar).digest == calendar.digest


BODY = to_body(OFFICE).calendar


@pytest.mark.parametrize(
    "wrong",
    [
        {"week": BODY["week"][:6]},
        {"week": [["08:30-08:30"]] * 7},
        {"week": [["99:30-99:40"]] * 7},
        {"counters": 0},
        {"counters": "3"},
        {"holidays": [{"day": "tomorrow", "names": {}}]},
        {"breaks": [BODY["breaks"][0] | {"days": [7]}]},
        {"breaks": [BODY["breaks"][0] | {"begins": "noon"}]},
        {"special": None},
        {"services": [{"id": "tax", "week": []}]},
    ],
    ids=str,
)
def test_a_fact_of_another_shape_is_refused(wrong: dict[str, object]) -> None:
    assert from_body(CalendarAdopted("", dict(BODY))) == OFFICE
    with pytest.raises(CalendarError, match="no calendar of this release") as caught:
        from_body(CalendarAdopted("", BODY | wrong))
    assert caught.value.hint
