"""What the now-serving display shows, as plain values. Pure: whoever draws it, a browser or a screen, shows the same.

No number is on it that is not called now, or was not called within the last minutes; of priority it says nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sync.calendar import Calendar, Closed, Open
from sync.estimate import Pace, prospect
from sync.foresee import about_to_take
from sync.live import Live
from sync.services import Catalogue
from sync.tickets import QueueTicket, Status
from sync.types import UtcMs

RECENT_MS = 5 * 60_000
"""How long a number that is called no more is still listed: long enough to walk in from the yard and look."""
RECENT = 6
"""Most of these: one line that is still large."""
GONE = frozenset({Status.SERVING, Status.SERVED, Status.ABSENT})
"""What became of a number that is called no more. One whose call was taken back is not among them: it waits again."""
REST = ""
"""The id of the group of all services that have none."""


class Scene(StrEnum):
    """What goes on where no number is called."""

    CALLING = "calling"
    WAITING = "waiting"
    """Counters are at work and people wait, but nobody is called at this moment."""
    EMPTY = "empty"
    """Counters are at work and nobody waits."""
    BREAK = "break"
    """Every counter that is open takes a break."""
    UNOPENED = "unopened"
    """The office is open, but no counter is."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Shown:
    """A number and its counter. `day` (YYYY-MM-DD): of the day that the ticket was carried over from, else None.
    `again`: it was called more than once."""

    label: str
    counter: int
    day: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Minutes:
    """From `low` to `high` minutes from now on."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Waits:
    """How a group of services stands. `names` by language. `range`: for whoever takes a number now, None: not known."""

    group: str
    names: Mapping[str, str]
    accent: str | None
    waiting: int
    range: Minutes | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """One picture of the hall. `calls`: those called now, the last one called out first. `recent`: those called within
    the last minutes, the last one first. `opens`: the next opening on the office's wall clock; `why`: names by language
    of the holiday or break, where it has some; `back`: when a break of the whole office ends."""

    scene: Scene
    calls: tuple[Shown, ...] = ()
    recent: tuple[Shown, ...] = ()
    waits: tuple[Waits, ...] = ()
    opens: datetime | None = None
    why: Mapping[str, str] = field(default_factory=dict)
    back: datetime | None = None


def board(
    live: Live,
    now_ms: UtcMs,
    now: datetime,
    today: str,
    catalogue: Catalogue | None = None,
    calendar: Calendar | None = None,
    ranges: Mapping[str, Minutes] | None = None,
) -> Board:
    """The picture of `live` at `now_ms`, which is `now` on the wall and the office day `today`.

    A queue of another day is over: none of its numbers is called now. `ranges` by service.
    """
    if live.day != today:
        live = Live(day=today, rule=live.rule)
    calls = tuple(_shown(each, live) for each in _last_called_first(live, live.tickets.values(), Status.CALLED))
    hours = calendar.at(now) if calendar is not None else None
    scene = _scene(live, bool(calls), hours)
    gone = [each for each in live.tickets.values() if _was_called(each, now_ms)]
    recent = tuple(_shown(each, live) for each in _last_called_first(live, gone, *GONE))[:RECENT]
    closed = hours if scene is Scene.CLOSED and isinstance(hours, Closed) else None
    paused = hours if scene is Scene.BREAK and isinstance(hours, Open) and hours.pause is not None else None
    return Board(
        scene,
        calls,
        recent,
        _waits(live, catalogue, ranges or {}),
        closed.opens if closed else None,
        closed.names if closed else paused.pause.names if paused and paused.pause else {},
        paused.until if paused else None,
    )


def _scene(live: Live, calling: bool, hours: Open | Closed | None) -> Scene:
    if calling:
        return Scene.CALLING
    if live.working():
        return Scene.WAITING if live.waiting() else Scene.EMPTY
    if isinstance(hours, Closed):
        return Scene.CLOSED
    opened = any(each.open for each in live.counters.values())
    return Scene.BREAK if opened else Scene.UNOPENED


def _last_called_first(live: Live, tickets: Iterable[QueueTicket], *statuses: Status) -> list[QueueTicket]:
    """Those in these statuses. Calls of the same millisecond: the counter that changed last comes first."""

    def key(ticket: QueueTicket) -> tuple[int, int]:
        return -(ticket.said_ms or 0), -live.counter(ticket.counter or 0).changed

    called = [each for each in tickets if each.status in statuses and each.counter is not None]
    return sorted(called, key=key)


def _was_called(ticket: QueueTicket, now_ms: UtcMs) -> bool:
    """Whether it was called out within the last minutes. In the future (the clock was set back) is not long ago either,
    within the same bounds."""
    return ticket.said_ms is not None and abs(now_ms - ticket.said_ms) <= RECENT_MS


def _shown(ticket: QueueTicket, live: Live) -> Shown:
    carried = ticket.day if ticket.day != live.day else None
    return Shown(ticket.label, ticket.counter or 0, carried, bool(ticket.recalls))


# How many wait -------------------------------------------------------------------------------------------------------


def _waits(live: Live, catalogue: Catalogue | None, ranges: Mapping[str, Minutes]) -> tuple[Waits, ...]:
    """The groups of the catalogue in its order; then, where somebody waits for it, what no catalogue knows."""
    counts: dict[str, int] = {}
    for ticket in live.waiting():
        counts[ticket.service] = counts.get(ticket.service, 0) + 1
    found, known = [], set[str]()
    for group in catalogue.groups if catalogue else ():
        services = [each.id for each in catalogue.services_of(group)] if catalogue else []
        known.update(services)
        waiting = sum(counts.get(each, 0) for each in services)
        found.append(Waits(group.id, group.names, group.accent, waiting, _widest(services, ranges)))
    rest = [service for service in counts if service not in known]
    if rest or not found:
        waiting = sum(counts[each] for each in rest)
        found.append(Waits(REST, {}, None, waiting, _widest(rest, ranges)))
    return tuple(found)


def _widest(services: Iterable[str], ranges: Mapping[str, Minutes]) -> Minutes | None:
    """One range for all of these: nobody of the group waits shorter or longer than it says."""
    known = [ranges[each] for each in services if each in ranges]
    return Minutes(min(each.low for each in known), max(each.high for each in known)) if known else None


def ranges(
    live: Live, now_ms: UtcMs, now: datetime, pace: Pace, catalogue: Catalogue, calendar: Calendar
) -> dict[str, Minutes]:
    """By service: how long whoever takes a number now waits. Only where a counter at work serves it."""
    told = {each.id: range_of(live, each.id, now_ms, now, pace, calendar) for each in catalogue.services}
    return {service: minutes for service, minutes in told.items() if minutes is not None}


def range_of(live: Live, service: str, now_ms: UtcMs, now: datetime, pace: Pace, calendar: Calendar) -> Minutes | None:
    """How long whoever takes a number for this service now waits; None where no counter at work serves it."""
    seen = prospect(live, about_to_take(live, (service,), now_ms), now_ms, now, pace, calendar)
    return Minutes(seen.range.low, seen.range.high) if seen is not None and seen.range is not None else None
