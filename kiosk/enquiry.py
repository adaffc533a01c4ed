"""*My ticket*: what a citizen who knows a number and its code may learn of it. Pure.

The four digits keep a neighbour from looking up every number in the hall; so that they cannot be guessed, wrong ones
are counted. What the hall knows (who was called, which counters work) comes from the office, where it tells.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Protocol

from kiosk.screen_types import AWAY, Passed, Stage, Standing
from kiosk.story import Own
from sync.estimate import Prospect
from sync.facts import TicketIssued
from sync.journal import Instant
from sync.types import BootMs, Seq, UtcMs

FREE_TRIES = 5
"""Wrong codes in a row before a wait: with one more a minute, 10,000 codes take a week."""
WAIT_MS = 60_000
_BEGIN = BootMs(0)


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong codes in a row, and when the last was."""

    wrong: int = 0
    last: BootMs = _BEGIN

    def waiting(self, now: BootMs) -> bool:
        """Whether nothing is looked up yet."""
        return self.wrong >= FREE_TRIES and now < self.last + WAIT_MS

    def after(self, right: bool, now: BootMs) -> "Tries":
        """One more try."""
        return Tries() if right else replace(self, wrong=self.wrong + 1, last=now)


@dataclass(frozen=True, slots=True)
class Here:
    """This kiosk at the moment of a question.

    `now_ms` and `wall` (the office's wall clock, without zone) are the same moment as `instant`; `day` is its office
    day. `contact`: when the office last answered sync. `own` gives the tickets issued here today, `last_own` changes
    with them.
    """

    instant: Instant
    now_ms: UtcMs
    wall: datetime
    day: str
    contact: Instant | None
    own: Callable[[], Iterable[Own]]
    last_own: int


@dataclass(frozen=True, slots=True)
class InHall:
    """What the office tells of a ticket. See kiosk.screen_types.Standing.

    `as_of`: the boot time until which it is true. `since_ms`: when the stage began, on the office's clock. `counters`:
    those at work that serve it. `counter`: the one it is, or was last, called to.
    """

    stage: Stage
    as_of: BootMs
    since_ms: UtcMs
    ahead: int | None = None
    minutes: tuple[int, int] | None = None
    counters: tuple[int, ...] = ()
    passed: tuple[Passed, ...] = ()
    counter: int | None = None
    carried_over: bool = False
    next_day: str | None = None


class Other(NamedTuple):
    """A ticket that another machine of the office gave. `code`: its 4 digits; None: that machine did not tell them.

    `taken`: the office's wall clock, since when it waits in the hall. `taken_before`: tickets of its series that the
    same machine gave before it that day, as far as is known here. `hall`: what the office tells of it now.
    """

    code: str | None
    label: str
    day: str
    services: tuple[str, ...]
    taken: datetime
    taken_before: int
    hall: InHall | None


class Coming(NamedTuple):
    """An online place whose code was typed: its name on record, its services, until when it is good, and whether the
    office has a ticket with it already."""

    name: str
    services: tuple[str, ...]
    until_ms: UtcMs
    used: bool


class Hall(Protocol):
    """What the office tells of the hall (kiosk.hall). None: nothing. `version` changes with what it tells."""

    version: int

    def look(self, now: Instant) -> bool: ...

    def place(self, seq: Seq, here: Here) -> InHall | None: ...

    def foretell(self, services: tuple[str, ...], priority: bool, here: Here) -> Prospect | None: ...

    def carried(self, label: str, here: Here) -> list[Seq]: ...

    def others(self, label: str, here: Here) -> list[Other]: ...

    def gives_places(self, day: str | None) -> bool: ...

    def coming(self, code: str, here: Here) -> Coming | None: ...


class NoHall:
    """A kiosk whose office tells it nothing: only what it has issued itself is known."""

    version = 0

    def look(self, now: Instant) -> bool:
        """There is nothing."""
        return False

    def place(self, seq: Seq, here: Here) -> InHall | None:
        """Nothing."""
        return None

    def foretell(self, services: tuple[str, ...], priority: bool, here: Here) -> Prospect | None:
        """Nothing."""
        return None

    def carried(self, label: str, here: Here) -> list[Seq]:
        """None."""
        return []

    def others(self, label: str, here: Here) -> list[Other]:
        """None."""
        return []

    def gives_places(self, day: str | None) -> bool:
        """No."""
        return False

    def coming(self, code: str, here: Here) -> Coming | None:
        """Nobody."""
        return None


def standing(
    mine: TicketIssued,
    earlier: Iterable[TicketIssued],
    *,
    seq: Seq,
    issued: datetime,
    as_of: datetime,
    returned: bool,
    hall: InHall | None,
) -> Standing:
    """The ticket's place. `seq`: of its fact. `earlier`: the tickets of this kiosk issued before it on the same day."""
    before = sum(1 for each in earlier if each.day == mine.day and each.series == mine.series)
    plain = Standing(
        label=mine.label,
        day=mine.day,
        services=mine.services,
        issued=issued,
        as_of=as_of,
        taken_before=before,
        returned=returned,
        seq=seq,
    )
    return _with_hall(plain, hall)


def standing_of(other: Other, *, as_of: datetime, returned: bool) -> Standing:
    """The place of a ticket that another machine gave."""
    plain = Standing(
        label=other.label,
        day=other.day,
        services=other.services,
        issued=other.taken,
        as_of=as_of,
        taken_before=other.taken_before,
        returned=returned,
    )
    return _with_hall(plain, other.hall)


def _with_hall(plain: Standing, hall: InHall | None) -> Standing:
    if hall is None:
        return plain
    return replace(
        plain,
        stage=hall.stage,
        ahead=hall.ahead,
        minutes=hall.minutes,
        counters=hall.counters,
        passed=hall.passed,
        counter=hall.counter if hall.stage in (Stage.CALLED, Stage.SERVING) else None,
        carried_over=hall.carried_over,
        next_day=hall.next_day,
    )


def is_noted(back: UtcMs | None, hall: InHall | None) -> bool:
    """Whether "I'm back", said at `back`, still stands. It does not where the ticket was missed again since."""
    if back is None or hall is None:
        return back is not None
    if hall.stage in AWAY:
        return back >= hall.since_ms
    return hall.stage is Stage.WAITING
