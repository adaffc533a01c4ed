"""The offices that relay to this server, and whose journal is whose (docs/exchange.md, "Relay").

An office is named by the first journal of its own that was paired here; what follows that journal, and every machine
that the office introduced, is of the same office. A journal of no office is one of this server's own machines.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.database import Db
from server.listing import A_PAGE, Asked
from server.pairing import NO_LANE
from sync.chain import START
from sync.relaywire import Introduction
from sync.types import JournalId, Seq, UtcMs
from translations import LANGUAGES

ROLE = "office"
_CAME = "since_ms, offices.office"
_OFFICES = "UPDATE offices SET contact_ms = ? WHERE office IN ({})"
_JOURNALS = "UPDATE journals SET contact_ms = ? WHERE journal_id IN ({})"


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

    def heard_all(self, brought: Iterable[tuple[str, JournalId]], now_ms: UtcMs) -> None:
        """These offices brought these journals, as far as there is more of them."""
        pairs = list(brought)
        for query, names in ((_OFFICES, {office for office, _ in pairs}), (_JOURNALS, {name for _, name in pairs})):
            if names:
                marks = ", ".join("?" * len(names))
                self._db.execute(query.format(marks), (now_ms, *sorted(names)))

    def keep_reached(self, journal_id: JournalId, received: Seq, safe: Seq) -> None:
        """How far one of this server's journals is at its own centre."""
        self._db.execute(
            """INSERT INTO relayed (journal_id, received, safe) VALUES (?, ?, ?)
            ON CONFLICT (journal_id) DO UPDATE SET received = excluded.received, safe = excluded.safe""",
            (journal_id, received, safe),
        )


def offices(db: Db) -> list[Office]:
    """Every office, in the order in which they came."""
    query = f"SELECT office, name, time_zone, since_ms, contact_ms FROM offices ORDER BY {_CAME}"
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


_KEPT = f"""SELECT offices.office, name, time_zone, since_ms, offices.contact_ms, now.journal_id,
        now.revoked_ms IS NOT NULL, (SELECT count(*) FROM journals AS of
            WHERE of.office = offices.office AND of.role <> 'office' AND of.own = 0)
    FROM offices JOIN journals AS now ON now.journal_id = (SELECT journal_id FROM journals
        WHERE journals.office = offices.office AND role = 'office' AND relayed_by IS NULL AND successor IS NULL
        ORDER BY revoked_ms IS NOT NULL, paired_ms DESC, journal_id LIMIT 1)
    WHERE {{condition}} ORDER BY {_CAME} LIMIT ? OFFSET ?"""


def kept(db: Db, asked: Asked | None = None) -> list[Kept]:
    """Every office that was paired, in the order in which they came; `asked`: a page of them, and one more where others
    follow."""
    if asked is None:
        return _kept(db, "1 = 1", (), 10**9, 0)
    condition, values = called(asked.words)
    return _kept(db, condition, values, A_PAGE + 1, asked.first)


def kept_one(db: Db, office: str) -> Kept | None:
    """This office; None: it was never paired."""
    return next(iter(_kept(db, "offices.office = ?", (office,), 1, 0)), None)


def _kept(db: Db, condition: str, values: Sequence[str], most: int, first: int) -> list[Kept]:
    rows = db.execute(_KEPT.format(condition=condition), (*values, most, first))
    return [
        Kept(Office(office, json.loads(name), zone, UtcMs(since), contact), JournalId(journal), machines, bool(revoked))
        for office, name, zone, since, contact, journal, revoked, machines in rows
    ]


def contacts(db: Db) -> dict[str, int | None]:
    """When each office that has permission was last heard of (None: never)."""
    query = """SELECT office, contact_ms FROM offices WHERE EXISTS (SELECT 1 FROM journals
        WHERE journals.office = offices.office AND role = 'office' AND relayed_by IS NULL AND successor IS NULL
            AND revoked_ms IS NULL)"""
    return dict(db.execute(query))


def in_order(db: Db, words: str = "") -> list[str]:
    """The ids of all offices in the order in which they came; `words`: of those whose name has that in it."""
    condition, values = called(words)
    return [
        office for (office,) in db.execute(f"SELECT office FROM offices WHERE {condition} ORDER BY {_CAME}", values)
    ]


def names_of(db: Db, offices: Iterable[str]) -> dict[str, dict[str, str]]:
    """What these offices are called, by language."""
    wanted = list(offices)
    query = f"SELECT office, name FROM offices WHERE office IN ({', '.join('?' for _ in wanted)})"
    return {office: json.loads(name) for office, name in db.execute(query, wanted)} if wanted else {}


def called(words: str) -> tuple[str, list[str]]:
    """(SQL for the offices whose name in some language has this in it, its values)."""
    if not words:
        return "1 = 1", []
    escaped = words.lower().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    told = (f"lower(json_extract(name, '$.{each}')) LIKE ? ESCAPE '\\'" for each in LANGUAGES)
    return f"({' OR '.join(told)})", [f"%{escaped}%"] * len(LANGUAGES)


def zones_of(db: Db) -> dict[str, ZoneInfo]:
    """The time zone of each office that named one that is known here."""
    found = {}
    for office, name in db.execute("SELECT office, time_zone FROM offices"):
        with suppress(ZoneInfoNotFoundError, ValueError):
            found[office] = ZoneInfo(name)
    return found
