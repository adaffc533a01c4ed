"""What citizens are told of an office from outside: whether it is open, how many wait, how long; as of when. Pure.

A centre knows an office as far as it was heard of. Up to FRESH_MS that is now. After that numbers stand with the moment
that they are of; after LOST_MS none is claimed any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from server.around import Around
from server.halls import Hall
from sync.board import Board, Waits, board
from sync.calendar import Closed, Open
from sync.clock import office_day, office_time
from sync.estimate import at_work
from sync.live import Live
from sync.types import UtcMs

FRESH_MS = 3 * 60_000
"""An office that has nothing to bring says so about once a minute."""
LOST_MS = 30 * 60_000


class Age(StrEnum):
    """How fresh what is told is."""

    NOW = "now"
    EARLIER = "earlier"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Hours:
    """By the calendar: `open` None where none is known. `why` (by language): the holiday or break, where it has a name;
    `opens`: the next opening; `back`: when the break that is going on ends."""

    open: bool | None
    why: Mapping[str, str]
    opens: datetime | None = None
    back: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An office as of `at`, on its own wall. Of one that is LOST `waiting` is None, and nothing else is claimed.

    `live`: its queue, and `around`: what is around it, as far as they may be told."""

    office: str
    name: Mapping[str, str]
    age: Age
    at: datetime | None
    hours: Hours
    around: Around
    live: Live = field(default_factory=Live)
    waiting: int | None = None
    counters: tuple[int, ...] = ()
    waits: tuple[Waits, ...] = ()


def age(heard_ms: UtcMs | None, now_ms: UtcMs, *, own: bool) -> Age:
    """How fresh it is what an office told at `heard_ms` (None: never)."""
    if own:
        return Age.NOW
    if heard_ms is None or now_ms - heard_ms > LOST_MS:
        return Age.LOST
    return Age.NOW if now_ms - heard_ms <= FRESH_MS else Age.EARLIER


def told(hall: Hall, now_ms: UtcMs) -> Told:
    """This office now."""
    listed, zone = hall.listed, hall.listed.zone
    old = age(listed.heard_ms, now_ms, own=listed.own)
    at_ms = now_ms if old is Age.NOW else listed.heard_ms
    wall = office_time(now_ms, zone).replace(tzinfo=None)
    at = None if at_ms is None else office_time(at_ms, zone).replace(tzinfo=None)
    known = Told(listed.office, listed.name, old, at, hours(hall, wall), replace(hall.around, ranges={}))
    if old is Age.LOST or hall.unclear or at_ms is None or at is None:
        return replace(known, age=Age.LOST)
    today = office_day(at_ms, zone).isoformat()
    live = hall.live if hall.live.day == today else Live(day=today, rule=hall.live.rule)  # an earlier day is over
    around = hall.around if old is Age.NOW else known.around  # ranges are for whoever comes now
    seen: Board = board(live, at_ms, at, today, around.catalogue, around.calendar, around.ranges)
    counters = live.working() if around.calendar is None else at_work(live, around.calendar, at)
    return replace(
        known,
        around=around,
        live=live,
        waiting=len(live.waiting()),
        counters=tuple(each.counter for each in counters),
        waits=seen.waits,
    )


def hours(hall: Hall, wall: datetime) -> Hours:
    """Whether it is open at this moment on its wall."""
    calendar = hall.around.calendar
    if calendar is None:
        return Hours(None, {})
    state = calendar.at(wall)
    if isinstance(state, Closed):
        return Hours(False, state.names, opens=state.opens)
    assert isinstance(state, Open)
    return Hours(True, state.pause.names if state.pause else {}, back=state.until if state.pause else None)
