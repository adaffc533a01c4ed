"""The figures of a period as they are told: rounded, each with what it is of and what is left out of it. Pure.

What stands side by side invites to rank, and with few it may mean anything: of services, counters and offices shares
and times are told from 30 on (server.opinion.FEWEST_RANKED). Hours and days stand in the order of time: there five are
enough. Counts are always told. Scores are those of days that are over, as below (`scored`).
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import add
from typing import TypeVar

from server.histogram import Histogram
from server.opinion import FEWEST_RANKED, LEVELS, Opinion, wilson
from server.periods import WEEK, Kind, Period
from server.scoring import GROUP
from server.sla import MINUTE_MS, Cell
from server.sums import HOUR_MS, Sum, added, of_weekdays

OUTCOMES = ("served", "no_show", "cancelled", "transferred", "carried", "open")
DAYS_SHOWN = 62
"""A longer period is told by month."""
Of = TypeVar("Of", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took, in minutes: the middle one, and what nine of ten did not exceed. `n`: of how many; None:
    of too few. `left_out`: (why, how many) are not in it."""

    p50: float | None
    p90: float | None
    n: int
    left_out: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """A part in a hundred of `n`; None: of too few."""

    percent: int | None
    n: int
    left_out: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What scores say. `levels`: (level, how many, in a hundred), the best first. `mean` 1 to 5; `percent`: ร้อยละ, of
    five; `satisfied`: (in a hundred, from, to) of the two best levels; `answered`: in a hundred of `served`.

    Where there are fewer than GROUP, levels and what follows from them are not told: `levels` is empty.
    """

    n: int
    served: int
    answered: int | None
    disputed: int
    unattached: int
    levels: tuple[tuple[int, int, int], ...] = ()
    mean: float | None = None
    percent: float | None = None
    satisfied: tuple[int, int, int] | None = None

    @property
    def ranked(self) -> bool:
        """Whether there are enough to be set beside others."""
        return self.n >= FEWEST_RANKED


@dataclass(frozen=True, slots=True)
class Numbers:
    """The figures of some visits. `counts` has the columns of a cell that are told as they are, and `visits`."""

    counts: Mapping[str, int]
    outcomes: tuple[tuple[str, int, int], ...]
    wait: Took
    serve: Took
    within: Share
    days: int
    unclosed: int
    emergency: int


@dataclass(frozen=True, slots=True)
class Row:
    """A service, counter, office, hour, weekday, day or month. `counters`: how many counters were at work on average,
    of hours alone. `score`: None where scores are not told by this at all; its `percent`: where they are too few."""

    name: str
    numbers: Numbers
    counters: float | None = None
    score: Satisfaction | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that is told of a period. `before`: the period that it is held against. `tables`: rows by what they
    are of, in the order in which they are shown."""

    period: Period
    now: Numbers
    before: Numbers
    score: Satisfaction
    score_before: Satisfaction
    tables: Mapping[str, tuple[Row, ...]]
    may_score: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What the board is made of: sums by name, of the period and of the one before. `days` by day, or where it is told
    by month in any case by month (YYYY-MM); what is known by month alone is in `weekdays`, by weekday. `offices`: those
    of a page, in their order; `told`: all whose scores are told, None: these are all that there are."""

    days: Mapping[str, Sum]
    before: Mapping[str, Sum]
    services: Mapping[str, Sum]
    hours: Mapping[str, Sum]
    counters: Mapping[str, Sum] | None = None
    offices: Mapping[str, Sum] | None = None
    weekdays: Mapping[str, Sum] = field(default_factory=dict)
    told: frozenset[str] | None = None


def board(of: Period, read: Read, today: date, least: int = 1) -> Board:
    """Everything of this period; times of all together are told of `least` and more."""
    weekdays = _weekdays(read)
    now, before = added(weekdays.values()), added(read.before.values())
    may = scored_by_group(of)
    tables = {"service": _groups(read.services, may), "hour": _hours(read.hours, now.days)}
    if read.counters is not None:
        called = {name: each for name, each in read.counters.items() if name != "0"}
        tables["counter"] = _groups(called, may, key=int)
    if read.offices is not None:
        order = list(read.offices)
        tables["office"] = _groups(read.offices, may, key=order.index, told=read.told)
    if of.days > WEEK.days:
        tables["weekday"] = _in_time(weekdays)
    if of.days > 1:
        tables["day" if of.days <= DAYS_SHOWN else "month"] = _in_time(
            read.days if of.days <= DAYS_SHOWN else _grouped(read.days, lambda day: day[:7])
        )
    return Board(
        of,
        numbers(now, least),
        numbers(before, least),
        satisfaction(_over(read.days, today)),
        satisfaction(_over(read.before, today)),
        tables,
        may,
    )


def scored_by_group(of: Period) -> bool:
    """Whether scores of this period are told by service, counter or office: of a whole week or month that is over. Of
    days that anybody may choose one could be taken from the other, and what is left is one citizen's score."""
    return of.kind in (Kind.WEEK, Kind.MONTH) and not of.running


def numbers(of: Sum, least: int = 1) -> Numbers:
    """These figures; times and shares of `least` and more."""
    cell = of.cell
    untimed = {
        "carried": cell.untimed_carried,
        "heard-late": cell.untimed_heard_late,
        "restated": cell.untimed_restated,
    }
    uncalled = cell.visits - cell.timed - sum(untimed.values())
    wait = _took(cell.waits, least, {"uncalled": uncalled} | untimed)
    at = cell.serves.total
    serve = _took(cell.serves, least, {"not-served": cell.visits - cell.served, "no-time": cell.served - at})
    within = Share(
        percent(cell.within, cell.judged) if cell.judged >= max(least, 1) else None,
        cell.judged,
        _left({"no-time": cell.served - at, "no-standard": at - cell.judged, "not-served": cell.visits - cell.served}),
    )
    counts = {name: getattr(cell, name) for name in _COUNTS}
    outcomes = tuple((name, getattr(cell, name), percent(getattr(cell, name), cell.visits)) for name in OUTCOMES)
    return Numbers(counts, outcomes, wait, serve, within, of.days, of.unclosed, of.emergency)


def satisfaction(opinion: Opinion, least: int = GROUP) -> Satisfaction:
    """What these scores say, of `least` and more."""
    scores, answered = opinion.n, opinion.answered
    rate = None if answered is None else round(100 * answered)
    beside = scores, opinion.served or 0, rate, opinion.disputed, opinion.unattached
    mean = opinion.mean if scores >= least else None
    if mean is None:
        return Satisfaction(*beside)
    levels = tuple((each, n, percent(n, scores)) for each in LEVELS for n in (opinion.levels.get(each, 0),))
    good = sum(n for each, n, _ in levels if each >= 4)
    low, high = wilson(good, scores)
    told = percent(good, scores), round(100 * low), round(100 * high)
    return Satisfaction(*beside, levels, round(mean, 2), round(mean / max(LEVELS) * 100, 1), told)


def told_of(ns: Mapping[Of, int], least: int = FEWEST_RANKED) -> set[Of]:
    """Whose scores are told: those of `least` and more. Where the others together have fewer than GROUP, the smallest
    of the told keeps still as well: what the told leave of the whole would be those few."""
    told = {name for name, n in ns.items() if n >= least}
    hidden = sum(n for name, n in ns.items() if name not in told)
    if told and 0 < hidden < GROUP:
        told.remove(min(told, key=lambda name: (ns[name], name)))
    return told


def minutes(ms: int | None) -> float | None:
    """Milliseconds as minutes: tenths below ten, else whole ones."""
    if ms is None:
        return None
    exact = ms / MINUTE_MS
    return round(exact, 1) if exact < 9.95 else float(round(exact))


def percent(part: int, whole: int) -> int:
    """A part in a hundred; 0 of nothing."""
    return round(100 * part / whole) if whole else 0


def change(now: float | None, n_now: int, before: float | None, n_before: int) -> float | None:
    """By how much a time or share differs; None where one of them is of too few to be compared."""
    if now is None or before is None or min(n_now, n_before) < FEWEST_RANKED:
        return None
    return round(now - before, 1)


def _took(of: Histogram, least: int, left_out: Mapping[str, int]) -> Took:
    n = of.total
    if n < max(least, 1):
        return Took(None, None, n, _left(left_out))
    return Took(minutes(of.quantile(50)), minutes(of.quantile(90)), n, _left(left_out))


def _left(left_out: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((why, n) for why, n in left_out.items() if n > 0)


def _groups(
    of: Mapping[str, Sum], may: bool, key: Callable[[str], int | str] = str, told: frozenset[str] | None = None
) -> tuple[Row, ...]:
    """Rows of services, counters or offices in which somebody was; what has presses of no service alone is none.
    `told`: whose scores are told, where that is judged over more than these."""
    there = {name: each for name, each in of.items() if each.cell.visits or each.cell.ticketless}
    opinions = {name: each.cell.opinion for name, each in there.items()}
    ns = {name: each.n for name, each in opinions.items()}
    ranked = told_of(ns) if told is None else told
    scores = {
        name: satisfaction(each, FEWEST_RANKED if name in ranked else ns[name] + 1)
        for name, each in opinions.items()
        if may
    }
    return tuple(
        Row(name, numbers(there[name], FEWEST_RANKED), score=scores.get(name)) for name in sorted(there, key=key)
    )


def _hours(of: Mapping[str, Sum], days: int) -> tuple[Row, ...]:
    return tuple(
        Row(name, numbers(of[name], GROUP), round(of[name].at_work_ms / HOUR_MS / days, 1) if days else None)
        for name in _of_the_office(of)
        if of[name].cell.visits or of[name].at_work_ms
    )


def _of_the_office(of: Mapping[str, Sum]) -> list[str]:
    """Hours from one before the first visit to one behind the last: at others a counter was open that was forgotten."""
    came = [int(name) for name, each in of.items() if each.cell.visits]
    return [name for name in sorted(of) if not came or min(came) - 1 <= int(name) <= max(came) + 1]


def _in_time(of: Mapping[str, Sum]) -> tuple[Row, ...]:
    return tuple(Row(name, numbers(of[name], GROUP)) for name in sorted(of))


def _weekdays(read: Read) -> dict[str, Sum]:
    """The whole period by weekday: days, and what is known by month alone."""
    of_days = of_weekdays({day: each for day, each in read.days.items() if len(day) > len("YYYY-MM")})
    both = {name: [each[name] for each in (read.weekdays, of_days) if name in each] for name in map(str, range(7))}
    return {name: each[0] if len(each) == 1 else added(each) for name, each in both.items() if each}


def _grouped(days: Mapping[str, Sum], by: Callable[[str], str]) -> dict[str, Sum]:
    found: dict[str, list[Sum]] = {}
    for day, each in days.items():
        found.setdefault(by(day), []).append(each)
    return {name: added(each) for name, each in found.items()}


def _over(days: Mapping[str, Sum], today: date) -> Opinion:
    """The scores of those that are over."""
    return reduce(add, (each.cell.opinion for day, each in days.items() if day < today.isoformat()), Cell().opinion)


_COUNTS = (
    "visits", "tickets", *OUTCOMES, "priority", "missed", "by_hand", "ticketless",
)  # fmt: skip
