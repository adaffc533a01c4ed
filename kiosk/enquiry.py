"""*My ticket*: what a citizen who knows a number and its code may learn of it. Pure.

The four digits keep a neighbour from looking up every number in the hall; so that they cannot be guessed, wrong ones
are counted. What the hall knows (who was called, which counters work) comes from the office, where it tells.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from kiosk.screen_types import Passed, Standing
from sync.facts import TicketIssued
from sync.types import BootMs, Seq

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
class InHall:
    """What the office tells of a waiting ticket. See kiosk.screen_types.Standing."""

    ahead: int
    counters: tuple[int, ...]
    passed: tuple[Passed, ...] = ()
    called_to: int | None = None


class Hall(Protocol):
    """What the office tells this kiosk of the hall; None: nothing of this ticket."""

    def look_up(self, day: str, label: str) -> InHall | None: ...


class NoHall:
    """A kiosk whose office tells it nothing: only what it has issued itself is known."""

    def look_up(self, day: str, label: str) -> InHall | None:
        """Nothing."""
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
    return Standing(
        label=mine.label,
        day=mine.day,
        services=mine.services,
        issued=issued,
        as_of=as_of,
        taken_before=before,
        ahead=hall.ahead if hall else None,
        counters=hall.counters if hall else None,
        passed=hall.passed if hall else None,
        called_to=hall.called_to if hall else None,
        returned=returned,
        seq=seq,
    )
