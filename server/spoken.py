"""Visits by the language that was chosen at the kiosk, kept by office day, and what may be told of them by month.

The table is for whoever reckons (server.languages decides what is told); no view and no file has its cells.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from server import languages
from server.database import Db
from server.histogram import Histogram
from server.opinion import LEVELS, Opinion
from server.sla import Cell
from server.visits import Visit
from sync.body import TicketName
from sync.types import Seq
from translations import LANGUAGES

OTHER = "other"
"""Of another language, or of none that is on record."""
NAMES = (*LANGUAGES, OTHER)
AT_ONCE = 500
"""Tickets that one question is about."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Visits of one language: how many, their waits that are known, their scores by level."""

    visits: int = 0
    waits: Histogram = field(default_factory=Histogram)
    levels: Mapping[int, int] = field(default_factory=dict)

    def __add__(self, other: "Spoken") -> "Spoken":
        levels = {level: self.levels.get(level, 0) + other.levels.get(level, 0) for level in LEVELS}
        return Spoken(self.visits + other.visits, self.waits + other.waits, levels)

    @property
    def opinion(self) -> Opinion:
        """The scores."""
        return Opinion(self.levels)


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told of one language; None: nothing. Each stands for itself: many came, and few of them scored."""

    visits: int | None = None
    waits: Histogram | None = None
    opinion: Opinion | None = None


_MEASURES: Mapping[str, Callable[[Spoken], int]] = {
    "visits": lambda each: each.visits,
    "waits": lambda each: each.waits.total,
    "opinion": lambda each: each.opinion.n,
}
"""Of how many people each is: what a cell is judged by."""


def told(months: Iterable[Mapping[str, Spoken]]) -> dict[str, Told]:
    """What may be told of these months together, each of which is over: the sum of what each tells for itself."""
    found: dict[str, dict[str, Spoken]] = {measure: {} for measure in _MEASURES}
    for month in months:
        for measure, size in _MEASURES.items():
            for name in languages.told({each: size(month.get(each, Spoken())) for each in NAMES}):
                found[measure][name] = found[measure].get(name, Spoken()) + month[name]
    return {name: _told(*(found[measure].get(name) for measure in _MEASURES)) for name in NAMES}


def _told(visits: Spoken | None, waits: Spoken | None, opinion: Spoken | None) -> Told:
    return Told(
        None if visits is None else visits.visits,
        None if waits is None else waits.waits,
        None if opinion is None else opinion.opinion,
    )


def spoken_of(cells: Mapping[str, Cell]) -> dict[str, Spoken]:
    """The same of figures by language (server.sla.grouped)."""
    return {name: Spoken(each.visits, each.waits, each.opinion.levels) for name, each in cells.items()}


def language_of(db: Db, tickets: Iterable[TicketName]) -> Callable[[Visit], str]:
    """Tells the language of a visit's ticket, which is one of these."""
    known: dict[TicketName, str] = {}
    by_journal = sorted(set(tickets), key=lambda name: (name.journal, name.seq))
    for journal, names in groupby(by_journal, key=lambda name: name.journal):
        seqs = [name.seq for name in names]
        for some in (seqs[at : at + AT_ONCE] for at in range(0, len(seqs), AT_ONCE)):
            marks = ", ".join("?" * len(some))
            query = f"SELECT ticket, language FROM languages WHERE journal_id = ? AND ticket IN ({marks})"
            known |= {TicketName(journal, Seq(seq)): told for seq, told in db.execute(query, (journal, *some))}

    def of(visit: Visit) -> str:
        told = known.get(visit.ticket)
        return told if told in LANGUAGES else OTHER

    return of


def store(db: Db, office: str, day: str, made: Mapping[str, Spoken]) -> bool:
    """Put these in the place of what was there; whether that is something else. Within a transaction."""
    if read_day(db, office, day) == made:
        return False
    db.execute("DELETE FROM spoken WHERE office = ? AND day = ?", (office, day))
    rows = [
        (office, day, name, each.visits, each.waits.encode(), *(each.levels.get(level, 0) for level in LEVELS))
        for name, each in made.items()
    ]
    db.executemany(
        """INSERT INTO spoken (office, day, language, visits, waits, level_5, level_4, level_3, level_2, level_1)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        rows,
    )
    return True


def read_day(db: Db, office: str, day: str) -> dict[str, Spoken]:
    """Those of one day."""
    return _together(db, office, day, day)


def read_month(db: Db, office: str, month: str) -> dict[str, Spoken]:
    """Those of a month (YYYY-MM)."""
    return _together(db, office, f"{month}-00", f"{month}-99")


def _together(db: Db, office: str, first: str, last: str) -> dict[str, Spoken]:
    levels = ", ".join(f"sum(level_{level})" for level in LEVELS)
    query = f"""SELECT language, sum(visits), group_concat(waits, ' '), {levels} FROM spoken
        WHERE office = ? AND day BETWEEN ? AND ? GROUP BY language"""
    found = {}
    for language, visits, waits, *counts in db.execute(query, (office, first, last)):
        levels_of = {level: int(n) for level, n in zip(LEVELS, counts, strict=True)}
        found[str(language)] = Spoken(int(visits), Histogram.merged(waits), levels_of)
    return found
