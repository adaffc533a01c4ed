"""Alerts and follow-ups as they stand: a fold of their rows, and how those are read. Pure but for the reading.

A row counts only where the office that wrote it is the one whose episode it is of.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from server.database import Db
from server.offices import called
from sync.body import FactName
from sync.facts_access import FiguresSeen
from sync.facts_alerts import (
    AlertEnded,
    AlertRaised,
    AlertSeen,
    FollowupAnswered,
    FollowupAssigned,
    FollowupClosed,
    FollowupOpened,
)
from sync.types import JournalId, Seq, UtcMs


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of an episode. `office`: the one whose it is, None: this server's own."""

    name: FactName
    kind: str
    of: FactName
    at_ms: UtcMs
    code: str = ""
    about: str = ""
    staff: str = ""
    detail: str = ""
    value: int = 0
    bound: int = 0
    office: str | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert from when it was raised. `seen_ms`, `seen_by`: when and by whom it was first taken note of."""

    name: FactName
    code: str
    about: str
    value: int
    bound: int
    raised_ms: UtcMs
    office: str | None = None
    seen_ms: UtcMs | None = None
    seen_by: str = ""
    ended_ms: UtcMs | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What it is of: no two that are open have the same."""
        return self.code, self.about


class State(Enum):
    """How far a follow-up is."""

    OPENED = "opened"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Followup:
    """What is to be answered until the end of the day `due`. `to`: who answers it, empty: nobody yet. `digest`: of the
    last answer."""

    name: FactName
    why: str
    about: str
    due: str
    opened_ms: UtcMs
    office: str | None = None
    state: State = State.OPENED
    to: str = ""
    answered_ms: UtcMs | None = None
    answered_by: str = ""
    digest: str = ""
    closed_ms: UtcMs | None = None


STEPS: dict[str, tuple[frozenset[State], State]] = {
    FollowupAssigned.kind: (frozenset({State.OPENED, State.ASSIGNED}), State.ASSIGNED),
    FollowupAnswered.kind: (frozenset({State.OPENED, State.ASSIGNED, State.ANSWERED}), State.ANSWERED),
    FollowupClosed.kind: (frozenset({State.ANSWERED}), State.CLOSED),
}
"""By kind of fact: from which states, and to which."""


def alerts_of(rows: Iterable[Row]) -> list[Alert]:
    """The alerts in these rows, the first raised first."""
    found: dict[FactName, Alert] = {}
    for row in _ordered(rows):
        before = found.get(row.of)
        if row.kind == AlertRaised.kind:
            found[row.name] = Alert(row.name, row.code, row.about, row.value, row.bound, row.at_ms, row.office)
        elif before is not None and row.kind == AlertSeen.kind and before.seen_ms is None:
            found[row.of] = replace(before, seen_ms=row.at_ms, seen_by=row.staff)
        elif before is not None and row.kind == AlertEnded.kind and before.ended_ms is None:
            found[row.of] = replace(before, ended_ms=row.at_ms)
    return list(found.values())


def followups_of(rows: Iterable[Row]) -> list[Followup]:
    """The follow-ups in these rows, the first opened first. What has no place in one is passed over."""
    found: dict[FactName, Followup] = {}
    for row in _ordered(rows):
        before = found.get(row.of)
        if row.kind == FollowupOpened.kind:
            found[row.name] = Followup(row.name, row.code, row.about, row.detail, row.at_ms, row.office)
        elif before is not None and may(before, row.kind):
            found[row.of] = _after(before, row)
    return list(found.values())


def may(of: Followup, kind: str) -> bool:
    """Whether a fact of this kind has a place in it now."""
    return kind in STEPS and of.state in STEPS[kind][0]


def _after(of: Followup, row: Row) -> Followup:
    stepped = replace(of, state=STEPS[row.kind][1])
    if row.kind == FollowupAssigned.kind:
        return replace(stepped, to=row.detail)
    if row.kind == FollowupAnswered.kind:
        first_ms = of.answered_ms if of.answered_ms is not None else row.at_ms
        return replace(stepped, answered_ms=first_ms, answered_by=row.staff, digest=row.detail)
    return replace(stepped, closed_ms=row.at_ms)


def _ordered(rows: Iterable[Row]) -> list[Row]:
    """What began an episode comes before what happened to it, also where a clock was set back between them."""
    return sorted(rows, key=lambda row: (row.name != row.of, row.at_ms, row.name))


# Reading -------------------------------------------------------------------------------------------------------------

_ROWS = """SELECT episodes.journal_id, episodes.seq, kind, of_journal, of_seq, at_ms, name, about, staff, detail, value,
        bound, writer.office
    FROM episodes JOIN journals AS writer ON writer.journal_id = episodes.journal_id
    JOIN journals AS target ON target.journal_id = of_journal
    WHERE writer.role = 'office' AND target.role = 'office' AND writer.office IS NOT DISTINCT FROM target.office"""
_EPISODE = "AND (of_journal, of_seq) IN (SELECT journal_id, seq FROM episodes WHERE {which})"
_OPEN = """kind = ? AND (at_ms >= ? OR NOT EXISTS (SELECT 1 FROM episodes AS later
    WHERE later.of_journal = episodes.journal_id AND later.of_seq = episodes.seq AND later.kind = ?))"""
_ANSWERED = """kind = ? AND EXISTS (SELECT 1 FROM episodes AS later WHERE later.of_journal = episodes.journal_id
    AND later.of_seq = episodes.seq AND later.kind = ? AND later.at_ms >= ? AND later.at_ms < ?)"""
_LASTING = "kind = ? AND name = ?"


def alerts(db: Db, since_ms: int) -> list[Alert]:
    """The alerts that are open, and those raised since then."""
    return alerts_of(_read(db, _OPEN, AlertRaised.kind, since_ms, AlertEnded.kind))


def followups(db: Db, since_ms: int) -> list[Followup]:
    """The follow-ups that are not closed, and those opened since then."""
    return followups_of(_read(db, _OPEN, FollowupOpened.kind, since_ms, FollowupClosed.kind))


def answered(db: Db, from_ms: int, to_ms: int) -> list[Followup]:
    """The follow-ups that were first answered from then until before then."""
    found = followups_of(_read(db, _ANSWERED, FollowupOpened.kind, FollowupAnswered.kind, from_ms, to_ms))
    return [each for each in found if each.answered_ms is not None and from_ms <= each.answered_ms < to_ms]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Which episodes a page lists: begun by a fact of `began` since then, ended by one of `ended` (`over`) or not yet;
    this server's own or those of its offices (`own`), and of these those whose name has `words` in it."""

    began: str
    ended: str
    over: bool
    own: bool
    words: str = ""
    since_ms: int = 0
    oldest: bool = False


def rows_of(db: Db, shelf: Shelf, first: int, most: int) -> list[Row]:
    """The rows of so many of these episodes, from the `first` on, the newest (or `oldest`) first."""
    office, way = "IS NULL" if shelf.own else "IS NOT NULL", "" if shelf.oldest else "DESC"
    named, values = called(shelf.words) if not shelf.own else ("", [])
    query = f"""SELECT episodes.journal_id, episodes.seq FROM episodes
        JOIN journals AS writer ON writer.journal_id = episodes.journal_id
        WHERE kind = ? AND at_ms >= ? AND writer.role = 'office' AND writer.office {office}
            {"AND writer.office IN (SELECT office FROM offices WHERE " + named + ")" if named else ""}
            AND {"" if shelf.over else "NOT"} EXISTS (SELECT 1 FROM episodes AS later
                JOIN journals AS other ON other.journal_id = later.journal_id
                WHERE later.of_journal = episodes.journal_id AND later.of_seq = episodes.seq AND later.kind = ?
                    AND other.role = 'office' AND other.office IS NOT DISTINCT FROM writer.office)
        ORDER BY at_ms {way}, episodes.journal_id {way}, episodes.seq {way} LIMIT ? OFFSET ?"""
    begun = db.execute(query, (shelf.began, shelf.since_ms, *values, shelf.ended, most, first)).fetchall()
    return [row for journal, seq in begun for row in one(db, FactName(JournalId(journal), Seq(seq)))]


def raised_ever(db: Db, code: str) -> set[str]:
    """What this alert was ever raised about."""
    return {each.about for each in alerts_of(_read(db, _LASTING, AlertRaised.kind, code))}


def one(db: Db, name: FactName) -> list[Row]:
    """The rows of this episode; none where there is no such episode."""
    return _rows(db, "AND of_journal = ? AND of_seq = ?", (name.journal, name.seq))


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody was shown scores by officer of these days."""

    at_ms: UtcMs
    staff: str
    first: str
    last: str


def looks(db: Db, most: int) -> list[Look]:
    """The last looks at this server's own officers, the newest first."""
    query = """SELECT at_ms, staff, about, detail FROM episodes JOIN journals USING (journal_id)
        WHERE kind = ? AND role = 'office' AND office IS NULL ORDER BY at_ms DESC, journal_id, seq DESC LIMIT ?"""
    return [Look(*row) for row in db.execute(query, (FiguresSeen.kind, most))]


def _read(db: Db, which: str, *values: object) -> list[Row]:
    return _rows(db, _EPISODE.format(which=which), values)


def _rows(db: Db, condition: str, values: tuple[object, ...]) -> list[Row]:
    found = []
    for journal, seq, kind, of_journal, of_seq, at_ms, *told in db.execute(f"{_ROWS} {condition}", values):
        name, of = FactName(JournalId(journal), Seq(seq)), FactName(JournalId(of_journal), Seq(of_seq))
        found.append(Row(name, kind, of, UtcMs(at_ms), *told))
    return found


class Episodes:
    """Reads them where they are written, and keeps the texts of answers. Within the ledger's transactions."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def open_alerts(self) -> dict[tuple[str, str], Alert]:
        """This server's own alerts that are not over, by what they are of."""
        found = alerts(self._db, NEVER_MS)
        return {each.key: each for each in found if each.office is None and each.ended_ms is None}

    def one(self, name: FactName) -> list[Row]:
        """As `one`."""
        return one(self._db, name)

    def keep(self, digest: str, salt: bytes, inside: str, outside: Mapping[str, str], now_ms: UtcMs) -> None:
        """Keep the text of an answer: for the office, and by language for everybody."""
        query = """INSERT INTO answers (digest, salt, inside, outside, at_ms) VALUES (?, ?, ?, '', ?)
            ON CONFLICT (digest) DO NOTHING"""
        self._db.execute(query, (digest, salt, inside, now_ms))
        query = """INSERT INTO told_answers (digest, language, text) VALUES (?, ?, ?)
            ON CONFLICT (digest, language) DO NOTHING"""
        self._db.executemany(query, [(digest, language, text) for language, text in outside.items()])

    def erase(self, digest: str) -> None:
        """Forget the text of an answer. That there was one stays on record."""
        for table in ("answers", "told_answers"):
            self._db.execute(f"DELETE FROM {table} WHERE digest = ?", (digest,))


def answer_of(db: Db, digest: str) -> tuple[str, dict[str, str]] | None:
    """(inside, outside by language) of the answer with this digest; None: it was erased, or is another server's."""
    found = db.execute("SELECT inside, outside FROM answers WHERE digest = ?", (digest,)).fetchone()
    if found is None:
        return None
    inside, before = found
    query = "SELECT language, text FROM told_answers WHERE digest = ? ORDER BY language"
    texts = dict(db.execute(query, (digest,)).fetchall())
    return inside, texts or ({_language_of(before): before} if before else {})


def _language_of(text: str) -> str:
    """That of a text which was kept without its language: by the script of most of its letters."""
    scripts = {"th": ("\u0e00", "\u0e7f"), "my": ("\u1000", "\u109f")}
    many = {name: sum(low <= each <= high for each in text) for name, (low, high) in scripts.items()}
    many["en"] = sum(each.isascii() and each.isalpha() for each in text)
    return max(many, key=lambda name: many[name])


NEVER_MS = 2**53
"""Later than every time that a fact can hold."""
