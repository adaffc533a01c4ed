"""What an audit needs, read from the ledger by a connection that cannot write: a day's rows, the kiosks' side of it."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from server.errors import NoSuchDay
from server.lost import Lost
from server.standing import before_of
from server.takeup import merged
from sync.audit import Section, replay
from sync.audit_kiosk import taken
from sync.audit_terms import Audit, Before, Kiosks, Taken
from sync.body import TicketName
from sync.cameras import Cameras
from sync.chain import Position
from sync.clock import DAY_BOUNDARY_HOUR
from sync.codec import Fact, parse
from sync.errors import NotUnderstood
from sync.facts import Body, understand
from sync.facts_office import CameraChecked, CamerasSet, ComplaintNoted, CountersSet, StaffSkilled
from sync.facts_restated import RECORD
from sync.live import Live
from sync.types import Chain, JournalId, Seq

_ASIDE: tuple[type[Body], ...] = (StaffSkilled, CamerasSet, CameraChecked, ComplaintNoted)
"""Facts of the office that hold from one day into the next."""
_KIOSK_KINDS = ("ticket.issued", "ticket.priority", "clock.anchored")
BEHIND = 20
"""A ticket's further facts lie so near behind it in its kiosk's journal."""


@dataclass(frozen=True, slots=True)
class DayAudit:
    """The audit of one day with what stands beside it. `end`: the position of the day's last fact."""

    audit: Audit
    journal: JournalId
    key: str
    end: Position
    cameras: Cameras
    complaints: Mapping[TicketName, tuple[ComplaintNoted, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a day lies in the office's journal: its first seq, and the first behind it (None: it is the last day)."""

    journal: JournalId
    key: str
    day: str
    first: Seq
    end: Seq | None


def days(db: sqlite3.Connection) -> list[Place]:
    """Every office day in the office's own journals, in order."""
    query = """SELECT journal_id, lower(hex(public_key)), day, seq FROM days JOIN journals USING (journal_id)
        WHERE own > 0 ORDER BY own, seq"""
    found = [Place(JournalId(row[0]), row[1], row[2], Seq(row[3]), None) for row in db.execute(query)]
    return [
        replace(place, end=following.first) if following and following.journal == place.journal else place
        for place, following in zip_longest(found, found[1:])
    ]


def place_of(db: sqlite3.Connection, day: str) -> tuple[Place, Place | None]:
    """Where this day is, and the one before it (of an office that began a new journal: in another one). Where a day was
    opened more than once, the last time counts, and the audit says so. Raises NoSuchDay."""
    all_days = days(db)
    at = next((n for n in range(len(all_days) - 1, -1, -1) if all_days[n].day == day), None)
    if at is None:
        told = f"The last day on record is {all_days[-1].day}." if all_days else "No day was opened here yet."
        raise NoSuchDay(f"the office has no day {day}", hint=told)
    here = all_days[at]
    return here, all_days[at - 1] if at else None


def read_day(db: sqlite3.Connection, day: str, zone: ZoneInfo, *, alone: bool = False) -> DayAudit:
    """The audit of this day, all in one snapshot. `alone`: quickly, without the day before, and without skills, cameras
    and complaints, which are looked for in the whole journal. Raises NoSuchDay."""
    db.execute("BEGIN")
    try:
        here, before = place_of(db, day)
        standing = _Standing(() if alone else _aside(db, here.journal))
        known = Before(skills=standing.skills(here.first), day=before.day if before is not None else None)
        if before is not None and before.journal == here.journal and not alone:
            known = replace(replay(_section(db, before), known).after, skills=known.skills)
        section = _section(db, here)
        if not alone:
            again = section.facts[0].body.get("by") == RECORD
            known = replace(known, record=_record(db, here) if again else Live())
        audit = replay(section, known, kiosks_of(db, day), day_bounds(day, zone))
        cameras = standing.cameras(section.facts, audit.last)
        return DayAudit(audit, here.journal, here.key, _position(db, here.journal, audit.last), cameras,
                        standing.complaints())  # fmt: skip
    finally:
        db.execute("ROLLBACK")


def _record(db: sqlite3.Connection, here: Place) -> Live:
    """The queue that this day was taken up with, by the record of the journals before and what came back of them."""
    lost = Lost(db)
    if lost.predecessor(here.journal) is None:
        return Live()
    before = before_of(lost, here.journal)
    return merged(before, lost.facts(here.journal, int(here.first)), before.day)


def day_bounds(day: str, zone: ZoneInfo) -> tuple[int, int]:
    """From when to when this office day lasts, UTC ms."""
    begin = date.fromisoformat(day)
    ends = [begin, begin + timedelta(days=1)]
    first, last = (datetime(each.year, each.month, each.day, DAY_BOUNDARY_HOUR, tzinfo=zone) for each in ends)
    return int(first.timestamp() * 1000), int(last.timestamp() * 1000)


def kiosks_of(db: sqlite3.Connection, day: str) -> Kiosks:
    """The kiosks' side of this day, from their own rows."""
    journals = frozenset(JournalId(row[0]) for row in db.execute("SELECT journal_id FROM journals"))
    query = "SELECT journal_id, min(seq), max(seq) FROM tickets WHERE day = ? GROUP BY journal_id"
    found: dict[TicketName, Taken] = {}
    for journal_id, first, last in db.execute(query, (day,)).fetchall():
        facts = _kiosk_facts(db, journal_id, first, last)
        found.update((each.name, each) for each in taken(JournalId(journal_id), facts) if each.day == day)
    return Kiosks(found, journals)


def _kiosk_facts(db: sqlite3.Connection, journal_id: str, first: int, last: int) -> list[Fact]:
    query = """SELECT row FROM facts WHERE journal_id = :journal AND (seq BETWEEN :first AND :last
            OR seq IN (SELECT seq FROM anchors WHERE journal_id = :journal AND boot_id IN (
                SELECT boot_id FROM tickets WHERE journal_id = :journal AND seq BETWEEN :first AND :last)))
        ORDER BY seq"""
    values = {"journal": journal_id, "first": first, "last": last + BEHIND}
    facts = (parse(row) for (row,) in db.execute(query, values))
    return [fact for fact in facts if fact.kind in _KIOSK_KINDS]


def _section(db: sqlite3.Connection, place: Place) -> Section:
    query = "SELECT row FROM facts WHERE journal_id = ? AND seq >= ? AND seq < ? ORDER BY seq"
    end = place.end if place.end is not None else Seq(2**53)
    facts = tuple(parse(row) for (row,) in db.execute(query, (place.journal, place.first, end)))
    return Section(place.day, facts, place.end is not None)


def _position(db: sqlite3.Connection, journal: JournalId, seq: Seq) -> Position:
    (chain,) = db.execute("SELECT chain FROM facts WHERE journal_id = ? AND seq = ?", (journal, seq)).fetchone()
    return Position(seq, Chain(chain))


def _aside(db: sqlite3.Connection, journal: JournalId) -> Iterator[tuple[Seq, Body]]:
    """The facts of these kinds in the whole journal, in order; what is not understood is passed over."""
    query = "SELECT row FROM standing JOIN facts USING (journal_id, seq) WHERE journal_id = ? ORDER BY seq"
    for (row,) in db.execute(query, (journal,)):
        fact = parse(row)
        try:
            body = understand(fact)
        except NotUnderstood:
            continue
        if isinstance(body, _ASIDE):
            yield fact.seq, body


class _Standing:
    """What stands beside the days."""

    def __init__(self, aside: Iterable[tuple[Seq, Body]]) -> None:
        self._facts = list(aside)

    def skills(self, before: Seq) -> dict[str, tuple[str, ...]]:
        """What people were trained for at this fact."""
        return {
            body.staff: body.services for seq, body in self._facts if isinstance(body, StaffSkilled) and seq < before
        }

    def cameras(self, facts: Iterable[Fact], last: Seq) -> Cameras:
        """The cameras as they were set by the end of the day, with every check of their clocks, later ones too."""
        sets = [body for seq, body in self._facts if isinstance(body, CamerasSet) and seq <= last]
        setups = {each.camera: each for each in sets[-1].cameras} if sets else {}
        counters = [body for fact in facts if fact.kind == CountersSet.kind and (body := _or_none(fact)) is not None]
        seen = {each.counter: each for body in counters if isinstance(body, CountersSet) for each in body.counters}
        checks = tuple(body for _, body in self._facts if isinstance(body, CameraChecked))
        return Cameras(seen, setups, checks)

    def complaints(self) -> dict[TicketName, tuple[ComplaintNoted, ...]]:
        """The complaints by ticket, whenever they came."""
        found: dict[TicketName, tuple[ComplaintNoted, ...]] = {}
        for _, body in self._facts:
            if isinstance(body, ComplaintNoted):
                found[body.ticket] = (*found.get(body.ticket, ()), body)
        return found


def _or_none(fact: Fact) -> Body | None:
    try:
        return understand(fact)
    except NotUnderstood:
        return None
