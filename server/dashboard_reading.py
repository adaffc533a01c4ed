"""What a dashboard is made of, read from the sums of days (server.sums): the same rows however many people came."""

from collections.abc import Sequence
from dataclasses import dataclass

from server import sums
from server.dashboard import DAYS_SHOWN, Read
from server.database import Db
from server.periods import Period
from server.rollups import office_of
from server.sums import ALL, COUNTER, EVERY, HOUR, SERVICE


@dataclass(frozen=True, slots=True)
class Known:
    """Which offices figures can be told of: this server's own (None: it has none yet), which `own_works` where it has
    figures, and `relayed`, so many that relay to it. `asked`: the one that was asked for, where it is one of those."""

    own: str | None
    relayed: int
    own_works: bool
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """When the figures of these days were made last (None: there are none), and how many days wait to be made anew."""

    at_ms: int | None
    waiting: int


def known(db: Db, asked: str = "") -> Known:
    """Which offices there are; `asked`: the id of one, if there is one."""
    own = office_of(db)
    works = db.execute("SELECT 1 FROM sums WHERE office = ? AND part = ? LIMIT 1", (own, ALL)).fetchone()
    there = db.execute("SELECT 1 FROM offices WHERE office = ?", (asked,)).fetchone()
    (relayed,) = db.execute("SELECT count(*) FROM offices").fetchone()
    return Known(own, relayed, works is not None, asked if there is not None else "")


def read(
    db: Db, office: str, of: Period, among: Sequence[str] = (), told: frozenset[str] | None = None
) -> tuple[Read, Made]:
    """The sums of this period, all in one snapshot. `office`: EVERY for all together, with `among` told apart in this
    order; `told`: as of Read."""
    first, last = of.first.isoformat(), of.last.isoformat()
    db.execute("BEGIN")
    try:
        long = of.days > DAYS_SHOWN
        days = (sums.by_time if long else sums.by_day)(db, office, first, last)
        weekdays = sums.by_weekday(db, office, first, last) if long else {}
        before = sums.by_time(db, office, of.before_first.isoformat(), of.before_last.isoformat())
        services = sums.together(db, office, SERVICE, first, last)
        hours = sums.together(db, office, HOUR, first, last)
        counters = None if office == EVERY else sums.together(db, office, COUNTER, first, last)
        apart = sums.by_office(db, among, first, last) if office == EVERY else None
        made = _made(db, office, first, last)
    finally:
        db.execute("ROLLBACK")
    ordered = None if apart is None else {each: apart[each] for each in among if each in apart}
    return Read(days, before, services, hours, counters, ordered, weekdays, told), made


def waiting(db: Db, office: str, first: str, last: str) -> int:
    """How many of these days wait to be made anew, of this office or of EVERY."""
    theirs = db.execute("SELECT 1 FROM offices WHERE office = ?", (office,)).fetchone() is not None
    of = "1 = 1" if office == EVERY else "office = ?" if theirs else "office IS NULL"
    query = f"""SELECT count(*) FROM (SELECT DISTINCT office, day FROM dirty JOIN journals USING (journal_id)
        WHERE {of} AND day BETWEEN ? AND ?) AS marked"""
    (found,) = db.execute(query, (*((office,) if theirs else ()), first, last)).fetchone()
    return int(found)


def _made(db: Db, office: str, first: str, last: str) -> Made:
    """Of all offices each day on its own: when the figures of one were made last is one look into an index."""
    if office == EVERY:
        query = """SELECT max((SELECT max(at_ms) FROM figures WHERE figures.day = sums.day)) FROM sums
            WHERE office = ? AND part = ? AND day BETWEEN ? AND ?"""
        (at_ms,) = db.execute(query, (EVERY, ALL, first, last)).fetchone()
    else:
        query = "SELECT max(at_ms) FROM figures WHERE office = ? AND day BETWEEN ? AND ?"
        (at_ms,) = db.execute(query, (office, first, last)).fetchone()
    return Made(at_ms, waiting(db, office, first, last))
