"""Audits of days as pages ask for them: each is made once for what it is made from.

A long day takes seconds: it is replayed in the thread that reads for the proof, never in the one that serves pages. A
day that still runs is told as it stood a moment ago, with that moment; what is noted beside it is told at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from server.audit_reading import DayAudit, read_day
from server.database import Db
from server.places import Place, days, places_of
from sync.types import UtcMs

KEPT = 12
"""So many days are kept; whoever looks at patterns looks at ten."""
STANDS_MS = 20_000
"""An audit of the running day stands for so long, however many ask."""
BEHIND = 20
"""A ticket's further facts lie so near behind it in its kiosk's journal."""


@dataclass(frozen=True, slots=True)
class Told:
    """An audit as it stood at `at_ms`."""

    found: DayAudit
    at_ms: UtcMs


class Audits:
    """The audits of one office, for one thread. `read` is a parameter for tests that count."""

    def __init__(
        self,
        zone: ZoneInfo,
        now: Callable[[], UtcMs],
        read: Callable[[Db, str, ZoneInfo], DayAudit] = read_day,
    ) -> None:
        self._zone, self._now, self._read = zone, now, read
        self._known: dict[str, tuple[tuple[Any, ...], Told]] = {}

    def day(self, db: Db, day: str) -> Told:
        """The audit of this day. Raises NoSuchDay."""
        here = places_of(days(db), day)[0][-1]
        version, now_ms = made_from(db, here), self._now()
        known = self._known.pop(day, None)
        if known is not None:
            stands = here.end is None and 0 <= now_ms - known[1].at_ms < STANDS_MS
            if known[0] == version or (stands and (known[0][0], known[0][2]) == (version[0], version[2])):
                fresh = Told(known[1].found, now_ms) if known[0] == version else known[1]
                self._known[day] = known[0], fresh
                return fresh
        told = Told(self._read(db, day, self._zone), now_ms)
        self._known[day] = version, told
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return told


def made_from(db: Db, here: Place) -> tuple[Any, ...]:
    """What an audit of this day is made from: another value, another audit. The first is where the day
    is, the third what is noted beside the days."""
    of_day = """SELECT tickets.journal_id, count(*), sum(slack_ms), max(tickets.seq), received
        FROM tickets JOIN journals USING (journal_id) WHERE day = ? GROUP BY tickets.journal_id, received ORDER BY 1"""
    (standing,) = db.execute("SELECT max(seq) FROM standing WHERE journal_id = ?", (here.journal,)).fetchone()
    (journals,) = db.execute("SELECT count(*) FROM journals").fetchone()
    reached = db.execute("SELECT received FROM journals WHERE journal_id = ?", (here.journal,)).fetchone()
    end = here.end if here.end is not None else reached and reached[0]
    came_back = """SELECT count(*), sum(top_seq), sum(wanted_seq), sum(known_seq),
        (SELECT count(*) FROM lost) FROM losses"""
    lost = tuple(db.execute(came_back).fetchone())
    tickets = [
        (name, count, slack, min(last + BEHIND, received))
        for name, count, slack, last, received in db.execute(of_day, (here.day,))
    ]
    return here, end, standing, journals, lost, *tickets
