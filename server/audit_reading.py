"""What an audit needs, read from the ledger by a connection that cannot write: a day's rows, the kiosks' side of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from server.database import Db
from server.lost import LAST, Lost, LostUpTo
from server.places import Branch, Place, believed, branches, days, facts, gaps, places_of, position
from server.standing import before_of
from server.takeup import merged, restating
from sync.audit import Gap, Part, Section, replay_parts
from sync.audit_kiosk import taken
from sync.audit_terms import Audit, Before, Kiosks, Taken
from sync.body import TicketName
from sync.cameras import Cameras
from sync.chain import Position
from sync.clock import day_begins
from sync.codec import Fact, parse
from sync.facts import Body, understood
from sync.facts_office import CameraChecked, CamerasSet, ComplaintNoted, CountersSet, StaffSkilled
from sync.facts_online import OnlineAdopted
from sync.facts_restated import RECORD, RESTATED, RecordWaived, TicketRestated
from sync.live import Live
from sync.types import JournalId, Seq, UtcMs

_At = tuple[int, Seq]
"""A place in the record: the number of the branch, and the seq."""
_ASIDE: tuple[type[Body], ...] = (StaffSkilled, CamerasSet, CameraChecked, ComplaintNoted)
"""Facts of the office that hold from one day into the next."""
_KIOSK_KINDS = ("ticket.issued", "ticket.priority", "clock.anchored")
BEHIND = 20
"""A ticket's further facts lie so near behind it in its kiosk's journal."""


@dataclass(frozen=True, slots=True)
class Told:
    """A part of a day that lies in several: facts `first` to `last` of this journal. `vouched`: up to which fact of the
    office's signature vouches for them, by the key, where they come `back` from a device (which stands at `place`).
    `aside`: written on the copy instead of what was lost."""

    journal: JournalId
    first: Seq
    last: Seq
    aside: bool = False
    back: tuple[Seq, Seq] | None = None
    vouched: Seq | None = None
    key: str = ""
    place: str | None = None


@dataclass(frozen=True, slots=True)
class DayAudit:
    """The audit of one day with what stands beside it. `end`: the position of the day's last fact.

    Where the office was restored from a copy on that day: `parts` in order, `restored` (when it was found out, UTC ms)
    and `gaps`, of which nobody knows what was done; `waived`: when a supervisor had the office go on without.
    """

    audit: Audit
    journal: JournalId
    key: str
    end: Position
    cameras: Cameras
    complaints: Mapping[TicketName, tuple[ComplaintNoted, ...]]
    parts: tuple[Told, ...] = ()
    restored: tuple[UtcMs, ...] = ()
    gaps: tuple[Gap, ...] = ()
    waived: tuple[UtcMs, ...] = ()
    places: bool = False
    """Whether places from phones were given on it."""


def read_day(db: Db, day: str, zone: ZoneInfo, *, alone: bool = False) -> DayAudit:
    """The audit of this day, all in one snapshot. `alone`: quickly, without the day before, and without skills, cameras
    and complaints, which are looked for in the whole journal. Raises NoSuchDay."""
    db.execute("BEGIN")
    try:
        missing, bounds, lines = gaps(db), day_bounds(day, zone), branches(db)
        all_days = believed(days(db), missing)
        here, before = places_of(all_days, day)
        standing = _Standing(() if alone else _aside(db, lines))
        begin, end = (_number(lines, each) for each in (here[0], here[-1]))
        first = Before(skills=standing.skills((begin, here[0].since)), day=before.day if before is not None else None)
        if before is not None and before.branch == here[0].branch and not alone:
            until = all_days.index(before) + 1
            earlier, _ = places_of(all_days[:until], before.day)
            first = replace(replay_parts(_parts(db, earlier, first, alone=alone)).after, skills=first.skills)
        parts = _parts(db, here, first, alone=alone)
        lost = [each for each in missing if overlaps(each, bounds)]
        audit = replay_parts(parts, kiosks_of(db, day, lines), bounds, lost)
        audit = replace(audit, whole=audit.whole or any(each.day > day for each in all_days))
        seen = [fact for part in parts for fact in part.section.facts]
        waived = tuple(body.now_ms for fact in seen if isinstance(body := _waived(fact), RecordWaived))
        cameras = standing.cameras(seen, (end, audit.last))
        last = next((each for each in reversed(here) if not each.aside), here[-1])
        restored = _restored(db, bounds)
        told = tuple(_told(db, each, part) for each, part in zip(here, parts, strict=True))
        plain = len(told) == 1 and not restored and told[0].back is None
        return DayAudit(
            audit, last.journal, last.key, position(db, last.branch, audit.last), cameras, standing.complaints(),
            () if plain else told, restored, tuple(lost), waived,
            any(fact.kind == OnlineAdopted.kind for fact in seen),
        )  # fmt: skip
    finally:
        db.execute("ROLLBACK")


def _number(lines: Sequence[Branch], place: Place) -> int:
    """Which of these branches it lies in."""
    return next(n for n, each in enumerate(lines) if (each.journal, each.aside) == (place.journal, place.branch.aside))


def _parts(db: Db, here: Sequence[Place], before: Before, *, alone: bool) -> list[Part]:
    """The day's parts, each with what has to be known before it. What follows a part that is not the last is no end."""
    found, lost = list[Part](), Lost(db)
    for number, place in enumerate(here):
        last = number == len(here) - 1
        of_day = tuple(facts(db, _whole(place.branch), place.first, place.until))
        section = Section(place.day, of_day, last and place.end is not None)
        again = section.facts[0].body.get("by") == RECORD
        link = lost.predecessor(place.journal)
        proven = place.branch.cut == 1 or (link is not None and lost.is_named(link.journal_id))
        opened_twice = not place.branch.aside and not proven
        known = Before(skills=before.skills, day=place.day if opened_twice else None) if number else before
        if not alone:
            known = replace(known, record=_record(db, place, section) if again else Live())
        since = place.since if place.branch.aside else Seq(0)
        found.append(Part(section, known, since, place.aside, back=place.branch.top > 0))
    return found


def _whole(branch: Branch) -> Branch:
    """What was written aside goes on from the facts of the copy."""
    return replace(branch, cut=None) if branch.aside else branch


def _record(db: Db, place: Place, section: Section) -> Live | None:
    """The queue that this part was taken up with, by the record of the journals before and what came back of them.

    What was taken up later again was taken up before all of that was here: it may be what the office knew then.
    """
    lost = Lost(db)
    link = lost.predecessor(place.journal)
    if link is None:
        return None if place.branch.cut == 1 else Live()
    tops = _tops(db, link.journal_id) if place.aside else []
    known = [lost, *(LostUpTo(db, link.journal_id, top) for top in tops), *([LostUpTo(db)] if tops else [])]
    records = []
    for each in known:
        before = before_of(each, place.journal)
        records.append(merged(before, facts(db, _whole(place.branch), 1, place.first), before.day))
    said = [body for fact in section.facts if isinstance(body := understood(fact), RESTATED)]
    return next((each for each in records if _restates(each, said)), records[0])


def _restates(record: Live, said: Sequence[Body]) -> bool:
    """Whether these facts restate this queue."""
    whole = [_bare(body) for body in restating(record, UtcMs(0)) if isinstance(body, RESTATED)]
    return whole == [_bare(body) for body in said]


def _bare(body: Body) -> Body:
    """Without what is not of the queue: when it was said, and the code, which is masked anew in every journal."""
    if isinstance(body, TicketRestated):
        return replace(body, now_ms=UtcMs(0), code=None, came_ms=None)
    return replace(body, now_ms=UtcMs(0)) if isinstance(body, RESTATED) else body


def _tops(db: Db, journal: JournalId) -> list[Seq | None]:
    """How far the lost part may have been back at a time: not at all, or up to a head that a device showed."""
    query = "SELECT DISTINCT seq FROM forks JOIN lost USING (journal_id, seq, chain) WHERE journal_id = ? ORDER BY seq"
    return [None, *(Seq(seq) for (seq,) in db.execute(query, (journal,)))]


def _restored(db: Db, bounds: tuple[int, int]) -> tuple[UtcMs, ...]:
    """When it was found out that the office had been restored, within these bounds."""
    query = "SELECT at_ms FROM losses WHERE at_ms >= ? AND at_ms < ? ORDER BY at_ms"
    return tuple(UtcMs(row[0]) for row in db.execute(query, bounds))


def overlaps(gap: Gap, bounds: tuple[int, int]) -> bool:
    """Whether something of the day with these bounds is missing."""
    return gap.to_ms >= bounds[0] and (gap.from_ms if gap.from_ms is not None else gap.to_ms) < bounds[1]


def _told(db: Db, place: Place, part: Part) -> Told:
    first, last, branch = Seq(max(place.first, place.since)), part.section.facts[-1].seq, place.branch
    told = Told(place.journal, first, last, place.aside)
    vouched = Lost(db).vouched(place.journal)
    if not branch.top or branch.cut is None or last < branch.cut or vouched is None:
        return told
    back = Seq(max(first, branch.cut)), last
    return replace(told, back=back, vouched=vouched[0].seq, key=place.key, place=vouched[1])


def day_bounds(day: str, zone: ZoneInfo) -> tuple[int, int]:
    """From when to when this office day lasts, UTC ms."""
    begin = date.fromisoformat(day)
    return day_begins(begin, zone), day_begins(begin + timedelta(days=1), zone)


def kiosks_of(db: Db, day: str, lines: Sequence[Branch] = ()) -> Kiosks:
    """The kiosks' side of this day, from their own rows; of the numbers that staff gave, also from what came back."""
    reached = {JournalId(name): Seq(seq) for name, seq in db.execute("SELECT journal_id, received FROM journals")}
    query = "SELECT journal_id, min(seq), max(seq) FROM tickets WHERE day = ? GROUP BY journal_id"
    found: dict[TicketName, Taken] = {}
    for journal_id, first, last in db.execute(query, (day,)).fetchall():
        issued = _kiosk_facts(db, journal_id, first, last)
        found.update((each.name, each) for each in taken(JournalId(journal_id), issued) if each.day == day)
    for branch in lines:
        if branch.top and branch.cut is not None:
            back = (fact for fact in facts(db, branch, branch.cut) if fact.kind in _KIOSK_KINDS)
            found.update((each.name, each) for each in taken(branch.journal, back) if each.day == day)
    return Kiosks(found, frozenset(reached), reached)


def _kiosk_facts(db: Db, journal_id: str, first: int, last: int) -> list[Fact]:
    query = """SELECT row FROM facts WHERE journal_id = :journal AND (seq BETWEEN :first AND :last
            OR seq IN (SELECT seq FROM anchors WHERE journal_id = :journal AND boot_id IN (
                SELECT boot_id FROM tickets WHERE journal_id = :journal AND seq BETWEEN :first AND :last)))
        ORDER BY seq"""
    values = {"journal": journal_id, "first": first, "last": last + BEHIND}
    facts = (parse(row) for (row,) in db.execute(query, values))
    return [fact for fact in facts if fact.kind in _KIOSK_KINDS]


def _aside(db: Db, of: Sequence[Branch]) -> Iterator[tuple[_At, Body]]:
    """The facts of these kinds in these branches, in order; what is not understood is passed over."""
    kinds = tuple(each.kind for each in _ASIDE)
    marks = ", ".join("?" for _ in kinds)
    for number, branch in enumerate(of):
        inside = ">=" if branch.aside else "<"
        query = f"""SELECT row FROM facts JOIN standing USING (journal_id, seq)
            WHERE journal_id = ? AND seq {inside} ? ORDER BY seq"""
        found = db.execute(query, (branch.journal, branch.cut if branch.cut is not None else LAST)).fetchall()
        back = f"""SELECT row FROM lost WHERE journal_id = ? AND seq <= ?
            AND json_extract(CAST(row AS TEXT), '$[1]') IN ({marks}) ORDER BY seq"""
        found += db.execute(back, (branch.journal, branch.top, *kinds)).fetchall() if branch.top else []
        for (row,) in found:
            fact = parse(row)
            body = understood(fact)
            if isinstance(body, _ASIDE):
                yield (number, fact.seq), body


class _Standing:
    """What stands beside the days."""

    def __init__(self, aside: Iterable[tuple[_At, Body]]) -> None:
        self._facts = list(aside)

    def skills(self, before: _At) -> dict[str, tuple[str, ...]]:
        """What people were trained for at this fact."""
        return {body.staff: body.services for at, body in self._facts if isinstance(body, StaffSkilled) and at < before}

    def cameras(self, facts: Iterable[Fact], last: _At) -> Cameras:
        """The cameras as they were set by the end of the day, with every check of their clocks, later ones too."""
        sets = [body for at, body in self._facts if isinstance(body, CamerasSet) and at <= last]
        setups = {each.camera: each for each in sets[-1].cameras} if sets else {}
        counters = [body for fact in facts if fact.kind == CountersSet.kind and (body := understood(fact)) is not None]
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


def _waived(fact: Fact) -> Body | None:
    return understood(fact) if fact.kind == RecordWaived.kind else None
