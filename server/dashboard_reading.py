"""What a dashboard is made of, read from the sums of days (server.sums): the same rows however many people came."""

from collections.abc import Sequence
from dataclasses import dataclass

from server import sums
from server.dashboard import Read
from server.database import Db
from server.offices import offices
from server.periods import Period
from server.rollups import marked, office_of
from server.sums import ALL, COUNTER, EVERY, HOUR, SERVICE


@dataclass(frozen=True, slots=True)
class Known:
    """The offices that figures can be told of: this server's own (None: it has none yet) and those that relay to it,
    (office, names by language) in the order in which they came. `own_works`: this server's own office has figures."""

    own: str | None
    relayed: tuple[tuple[str, dict[str, str]], ...]
    own_works: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them, this server's own first."""
        return (*((self.own,) if self.own is not None else ()), *(office for office, _ in self.relayed))


@dataclass(frozen=True, slots=True)
class Made:
    """When the figures of these days were made last (None: there are none), and how many days wait to be made anew."""

    at_ms: int | None
    waiting: int


def known(db: Db) -> Known:
    """Which offices there are."""
    own = office_of(db)
    works = db.execute("SELECT 1 FROM sums WHERE office = ? AND part = ? LIMIT 1", (own, ALL)).fetchone()
    return Known(own, tuple((each.office, dict(each.name)) for each in offices(db)), works is not None)


def read(db: Db, office: str, of: Period, among: Sequence[str] = ()) -> tuple[Read, Made]:
    """The sums of this period, all in one snapshot. `office`: EVERY for all of `among`, which are then told apart."""
    first, last = of.first.isoformat(), of.last.isoformat()
    db.execute("BEGIN")
    try:
        days = sums.by_day(db, office, first, last)
        before = sums.by_day(db, office, of.before_first.isoformat(), of.before_last.isoformat())
        services = sums.together(db, office, SERVICE, first, last)
        hours = sums.together(db, office, HOUR, first, last)
        counters = None if office == EVERY else sums.together(db, office, COUNTER, first, last)
        apart = sums.by_office(db, among, first, last) if office == EVERY else None
        made = _made(db, among if office == EVERY else (office,), first, last)
    finally:
        db.execute("ROLLBACK")
    return Read(days, before, services, hours, counters, apart), made


def _made(db: Db, among: Sequence[str], first: str, last: str) -> Made:
    """Every office on its own: the days of one lie together."""
    query = "SELECT max(at_ms) FROM figures WHERE office = ? AND day BETWEEN ? AND ?"
    found = [db.execute(query, (office, first, last)).fetchone()[0] for office in among]
    waiting = sum(office in among and first <= day <= last for office, day in marked(db))
    return Made(max((each for each in found if each is not None), default=None), waiting)
