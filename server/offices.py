"""The offices that relay to this server, and whose journal is whose (docs/exchange.md, "Relay").

An office is named by the first journal of its own that was paired here; what follows that journal, and every machine
that the office introduced, is of the same office. A journal of no office is one of this server's own machines.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.database import Db
from server.pairing import NO_LANE
from sync.chain import START
from sync.relaywire import Introduction
from sync.types import JournalId, Seq, UtcMs

ROLE = "office"


@dataclass(frozen=True, slots=True)
class Office:
    """An office as this centre knows it. `name` by language, empty before it introduced itself."""

    office: str
    name: Mapping[str, str]
    time_zone: str
    since_ms: UtcMs
    contact_ms: UtcMs | None


class Offices:
    """Reads and writes those tables. Within the ledger's transactions."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def of(self, journal_id: JournalId) -> str | None:
        """The office whose journal this is; None: it is this server's own machine's, or not known."""
        found = self._db.execute("SELECT office FROM journals WHERE journal_id = ?", (journal_id,)).fetchone()
        return found[0] if found else None

    def enter(self, journal_id: JournalId, before: JournalId | None, now_ms: UtcMs) -> str:
        """An office's own journal was paired here; `before`: the one that it follows or replaces. The office."""
        office = (self.of(before) if before is not None else None) or self.of(journal_id) or journal_id
        self._db.execute("UPDATE journals SET office = ? WHERE journal_id = ?", (office, journal_id))
        self._db.execute(
            "INSERT INTO offices (office, name, time_zone, since_ms) VALUES (?, '{}', '', ?) ON CONFLICT DO NOTHING",
            (office, now_ms),
        )
        return office

    def introduce(self, of: Introduction, relay: JournalId, office: str, now_ms: UtcMs) -> int:
        """Enter a journal that this office vouches for, or what it says anew of it; how far it is here."""
        self._db.execute(
            "UPDATE offices SET name = ?, time_zone = ?, contact_ms = ? WHERE office = ?",
            (json.dumps(dict(of.name), ensure_ascii=False, sort_keys=True), of.time_zone, now_ms, office),
        )
        self._db.execute(
            """INSERT INTO journals (journal_id, public_key, secret, role, place, lane, paired_ms, paired_by, chain,
                office, relayed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (journal_id) DO UPDATE SET role = excluded.role, place = excluded.place,
                lane = excluded.lane""",
            (
                of.journal_id,
                bytes.fromhex(of.public_key),
                bytes.fromhex(of.journal_secret),
                of.role,
                of.place,
                of.lane if of.lane is not None else NO_LANE,
                now_ms,
                b"",
                START.chain,
                office,
                relay,
            ),
        )
        query = "SELECT received FROM journals WHERE journal_id = ?"
        return int(self._db.execute(query, (of.journal_id,)).fetchone()[0])

    def heard(self, office: str, journal_id: JournalId, now_ms: UtcMs) -> None:
        """The office brought this journal, as far as there is more of it."""
        self._db.execute("UPDATE offices SET contact_ms = ? WHERE office = ?", (now_ms, office))
        self._db.execute("UPDATE journals SET contact_ms = ? WHERE journal_id = ?", (now_ms, journal_id))

    def keep_reached(self, journal_id: JournalId, received: Seq, safe: Seq) -> None:
        """How far one of this server's journals is at its own centre."""
        self._db.execute(
            """INSERT INTO relayed (journal_id, received, safe) VALUES (?, ?, ?)
            ON CONFLICT (journal_id) DO UPDATE SET received = excluded.received, safe = excluded.safe""",
            (journal_id, received, safe),
        )


def offices(db: Db) -> list[Office]:
    """Every office, in the order in which they came."""
    query = "SELECT office, name, time_zone, since_ms, contact_ms FROM offices ORDER BY since_ms, office"
    return [
        Office(office, json.loads(name), zone, UtcMs(since), contact)
        for office, name, zone, since, contact in db.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Kept:
    """An office with the journal that it writes now, how many machines it brought, and whether its permission was
    withdrawn."""

    office: Office
    journal_id: JournalId
    machines: int
    revoked: bool


def kept(db: Db) -> list[Kept]:
    """Every office that was paired, in the order in which they came."""
    query = """SELECT journal_id, revoked_ms IS NOT NULL,
            (SELECT count(*) FROM journals AS of
                WHERE of.office = journals.office AND of.role <> 'office' AND of.own = 0)
        FROM journals WHERE office = ? AND role = 'office' AND relayed_by IS NULL AND successor IS NULL
        ORDER BY revoked_ms IS NOT NULL, paired_ms DESC LIMIT 1"""
    found = []
    for each in offices(db):
        row = db.execute(query, (each.office,)).fetchone()
        if row is not None:
            found.append(Kept(each, JournalId(row[0]), row[2], bool(row[1])))
    return found


def zones_of(db: Db) -> dict[str, ZoneInfo]:
    """The time zone of each office that named one that is known here."""
    found = {}
    for each in offices(db):
        with suppress(ZoneInfoNotFoundError, ValueError):
            found[each.office] = ZoneInfo(each.time_zone)
    return found
