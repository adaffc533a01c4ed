"""Where the office days lie: in the office's own journals, and in what came back of them. It only reads.

Mostly a day lies in one journal. An office that was restored from a copy has more: the copy's journal, whose end the
devices gave back; what was written on the copy instead of it, aside; and the new journal (docs/exchange.md, "Lost").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from server.database import Db
from server.errors import NoSuchDay
from server.lost import LAST, Lost
from sync.audit_parts import Gap
from sync.chain import Position
from sync.codec import Fact, parse
from sync.facts_restated import RECORD
from sync.types import Chain, JournalId, Seq, UtcMs

_QUEUE = ("ticket.", "counter.", "service.")


@dataclass(frozen=True, slots=True)
class Branch:
    """A history of one journal. Up to `cut` (not with it; None: for ever) its facts; from there on up to `top` what
    came back of it (`top` 0: nothing). `aside`: not that, but the facts from `cut` on."""

    journal: JournalId
    key: str
    cut: Seq | None = None
    top: Seq = Seq(0)  # noqa: RUF009 - a number
    aside: bool = False

    def without_what_came_back(self) -> "Branch":
        """The facts alone."""
        return Branch(self.journal, self.key, self.cut)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a day, or a part of it, lies: its first seq, and the first behind it (None: nothing follows in this
    branch). `since`: what is told begins here; before it, another part tells it. `aside`: written while the record
    before was not all here, and taken up again since."""

    branch: Branch
    day: str
    first: Seq
    end: Seq | None
    since: Seq
    aside: bool = False

    @property
    def journal(self) -> JournalId:
        """The journal that it lies in."""
        return self.branch.journal

    @property
    def key(self) -> str:
        """The public key of that journal, hex."""
        return self.branch.key

    @property
    def until(self) -> Seq:
        """The first seq behind it, or one that no journal reaches."""
        return self.end if self.end is not None else Seq(LAST)


def branches(db: Db) -> list[Branch]:
    """The histories of the office's own journals, in the order of time."""
    query = "SELECT journal_id, lower(hex(public_key)) FROM journals WHERE own > 0 ORDER BY own"
    own = [Branch(JournalId(name), key) for name, key in db.execute(query)]
    if db.execute("SELECT 1 FROM losses LIMIT 1").fetchone() is None:
        return own
    lost, found = Lost(db), list[Branch]()
    for number, branch in enumerate(own):
        unknown = _unknown_before(lost, branch, {each.journal for each in own})
        if number:
            found += [*unknown, *_aside(lost, own[number - 1], cut_short=bool(unknown))]
        cut = lost.came_back_from(branch.journal)
        later = number + 1 < len(own) and _unknown_before(lost, own[number + 1], {each.journal for each in own})
        if cut is not None:
            found.append(Branch(branch.journal, branch.key, cut, lost.top(branch.journal)))
        elif later:
            found.append(Branch(branch.journal, branch.key, lost.last_start(branch.journal)))
        else:
            found.append(branch)
    return found


def _unknown_before(lost: Lost, branch: Branch, own: set[JournalId]) -> list[Branch]:
    """The journals before this one of which nothing is here but what came back, the first one first."""
    found, link = list[Branch](), lost.predecessor(branch.journal)
    while link is not None and link.journal_id not in own and lost.came_back(link.journal_id):
        found.insert(0, Branch(link.journal_id, branch.key, Seq(1), lost.top(link.journal_id)))
        link = lost.before_it(link.journal_id)
    return found


def _aside(lost: Lost, branch: Branch, *, cut_short: bool) -> list[Branch]:
    cut = lost.came_back_from(branch.journal)
    if cut is None and cut_short:
        cut = lost.last_start(branch.journal)
    return [] if cut is None else [Branch(branch.journal, branch.key, cut, aside=True)]


def rows(db: Db, branch: Branch, first: int, end: int = LAST) -> Iterator[tuple[int, bytes, bytes]]:
    """(seq, row, chain) of this branch from `first` up to `end` (not with it), in order."""
    cut = LAST if branch.cut is None or branch.aside else branch.cut
    query = """SELECT seq, row, chain FROM facts
            WHERE journal_id = :journal AND seq >= :first AND seq < :end AND seq < :cut
        UNION ALL SELECT seq, row, chain FROM lost
            WHERE journal_id = :journal AND seq >= :first AND seq >= :cut AND seq < :end AND seq <= :top
        ORDER BY seq"""
    values = {"journal": branch.journal, "first": first, "end": end, "cut": cut, "top": branch.top}
    return iter(db.execute(query, values))


def facts(db: Db, branch: Branch, first: int, end: int = LAST) -> Iterator[Fact]:
    """The facts of `rows`."""
    return (parse(row) for _, row, _ in rows(db, branch, first, end))


def position(db: Db, branch: Branch, seq: Seq) -> Position:
    """This place in the branch."""
    ((_, _, chain),) = rows(db, branch, seq, seq + 1)
    return Position(seq, Chain(chain))


def days(db: Db) -> list[Place]:
    """Every office day, in the order of time; one that lies in several branches or was opened again, several times."""
    found = [place for branch in branches(db) for place in _places(db, branch)]
    if db.execute("SELECT 1 FROM losses LIMIT 1").fetchone() is None:
        return found
    again = {each.branch: each.first for each in found if _taken_up(db, each)}  # of each branch, the last one
    return [replace(each, aside=each.branch.aside or each.first < again.get(each.branch, 0)) for each in found]


def _taken_up(db: Db, place: Place) -> bool:
    """Whether it begins with the queue as the record before has it."""
    return next(facts(db, place.branch, place.first, place.first + 1)).body.get("by") == RECORD


def _places(db: Db, branch: Branch) -> list[Place]:
    begun = list(_begun(db, branch))
    found = [
        Place(branch, day, first, following and following[1], first)
        for (day, first), following in zip_longest(begun, begun[1:])
    ]
    return [*_goes_on(db, branch, found), *found]


def _begun(db: Db, branch: Branch) -> Iterator[tuple[str, Seq]]:
    """Where days are opened in it, by facts and by what came back."""
    inside = "seq >= :cut" if branch.aside else "seq < :cut"
    query = f"SELECT day, seq FROM days WHERE journal_id = :journal AND {inside} ORDER BY seq"
    cut = branch.cut if branch.cut is not None else LAST
    yield from db.execute(query, {"journal": branch.journal, "cut": cut}).fetchall()
    if branch.top:
        opened = """SELECT json_extract(CAST(row AS TEXT), '$[5].day'), seq FROM lost WHERE journal_id = ?
            AND seq <= ? AND json_extract(CAST(row AS TEXT), '$[1]') = 'day.opened' ORDER BY seq"""
        yield from db.execute(opened, (branch.journal, branch.top)).fetchall()


def _goes_on(db: Db, branch: Branch, found: Sequence[Place]) -> list[Place]:
    """The day of the copy, where something was done in its queue aside."""
    if not branch.aside or branch.cut is None:
        return []
    end = found[0].first if found else None
    query = "SELECT day, seq FROM days WHERE journal_id = ? AND seq < ? ORDER BY seq DESC LIMIT 1"
    before = db.execute(query, (branch.journal, branch.cut)).fetchone()
    if before is None:
        return []
    (day, first), until = before, end if end is not None else LAST
    moved = any(fact.kind.startswith(_QUEUE) for fact in facts(db, branch, branch.cut, until))
    return [Place(branch, day, first, end, branch.cut, aside=True)] if moved else []


def places_of(all_days: Sequence[Place], day: str) -> tuple[list[Place], Place | None]:
    """The places of this day in the order of time, and the place before them. Raises NoSuchDay."""
    here = [place for place in all_days if place.day == day]
    if not here:
        told = f"The last day on record is {all_days[-1].day}." if all_days else "No day was opened here yet."
        raise NoSuchDay(f"the office has no day {day}", hint=told)
    at = all_days.index(here[0])
    return here, all_days[at - 1] if at else None


def believed(all_days: Sequence[Place], missing: Sequence[Gap]) -> list[Place]:
    """These places without what came back and does not prove itself."""
    false = {each.journal: each.first for each in missing}
    found = []
    for place in all_days:
        first = false.get(place.journal)
        if not place.branch.top or first is None or first > place.branch.top:
            found.append(place)
        elif place.first < first:
            end = Seq(min(first, place.end)) if place.end is not None and place.end <= first else None
            found.append(replace(place, branch=place.branch.without_what_came_back(), end=end))
    return found


def gaps(db: Db) -> list[Gap]:
    """What nobody has of the office's own journals, in the order in which it was found out."""
    query = "SELECT journal_id, top_seq, wanted_seq, known_seq, from_ms, at_ms FROM losses ORDER BY at_ms, journal_id"
    lost, found = Lost(db), list[Gap]()
    for name, top, wanted, known, from_ms, at_ms in db.execute(query).fetchall():
        end, cut = Seq(max(top, known or 0)), lost.came_back_from(name)
        proof = wanted is None and (cut is None or lost.proves(name))
        if not proof:
            forged = wanted is None and lost.secret_of(name) is not None
            first = cut if wanted is None and cut is not None else lost.last_start(name) or Seq(1)
            found.append(Gap(JournalId(name), first, end, from_ms, UtcMs(at_ms), forged))
        elif end > top:
            found.append(Gap(JournalId(name), Seq(top + 1), end, lost.last_ms(name) or from_ms, UtcMs(at_ms)))
    return found
