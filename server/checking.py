"""*Check my ticket*: from the 16 characters on a ticket to what became of it, read from the ledger alone."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from server.audit_reading import read_day
from server.database import Db
from server.errors import NoSuchDay
from server.places import days
from sync.audit_terms import Audit, Call
from sync.body import TicketName
from sync.chain import crockford_bytes
from sync.types import JournalId, Seq

CHARACTERS = 16
_BYTES = 10
_MORE_DAYS = 7
"""A ticket that is carried over and over is followed for so many days."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A ticket as the record has it. `place`: where its kiosk stands; `utc_ms`: when it was issued, None: not dated.

    `waits`: whether it ever came into the queue. `calls` in order, of all days: each is by the rule or by hand, with
    its counter. `violations`: codes of what the audit says of this ticket; empty: all in order.
    """

    name: TicketName
    label: str
    day: str
    place: str
    utc_ms: int | None
    services: tuple[str, ...]
    waits: bool
    status: str | None
    calls: tuple[Call, ...]
    violations: tuple[str, ...]

    @property
    def in_order(self) -> bool:
        """Whether every call of it was the one that the rule makes."""
        return not self.violations and all(call.conforming for call in self.calls)


ReadDay = Callable[[Db, str], Audit]


def check(db: Db, code: str, zone: ZoneInfo, read: ReadDay | None = None) -> Checked | None:
    """The ticket on which these characters are printed, in any case, with spaces or hyphens; None: there is none.

    `read` gives the audit of a day, for whoever has it already. It raises NoSuchDay.
    """
    first = _first_bytes(code)
    if first is None:
        return None
    query = """SELECT tickets.journal_id, tickets.seq, label, day, place, utc_ms, services FROM tickets
        JOIN journals USING (journal_id) JOIN facts ON facts.journal_id = tickets.journal_id AND facts.seq = tickets.seq
        WHERE tickets.chain BETWEEN ? AND ? AND facts.chain = tickets.chain LIMIT 1"""
    low, high = first + bytes(32 - _BYTES), first + b"\xff" * (32 - _BYTES)
    found = db.execute(query, (low, high)).fetchone()
    if found is None:
        return None
    journal_id, seq, label, day, place, utc_ms, services = found
    name = TicketName(JournalId(journal_id), Seq(seq))
    way = read or (lambda db, day: read_day(db, day, zone, alone=True).audit)
    status, calls, violations = _way(db, name, label, day, way)
    return Checked(
        name, label, day, place, utc_ms, tuple(json.loads(services)), status is not None, status, calls, violations
    )


def whose(db: Db, code: str) -> str | None:
    """The office that relays to this server and gave the ticket on which these characters are printed; None: none did.

    For a connection that sees the whole ledger.
    """
    first = _first_bytes(code)
    if first is None:
        return None
    query = """SELECT office FROM tickets JOIN journals USING (journal_id)
        WHERE tickets.chain BETWEEN ? AND ? AND office IS NOT NULL ORDER BY tickets.journal_id, tickets.seq LIMIT 1"""
    found = db.execute(query, (first + bytes(32 - _BYTES), first + b"\xff" * (32 - _BYTES))).fetchone()
    return found[0] if found is not None else None


def _way(
    db: Db, name: TicketName, label: str, day: str, read: ReadDay
) -> tuple[str | None, tuple[Call, ...], tuple[str, ...]]:
    """What became of it from its own day on: its last status (None: it never waited), calls, violations."""
    later = [place.day for place in days(db) if place.day >= day][:_MORE_DAYS]
    status: str | None = None
    calls: list[Call] = []
    violations: list[str] = []
    for each in dict.fromkeys([day, *later]):
        try:
            audit = read(db, each)
        except NoSuchDay:
            break
        journey = audit.journey(name)
        violations += [said.what.value for said in audit.violations if said.values.get("ticket") == label]
        if journey is None:
            break
        status = journey.status
        calls += journey.calls
        if status != "carried":
            break
    return status, tuple(calls), tuple(violations)


def _first_bytes(code: str) -> bytes | None:
    clean = "".join(code.split()).replace("-", "")
    if len(clean) != CHARACTERS:
        return None
    try:
        return crockford_bytes(clean)
    except ValueError:
        return None
