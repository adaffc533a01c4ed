"""How long the wait is: the range that is printed, the work that still waits, whether it fits before closing. Pure.

Where the office's calls are known, `prospect` plays the queue on by the calling rule (sync.foresee) and puts a range
around it (docs/queue.md). Where nobody tells which numbers were called, the work left is reckoned: every ticket brings
its service's standard minutes, and the counters work them off while the office is at work, never below zero (Lindley's
recursion; queue length x service mean / open counters was the best estimate in the project's simulations). Late is felt
far worse than early: everything is rounded up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import NamedTuple

from sync.body import TicketName
from sync.calendar import Calendar, Open
from sync.foresee import ahead, foresee
from sync.live import Counter, Live
from sync.tickets import QueueTicket, Status
from sync.took import Calls
from sync.types import UtcMs

_MINUTE = timedelta(minutes=1)
MINUTE_MS = 60_000


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


# The range that is printed ------------------------------------------------------------------------------------------

STANDARD_WEIGHT = 4
"""The published standard minutes weigh as much as this many calls that were seen: they are promises, not means."""
BEFORE_WEIGHT = 20
"""The calls of the days before weigh at most as much as this many of today: a day is more like itself than like others.
In the simulated hall 1 to 8 and 20 to 60 calls come to the same within 3 % (docs/decisions/queue-rule.md)."""
CALL_SPREAD = 0.8
"""Standard deviation of one call as a part of its mean. Service times are about log-normal (Brown et al. 2005,
Statistical Analysis of a Telephone Call Center, JASA 100); this size is that of the simulated hall."""
OTHER_SPREAD = 0.15
"""Standard deviation of what stays unknown, as a part of the wait: breaks, errands, who will still come. Set by the
simulated hall."""
EARLIER, LATER = 0.8, 1.2
"""How many standard deviations the range reaches below and above before it is rounded outwards. Not evenly, for late is
felt far worse than early; set by the simulated hall, so that its bars hold at every load and for both classes."""

STEPS = ((60, 5), (180, 10))
"""(up to minutes, in steps of): figures that people say. Above: half hours."""
LONGEST_STEP = 30

NO_COUNTER = "no-counter"
"""No counter at work serves this now: no range is said, never a guess."""
AFTER_CLOSING = "after-closing"
"""The range reaches past the last closing: whoever is not served then is first on the next day."""


@dataclass(frozen=True, slots=True, order=True)
class WaitingRange:
    """From `low` to `high` minutes from now, `low` < `high`."""

    low: int
    high: int

    def holds(self, minutes: float) -> bool:
        """Whether a real wait lies inside."""
        return self.low <= minutes <= self.high


class Wait(NamedTuple):
    """From `low` to `high` minutes until the call, and how many people are called before (None: that is not known)."""

    ahead: int | None
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is known of a wait. `range` None: `why` says why not; else `why` is None or AFTER_CLOSING.

    `exact`: the range in minutes before it was rounded; nobody is shown it, the simulated hall compares it.
    """

    ahead: int
    range: WaitingRange | None
    why: str | None = None
    exact: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """What calls take: the catalogue's standard minutes by service, what the days before and today really took."""

    standard: Mapping[str, int]
    before: Mapping[str, Calls] = field(default_factory=lambda: MappingProxyType({}))
    today: Mapping[str, Calls] = field(default_factory=lambda: MappingProxyType({}))

    def mean_ms(self, service: str) -> float:
        """The mean milliseconds of a call: all three together, each with its weight."""
        before, today = self.before.get(service, Calls()), self.today.get(service, Calls())
        part = min(BEFORE_WEIGHT / before.count, 1.0) if before.count else 0.0
        total = STANDARD_WEIGHT * self.standard.get(service, UNKNOWN_MINUTES) * MINUTE_MS + part * before.ms + today.ms
        return total / (STANDARD_WEIGHT + part * before.count + today.count)


UNKNOWN_MINUTES = 15
"""For a service that the catalogue of this machine does not have (yet): the commonest standard time in the example."""


def at_work(live: Live, calendar: Calendar, now: datetime) -> list[Counter]:
    """The counters that count: at work, or back from a break of the whole office that is going on."""
    state = calendar.at(now)
    if isinstance(state, Open) and state.pause is None:
        return live.working()
    return [live.counters[each] for each in sorted(live.counters) if live.counters[each].open]


def prospect(
    live: Live, ticket: QueueTicket, now_ms: UtcMs, now: datetime, pace: Pace, calendar: Calendar
) -> Prospect | None:
    """What whoever holds this ticket has before them; None where it does not wait.

    `now` is the office's wall clock at `now_ms`. For somebody about to take one: sync.foresee.about_to_take.
    """
    if ticket.name in live.tickets and live.tickets[ticket.name].status is not Status.WAITING:
        return None
    counters = at_work(live, calendar, now)
    before = ahead(live, ticket, now_ms, counters)
    found = foresee(live, ticket, now_ms, counters, pace.mean_ms)
    if found is None:
        return Prospect(before, None, NO_COUNTER)
    spread = spread_ms(found.ms, found.calls, found.counters, pace.mean_ms(ticket.service))
    low = on_the_clock(max(found.ms - EARLIER * spread, 0.0), now, calendar) / MINUTE_MS
    high = on_the_clock(found.ms + LATER * spread, now, calendar) / MINUTE_MS
    printed = spoken(low, high)
    late = now + timedelta(minutes=printed.high) > max((ends for _, ends in _stretches(calendar, now)), default=now)
    return Prospect(before, printed, AFTER_CLOSING if late else None, (low, high))


def spread_ms(ms: float, calls: int, counters: int, mean_ms: float) -> float:
    """Standard deviation of a wait: that of its calls, shared among the counters, and what stays unknown."""
    of_calls = CALL_SPREAD * mean_ms * calls**0.5 / max(counters, 1)
    return float((of_calls**2 + (OTHER_SPREAD * ms) ** 2) ** 0.5)


def spoken(low: float, high: float) -> WaitingRange:
    """The range in figures that people say, rounded outwards.

    The end up: late is felt far worse than early. The beginning down: whoever comes back only then is not yet called.
    """
    begins = int(low // _step(low) * _step(low))
    ends = int(-(-high // _step(high)) * _step(high))
    return WaitingRange(begins, max(ends, begins + _step(begins)))


def on_the_clock(work_ms: float, now: datetime, calendar: Calendar) -> float:
    """Milliseconds on the clock until this much work is done: breaks and closed time between count, nights do not.

    After the last closing the work goes on: nobody who waits then is sent away unserved while staff are there.
    """
    left, begun = timedelta(milliseconds=work_ms), now
    for begins, ends in _stretches(calendar, now):
        if left <= ends - begins:
            return (begins + left - now) / timedelta(milliseconds=1)
        left -= ends - begins
        begun = ends
    return (begun + left - now) / timedelta(milliseconds=1)


def _step(minutes: float) -> int:
    return next((step for up_to, step in STEPS if minutes <= up_to), LONGEST_STEP)


def _stretches(calendar: Calendar, now: datetime) -> list[tuple[datetime, datetime]]:
    """What is left of the work of this day."""
    state = calendar.at(now)
    ends = state.closes if isinstance(state, Open) else datetime.combine(now.date(), time.max)
    return calendar.work(now, ends)


@dataclass(frozen=True, slots=True)
class PastError:
    """How printed ranges held: `count` of them; `inside` and `later` as parts of all, 0 to 1."""

    count: int
    inside: float
    later: float


def told_and_waited(
    promised: Mapping[TicketName, WaitingRange], waits_ms: Mapping[TicketName, int]
) -> list[tuple[WaitingRange, float]]:
    """Printed ranges (of `ticket.promised`) with the real waits in minutes (sync.took), where both are known."""
    return [(promised[name], ms / MINUTE_MS) for name, ms in waits_ms.items() if name in promised]


def past_error(pairs: Iterable[tuple[WaitingRange, float]]) -> PastError | None:
    """From printed ranges, each with the real wait in minutes; None where there is none."""
    known = list(pairs)
    if not known:
        return None
    inside = sum(printed.holds(minutes) for printed, minutes in known)
    later = sum(minutes > printed.high for printed, minutes in known)
    return PastError(len(known), inside / len(known), later / len(known))
