"""The figures of each office day, kept as cells that add up (server.sla), and made anew where a fact touched the day.

A day is made whole each time, from its facts alone: late scores, corrected clocks and facts that came back change what
they change, and a rebuild has nothing to differ in. Reading and reckoning is done beside the thread that writes; what
it then stores is thrown away where the day was marked again meanwhile.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from server import months, reading, spoken, standings, sums
from server.database import Db
from server.errors import NoSuchDay
from server.fold_figures import AGAIN
from server.histogram import Histogram
from server.lost import LAST
from server.places import believed, days, facts, gaps, places_of
from server.sla import COUNTS, Cell, Key, cells_of, counts_of, grouped
from server.spoken import Spoken, language_of, spoken_of
from server.sums import hours_of
from server.visits import Stint, visits_of
from sync.body import Body
from sync.codec import Fact, parse
from sync.facts import understood
from sync.types import UtcMs

_CELL: Callable[..., Cell] = Cell
_COLUMNS = ("hour", "service", "counter", *COUNTS, "waits", "serves")
_INSERT = f"""INSERT INTO rollups (office, day, {", ".join(_COLUMNS)})
    VALUES (?, ?, {", ".join("?" for _ in _COLUMNS)})"""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A day of an office. `marks`: how often each journal's day had been marked when it was read. `by_hand`: served
    with emergency numbers. `at_work`: when counters were; `hours`: how long in each hour of the office's wall, in
    milliseconds, which follows from it. `spoken`: by language, which has a table of its own (server.spoken)."""

    office: str
    day: str
    cells: Mapping[Key, Cell]
    at_work: tuple[Stint, ...] = ()
    by_hand: int = 0
    marks: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[int, int] = field(default_factory=dict, compare=False)
    spoken: Mapping[str, Spoken] = field(default_factory=dict, compare=False)


def marked(db: Db) -> list[tuple[str, str]]:
    """(office, day) of the days whose figures are to be made anew, the oldest first."""
    query = (
        "SELECT DISTINCT coalesce(office, ?) AS of, day FROM dirty JOIN journals USING (journal_id) ORDER BY day, of"
    )
    own = office_of(db)
    return [(office, day) for office, day in db.execute(query, (own,)) if office is not None]


def reckon(db: Db, office: str, day: str, zone: ZoneInfo) -> DayFigures:
    """The figures of this day from its facts, all in one snapshot. A day without a queue has scores at most."""
    db.execute("BEGIN")
    try:
        of = None if office == office_of(db) else office
        query = """SELECT journal_id, marks FROM dirty JOIN journals USING (journal_id)
            WHERE day = ? AND office IS NOT DISTINCT FROM ?"""
        marks = dict(db.execute(query, (day, of)))
        visited = visits_of(bodies_of(db, of, day))
        pressed = [press for machine in reading.presses(db, day, of) for press in machine]
        standards = standards_on(db, of, day)
        cells = cells_of(visited, pressed, standards, lambda at: _hour(at, zone))
        spoken_in = language_of(db, (visit.ticket for visit in visited.visits))
        by_language = spoken_of(grouped(visited.visits, pressed, standards, spoken_in))
    finally:
        db.execute("ROLLBACK")
    hours = hours_of(visited.at_work, zone)
    return DayFigures(office, day, cells, visited.at_work, visited.by_hand, marks, hours, by_language)


class Rollups:
    """The tables of figures, for the thread that writes."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def store(self, made: DayFigures, now_ms: UtcMs) -> bool:
        """Put these figures in the place of the day's old ones; whether they are other ones. Within a transaction.

        The revision goes up with every change, so that a report can name the one that it is made from. The sums
        (server.sums) go with the cells.
        """
        db, office = self._db, made.office
        for journal, marks in made.marks.items():
            db.execute("DELETE FROM dirty WHERE journal_id = ? AND day = ? AND marks = ?", (journal, made.day, marks))
        if sums.store(db, office, made.day, sums.sums_of(made.cells, made.at_work, made.hours, made.by_hand)):
            months.mark(db, office, made.day)
            standings.store_week(db, office, made.day)
        others = spoken.store(db, office, made.day, made.spoken)
        if kept(db, office, made.day) == replace(made, marks={}) and not others:
            return False
        db.execute("DELETE FROM rollups WHERE office = ? AND day = ?", (office, made.day))
        db.executemany(_INSERT, ((office, made.day, *_row(key, cell)) for key, cell in made.cells.items()))
        at_work = json.dumps([[each.counter, each.from_ms, each.to_ms] for each in made.at_work])
        db.execute(
            """INSERT INTO figures (office, day, revision, at_ms, at_work, by_hand) VALUES (?, ?, 1, ?, ?, ?)
            ON CONFLICT (office, day) DO UPDATE SET revision = figures.revision + 1, at_ms = excluded.at_ms,
                at_work = excluded.at_work, by_hand = excluded.by_hand""",
            (office, made.day, now_ms, at_work, made.by_hand),
        )
        return True

    def make_month(self, office: str, month: str) -> None:
        """Make the sums of this month (server.months). Within a transaction."""
        months.make(self._db, office, month)

    def mark_lost(self, journal_id: str) -> None:
        """Have the days made anew of which something came back. Within a transaction."""
        self._db.execute(_MARK_LOST, {"journal_id": journal_id})


_OPENED = """SELECT json_extract(CAST(row AS TEXT), '$[5].day') AS day FROM lost
    WHERE journal_id = :journal_id AND json_extract(CAST(row AS TEXT), '$[1]') = 'day.opened'"""
_MARK_LOST = f"""INSERT INTO dirty (journal_id, day, marks)
    SELECT :journal_id, day, 1 FROM (
        {_OPENED}
        UNION
        SELECT day FROM days JOIN journals USING (journal_id) WHERE own > 0 AND day >= (
            SELECT day FROM days WHERE journal_id = :journal_id
                AND seq < (SELECT min(seq) FROM lost WHERE journal_id = :journal_id) ORDER BY seq DESC LIMIT 1)
    ) AS again WHERE day IS NOT NULL {AGAIN}"""


def office_of(db: Db) -> str | None:
    """What this office is called in figures: the first journal that it wrote. None before that."""
    found = db.execute("SELECT journal_id FROM journals WHERE own > 0 ORDER BY own LIMIT 1").fetchone()
    return found[0] if found else None


def standards_on(db: Db, of: str | None, day: str) -> dict[str, int]:
    """The minutes that were published for each service on this day at an office (None: at this one).

    Of every machine the last catalogue that it adopted before a later day began there; where two machines differ, that
    of the one with the lower lane.
    """
    query = """SELECT minutes FROM standards JOIN journals USING (journal_id)
        WHERE office IS NOT DISTINCT FROM ? AND seq = (SELECT max(seq) FROM standards AS known
            WHERE known.journal_id = standards.journal_id AND seq < coalesce(
                (SELECT min(seq) FROM days WHERE days.journal_id = known.journal_id AND day > ?), ?))
        ORDER BY lane DESC, journal_id DESC"""
    found: dict[str, int] = {}
    for (minutes,) in db.execute(query, (of, day, LAST)):
        found.update(json.loads(minutes))
    return found


def read_cells(db: Db, office: str, first: str, last: str) -> Iterator[tuple[str, Key, Cell]]:
    """(day, key, cell) of these days, both included, by day."""
    query = f"""SELECT day, {", ".join(_COLUMNS)} FROM rollups WHERE office = ? AND day BETWEEN ? AND ?
        ORDER BY day, hour, service, counter"""
    for day, *row in db.execute(query, (office, first, last)):
        yield day, *_cell(row)


def kept(db: Db, office: str, day: str) -> DayFigures | None:
    """The figures of this day as they are kept; None where there are none yet."""
    found = db.execute("SELECT at_work, by_hand FROM figures WHERE office = ? AND day = ?", (office, day)).fetchone()
    if found is None:
        return None
    at_work = tuple(Stint(counter, begin, end) for counter, begin, end in json.loads(found[0]))
    cells = {key: cell for _, key, cell in read_cells(db, office, day, day)}
    return DayFigures(office, day, cells, at_work, found[1])


def _row(key: Key, cell: Cell) -> tuple[object, ...]:
    return key.hour, key.service, key.counter, *counts_of(cell), cell.waits.encode(), cell.serves.encode()


def _cell(row: list[int | str]) -> tuple[Key, Cell]:
    hour, service, counter, *counts, waits, serves = row
    made = _CELL(*map(int, counts), Histogram.decode(str(waits)), Histogram.decode(str(serves)))
    return Key(int(hour), str(service), int(counter)), made


def bodies_of(db: Db, of: str | None, day: str) -> Iterator[Body]:
    """What the office wrote on this day, in the order of time, with what came back of it after a restore."""
    for fact in _own_facts(db, day) if of is None else _their_facts(db, of, day):
        body = understood(fact)
        if body is not None:
            yield body


def _own_facts(db: Db, day: str) -> Iterator[Fact]:
    try:
        here, _ = places_of(believed(days(db), gaps(db)), day)
    except NoSuchDay:
        return
    for place in here:
        branch = replace(place.branch, cut=None) if place.aside else place.branch
        yield from facts(db, branch, place.since, place.until)


def _their_facts(db: Db, office: str, day: str) -> Iterator[Fact]:
    """Of each journal of the office in the order in which it was begun, from the opening of the day to that of the next
    one. What a restored office had lost is in the journal before: a centre keeps all it was brought."""
    query = """SELECT journal_id, seq, coalesce((SELECT min(seq) FROM days AS later
            WHERE later.journal_id = days.journal_id AND later.seq > days.seq), ?)
        FROM days JOIN journals USING (journal_id)
        WHERE office = ? AND role = 'office' AND day = ? ORDER BY paired_ms, journal_id, seq"""
    for journal, first, end in db.execute(query, (LAST, office, day)).fetchall():
        rows = "SELECT row FROM facts WHERE journal_id = ? AND seq >= ? AND seq < ? ORDER BY seq"
        for (row,) in db.execute(rows, (journal, first, end)):
            yield parse(row)


def _hour(at: UtcMs, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(at / 1000, zone).hour
