"""The office's calendar: when it is open, why it is closed, when it opens next, what work a day still holds. Pure.

Every moment is a naive datetime on the office's wall clock. A day here is a day of the wall calendar, midnight to
midnight: hours are written and read that way; the office day of the numbers (03:00) is another matter.

What rules a day, the strongest first: a special day (declared, also late), a holiday, the week. A service may have
hours of its own within the office's. How an office writes all this is in docs/calendar.md.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of the days in a file, in the order of `date.weekday()`."""

DAY_MINUTES = 24 * 60
OPENING_WITHIN_DAYS = 60
"""How far ahead the next opening is looked for."""

RUN_ON_DAYS = 7
"""How far work that does not stop at midnight is followed."""


class ClosedWhy(StrEnum):
    """Why nobody is served now."""

    BEFORE = "before-hours"
    AFTER = "after-hours"
    HOLIDAY = "holiday"
    CLOSED_DAY = "closed-day"
    """A weekday on which the office, or the service that was asked for, never opens."""
    BREAK = "break"
    """A break without numbers, or the time between two periods (then without names)."""
    DECLARED = "declared"
    """A special closure or part day: the office would be open now but for it, or it takes the whole day."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `begins` up to, not including, `ends`: minutes of the day, 0 to 1440 (24:00)."""

    begins: int
    ends: int

    def holds(self, minute: int) -> bool:
        """Whether this minute of the day lies within."""
        return self.begins <= minute < self.ends

    def __str__(self) -> str:
        return f"{clock_text(self.begins)}-{clock_text(self.ends)}"


@dataclass(frozen=True, slots=True)
class Break:
    """Nobody is served, staff come back. `tickets`: numbers are given during it. `names` by language.

    `days`: the weekdays it is taken on, Monday 0; empty: every day. It is taken only on a day with a period around it
    on both sides: on a day that ends at noon there is no lunch break to come back from.
    """

    begins: time
    ends: time
    tickets: bool
    names: Mapping[str, str]
    days: tuple[int, ...] = ()

    @property
    def period(self) -> Period:
        """The same in minutes of the day."""
        return Period(minute_of(self.begins), minute_of(self.ends))


@dataclass(frozen=True, slots=True)
class Special:
    """The hours of one day instead of any others, and why, by language. `open` empty: closed all day."""

    open: tuple[Period, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Open:
    """Numbers are given. `closes`: the end of today's last period, past midnight where work runs on without a gap.

    `until`: the next break, else the end of this period, at most midnight. `pause`: a break going on, during which
    numbers are given; then `until` is its end.
    """

    closes: datetime
    until: datetime
    pause: Break | None


@dataclass(frozen=True, slots=True)
class Closed:
    """No numbers. `names` of the holiday, break or declaration by language, empty where it has none.

    `opens`: the next moment that is open; None: none within 60 days.
    """

    why: ClosedWhy
    names: Mapping[str, str]
    opens: datetime | None


@dataclass(frozen=True, slots=True)
class _Span:
    """Minutes of a day during which numbers are given: at work, or in a break (`pause`)."""

    begins: int
    ends: int
    pause: Break | None


Week = tuple[tuple[Period, ...], ...]
"""The periods of each weekday, Monday first; none: closed."""

ServiceWeek = tuple[tuple[Period, ...] | None, ...]
"""As `Week`; None on a day: as the office."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the office works. `counters`: how many usually do. `digest`: SHA-256 of the file, hex ("": no file)."""

    digest: str
    week: Week
    counters: int = 1
    breaks: tuple[Break, ...] = ()
    holidays: Mapping[date, Mapping[str, str]] = field(default_factory=dict)
    special: Mapping[date, Special] = field(default_factory=dict)
    services: Mapping[str, ServiceWeek] = field(default_factory=dict)

    def at(self, moment: datetime, service: str | None = None) -> Open | Closed:
        """Whether numbers are given at this moment, by the office or for a service.

        A service that is closed while the office is open says so without names; one without hours of its own is
        open with the office.
        """
        day, minute = moment.date(), minute_of(moment)
        for span in self._spans(day, service):
            if span.begins <= minute < span.ends:
                last_day, last = self._run(day, service)[-1]
                return Open(_moment(last_day, last.ends), _moment(day, span.ends), span.pause)
        why, names = self._why(day, minute, service)
        return Closed(why, names, self._opening(day, minute, service))

    def next_change(self, moment: datetime) -> datetime:
        """A later moment before which no answer of `at` changes, for the office and for every service.

        At the latest the next midnight, when "today" and "tomorrow" change too.
        """
        day, minute = moment.date(), minute_of(moment)
        of_day = day.weekday()
        periods = [*self.week[of_day], *self._hours(day), *(taken.period for taken in self.breaks)]
        for week in self.services.values():
            periods += week[of_day] or ()
        edges = {edge for period in periods for edge in (period.begins, period.ends)}
        return _moment(day, min((edge for edge in edges if edge > minute), default=DAY_MINUTES))

    def minutes_left(self, moment: datetime, service: str | None = None) -> int:
        """Whole minutes at work from this moment to today's last closing (`Open.closes`); breaks are no work."""
        day = moment.date()
        spans = [span for span in self._run(day, service) if span[1].pause is None]
        return sum((_rest(*span, moment) for span in spans), timedelta()) // timedelta(minutes=1)

    def work(self, begins: datetime, ends: datetime) -> list[tuple[datetime, datetime]]:
        """The stretches at work between two moments, in order: closed time and breaks lie between them."""
        found = []
        for day in _days(begins.date(), (ends.date() - begins.date()).days):
            for span in self._spans(day, None):
                first, last = max(_moment(day, span.begins), begins), min(_moment(day, span.ends), ends)
                if span.pause is None and first < last:
                    found.append((first, last))
        return found

    def _usual(self, day: date) -> tuple[Period, ...]:
        return () if day in self.holidays else self.week[day.weekday()]

    def _hours(self, day: date) -> tuple[Period, ...]:
        special = self.special.get(day)
        return special.open if special else self._usual(day)

    def _breaks(self, day: date, within: Period) -> list[Break]:
        taken = [each for each in self.breaks if not each.days or day.weekday() in each.days]
        inside = [each for each in taken if within.begins < each.period.begins and each.period.ends < within.ends]
        return sorted(inside, key=lambda each: each.period)

    def _spans(self, day: date, service: str | None) -> list[_Span]:
        """The day's spans in order: the office's periods cut at its breaks, then at the service's own hours."""
        spans: list[_Span] = []
        for period in self._hours(day):
            at = period.begins
            for taken in self._breaks(day, period):
                spans.append(_Span(at, taken.period.begins, None))
                if taken.tickets:
                    spans.append(_Span(taken.period.begins, taken.period.ends, taken))
                at = taken.period.ends
            spans.append(_Span(at, period.ends, None))
        week = self.services.get(service) if service is not None else None
        own = week[day.weekday()] if week is not None else None
        if own is None:
            return spans
        cut = [
            _Span(max(span.begins, period.begins), min(span.ends, period.ends), span.pause)
            for span in spans
            for period in own
        ]
        return [span for span in cut if span.begins < span.ends]

    def _run(self, day: date, service: str | None) -> list[tuple[date, _Span]]:
        """The day's spans, and those that follow past midnight without a gap, each with its day."""
        run = [(day, span) for span in self._spans(day, service)]
        at = run[-1][1].ends if run else 0
        for following in list(_days(day, RUN_ON_DAYS))[1:]:
            if at < DAY_MINUTES:
                break
            at = 0
            for span in self._spans(following, service):
                if span.begins == at:
                    run.append((following, span))
                    at = span.ends
        return run

    def _opening(self, day: date, minute: int, service: str | None) -> datetime | None:
        for ahead in _days(day, OPENING_WITHIN_DAYS):
            for span in self._spans(ahead, service):
                if ahead > day or span.begins > minute:
                    return _moment(ahead, span.begins)
        return None

    def _why(self, day: date, minute: int, service: str | None) -> tuple[ClosedWhy, Mapping[str, str]]:
        special, hours = self.special.get(day), self._hours(day)
        in_hours = [period for period in hours if period.holds(minute)]
        if special and not in_hours and (not hours or any(period.holds(minute) for period in self._usual(day))):
            return ClosedWhy.DECLARED, special.names
        if not special and day in self.holidays:
            return ClosedWhy.HOLIDAY, self.holidays[day]
        for period in in_hours:
            for taken in self._breaks(day, period):
                if taken.period.holds(minute) and not taken.tickets:
                    return ClosedWhy.BREAK, taken.names
        spans = self._spans(day, service)
        if not spans:
            return ClosedWhy.CLOSED_DAY, {}
        if minute < spans[0].begins:
            return ClosedWhy.BEFORE, {}
        return (ClosedWhy.AFTER if minute >= spans[-1].ends else ClosedWhy.BREAK), {}


ALWAYS_OPEN = Calendar("", ((Period(0, DAY_MINUTES),),) * 7)
"""For a kiosk without a calendar: never closed, and nothing is ever too late."""


def minute_of(moment: time | datetime) -> int:
    """The minute of the day that has begun."""
    return moment.hour * 60 + moment.minute


def time_of(text: str) -> time:
    """The time of day in "12:00". Raises ValueError for anything else (as `periods_of`)."""
    hour, minute = _parts(_CLOCK, text)
    return time(hour, minute)


def periods_of(texts: Iterable[str]) -> tuple[Period, ...]:
    """The periods of a day, in order. Raises ValueError(what is wrong, what to write instead)."""
    periods = sorted(_period(text) for text in texts)
    for one, other in pairwise(periods):
        if other.begins <= one.ends:
            raise ValueError(f'"{one}" and "{other}" overlap or touch', "Leave time between them, or make one of them.")
    return tuple(periods)


def clock_text(minute: int) -> str:
    """A minute of the day as a file has it: 510 → "08:30", 1440 → "24:00"."""
    return f"{minute // 60:02}:{minute % 60:02}"


_WRITTEN = 'Two digits each: "08:30-12:00".'
_CLOCK = re.compile(r"(\d\d):(\d\d)")
_PERIOD = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def _parts(pattern: re.Pattern[str], text: str) -> list[int]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}" is no time as it is written here', _WRITTEN)
    return [int(part) for part in found.groups()]


def _period(text: str) -> Period:
    hour, minute, last_hour, last_minute = _parts(_PERIOD, text)
    begins, ends = hour * 60 + minute, last_hour * 60 + last_minute
    if max(minute, last_minute) > 59 or max(begins, ends) > DAY_MINUTES:
        raise ValueError(f'"{text}" is no time of the day', "A day goes from 00:00 to 24:00.")
    if begins == ends:
        raise ValueError(f'"{text}" has no length', _WRITTEN)
    if ends < begins:
        late = 'Work past midnight is written under both days: "20:00-24:00" and "00:00-04:00".'
        raise ValueError(f'"{text}" ends before it begins', late)
    return Period(begins, ends)


def _moment(day: date, minute: int) -> datetime:
    if minute == DAY_MINUTES and day == date.max:
        return datetime.combine(day, time.max)
    return datetime.combine(day, time.min) + timedelta(minutes=minute)


def _days(day: date, ahead: int) -> Iterator[date]:
    """This day and those after it up to `ahead` days on, as long as there is a date."""
    for ordinal in range(day.toordinal(), min(day.toordinal() + ahead, date.max.toordinal()) + 1):
        yield date.fromordinal(ordinal)


def _rest(day: date, span: _Span, moment: datetime) -> timedelta:
    """How much of a span is left at a moment."""
    return max(_moment(day, span.ends) - max(_moment(day, span.begins), moment), timedelta())
