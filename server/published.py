"""What this server published, as pages read it: the newest version, the history, the notices. For any connection.

Only what is in the server's own journals counts, or, with `office`, in those of an office that relays to it. A journal
that continues another one comes after it.
"""

import json
from dataclasses import dataclass
from typing import Any

from server.database import Db
from server.fold_published import CALENDAR, CATALOGUE, CHOICE, NOTICE
from sync import calendar_fact, catalogue
from sync.body import Body
from sync.calendar import Calendar
from sync.codec import decode
from sync.facts import CalendarAdopted, CatalogueAdopted, understand
from sync.facts_published import CENTRE, Source
from sync.notices import Notice as Told
from sync.services import Catalogue
from sync.types import JournalId, Seq, UtcMs

LISTED = 100


@dataclass(frozen=True, slots=True)
class Version:
    """One published version. `staff`: who (None: it came from the centre, `source`); `offices`: as in the fact."""

    journal: JournalId
    seq: Seq
    number: int
    now_ms: UtcMs
    digest: str
    staff: str | None
    source: Source | None
    offices: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Told):
    """A notice as it stands, and the fact that it is in. `version.number` is 0."""

    version: Version


_COLUMNS = "published.journal_id, seq, number, now_ms, digest, staff, source_journal, source_seq, offices"
_FROM = "FROM published JOIN journals ON journals.journal_id = published.journal_id"
_OWN, _THEIRS = "own > 0", "own = 0 AND role = 'office' AND office = :office"
_LATER = "own DESC, paired_ms DESC, seq DESC"


def newest(db: Db, what: str, office: str | None = None) -> Version | None:
    """The version that holds now of this (server.fold_published: CATALOGUE, CALENDAR)."""
    return next(iter(history(db, what, 1, office)), None)


def history(db: Db, what: str, most: int = LISTED, office: str | None = None) -> list[Version]:
    """The versions of this, the newest first. What a journal says anew of the one before it is the same version."""
    query = f"SELECT {_COLUMNS} {_of(office)} ORDER BY {_LATER} LIMIT :most"
    found: dict[tuple[Any, ...], Version] = {}
    for row in db.execute(query, {"what": what, "most": most, "office": office}):
        version = _version(row)
        found.setdefault((version.number, version.now_ms, version.digest), version)
    return list(found.values())


def newest_catalogue(db: Db, office: str | None = None) -> tuple[Version, Catalogue] | None:
    """The newest catalogue. Raises CatalogueError where another release wrote it in another shape."""
    version = newest(db, CATALOGUE, office)
    return None if version is None else (version, catalogue_at(db, version))


def newest_calendar(db: Db, office: str | None = None) -> tuple[Version, Calendar] | None:
    """The newest calendar. Raises CalendarError where another release wrote it in another shape."""
    version = newest(db, CALENDAR, office)
    return None if version is None else (version, calendar_at(db, version))


def catalogue_at(db: Db, version: Version) -> Catalogue:
    """The catalogue of this version. Raises CatalogueError."""
    return catalogue.from_body(CatalogueAdopted(version.digest, whole(db, version)))


def calendar_at(db: Db, version: Version) -> Calendar:
    """The calendar of this version. Raises CalendarError."""
    return calendar_fact.from_body(CalendarAdopted(version.digest, whole(db, version)))


def notices(db: Db, office: str | None = None) -> list[Notice]:
    """Every notice as it was last published, those that were withdrawn left out; over or not. The oldest first."""
    last: dict[str, tuple[Any, ...]] = {}
    query = f"SELECT {_COLUMNS}, notice, whole {_of(office)} ORDER BY own, paired_ms, seq"
    for row in db.execute(query, {"what": NOTICE, "office": office}):
        last.pop(row[-2], None)
        last[row[-2]] = row
    return [_notice(row) for row in last.values() if row[-1] is not None]


def chosen(db: Db) -> str:
    """Whose catalogue holds: sync.facts_published.OFFICE or CENTRE."""
    query = f"SELECT whole {_of(None)} ORDER BY {_LATER} LIMIT 1"
    found = db.execute(query, {"what": CHOICE}).fetchone()
    return str(json.loads(found[0])) if found else CENTRE


class Publications:
    """The same for whoever writes, within the ledger's transactions. `db`: for what else has to be read then."""

    def __init__(self, db: Db) -> None:
        self.db = db

    def newest(self, what: str) -> Version | None:
        """As `newest`."""
        return newest(self.db, what)

    def number(self, what: str) -> int:
        """That of the newest version; 0: there is none."""
        version = self.newest(what)
        return version.number if version is not None else 0

    def history(self, what: str, most: int = LISTED) -> list[Version]:
        """As `history`."""
        return history(self.db, what, most)

    def said(self, what: str) -> list[Version]:
        """Every time that this server said a version of it, the oldest first."""
        query = f"SELECT {_COLUMNS} {_of(None)} ORDER BY own, seq"
        return [_version(row) for row in self.db.execute(query, {"what": what})]

    def catalogue(self) -> tuple[Version, Catalogue] | None:
        """As `newest_catalogue`."""
        return newest_catalogue(self.db)

    def calendar(self) -> tuple[Version, Calendar] | None:
        """As `newest_calendar`."""
        return newest_calendar(self.db)

    def notices(self) -> list[Notice]:
        """As `notices`."""
        return notices(self.db)

    def fact(self, journal: JournalId, seq: Seq) -> Body:
        """What was published there, as a fact."""
        query = "SELECT row FROM facts WHERE journal_id = ? AND seq = ?"
        body = understand(decode(self.db.execute(query, (journal, seq)).fetchone()[0]))
        assert body is not None
        return body

    def settled(self) -> list[Source]:
        """The facts of the centre that were taken up here, or refused, the last one first."""
        query = """SELECT source_journal, source_seq FROM published JOIN journals
            ON journals.journal_id = published.journal_id WHERE own > 0 AND source_journal IS NOT NULL
            ORDER BY own DESC, seq DESC LIMIT :most"""
        found = dict.fromkeys(self.db.execute(query, {"most": LISTED}))
        return [Source(JournalId(journal), Seq(seq)) for journal, seq in found]

    def is_settled(self, source: Source) -> bool:
        """Whether this fact of the centre was taken up here, or refused. A catalogue that was taken up before somebody
        chose whose holds is wanted again."""
        query = """SELECT what, source_journal, source_seq FROM published JOIN journals
            ON journals.journal_id = published.journal_id WHERE own > 0 ORDER BY own, seq"""
        settled: str | None = None
        for what, journal, seq in self.db.execute(query):
            if (journal, seq) == (source.journal, source.seq):
                settled = what
            elif what == CHOICE and settled == CATALOGUE:
                settled = None
        return settled is not None

    def chosen(self) -> str:
        """As `chosen`."""
        return chosen(self.db)


def _of(office: str | None) -> str:
    return f"{_FROM} WHERE {_OWN if office is None else _THEIRS} AND what = :what"


def whole(db: Db, version: Version) -> dict[str, Any]:
    """What this version says, in the form of the fact."""
    query = "SELECT whole FROM published WHERE journal_id = ? AND seq = ?"
    found: dict[str, Any] = json.loads(db.execute(query, (version.journal, version.seq)).fetchone()[0])
    return found


def _version(row: tuple[Any, ...]) -> Version:
    journal, seq, number, now_ms, digest, staff, source_journal, source_seq, offices = row[:9]
    source = Source(JournalId(source_journal), Seq(source_seq)) if source_journal is not None else None
    whom = tuple(json.loads(offices)) if offices is not None else None
    return Version(JournalId(journal), Seq(seq), number, UtcMs(now_ms), digest, staff, source, whom)


def _notice(row: tuple[Any, ...]) -> Notice:
    whole = json.loads(row[-1])
    times, places = (whole["from_ms"], whole["until_ms"]), tuple(whole["places"])
    return Notice(row[-2], whole["texts"], *times, whole["level"], places, version=_version(row))
