"""office.db: this device's verified copy of the office's own journal, in the data folder, with one writing process.

Whatever lies in it was signed by the office's key and leads there by its chain. It can be fetched again, but it is also
a witness: of an office that was restored from an old copy it holds what the office lost. So it is durable, nothing in
it is changed, and the copy of another journal begins beside the one before. The views `journal` and `facts` show the
journal that the office writes now, in the shape of docs/journal.md: whatever reads a journal reads this.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sync.chain import START, Position, extend
from sync.codec import Fact, parse
from sync.database import open_for_writing, open_readonly
from sync.errors import JournalDamaged, JournalRefused, SyncError
from sync.facts_published import HANDED_DOWN, CalendarPublished, CataloguePublished
from sync.facts_requests import ASKED
from sync.feedwire import Introduction
from sync.journal import Instant, JournalReader
from sync.judge import Accept, KnownJournal
from sync.lostwire import NO_WORD
from sync.schema import MIRROR, MIRROR_GUARDS
from sync.types import BootId, BootMs, Chain, JournalId, Seq
from sync.wire import BATCH_ROWS, Batch, Head, take
from sync.writer import LazyWriter

FILE = "office.db"
Found = TypeVar("Found")
_UNREADABLE = (OSError, SyncError, sqlite3.Error, UnicodeDecodeError)
_LISTED = frozenset(each.kind for each in HANDED_DOWN)
_ASKED = tuple(each.kind for each in ASKED)


class MirrorRefused(SyncError):
    """The mirror could not be written, or was asked to mix two journals. Nothing of it was stored."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """How the way down stands: a value of sync.downlink.Phase, and why it waits (None when all is well).

    `contact` is when the office last answered.
    """

    phase: str
    reason: str | None = None
    message: str | None = None
    contact: Instant | None = None


class Mirror(LazyWriter):
    """The one writer. Opens lazily, so that a disk that takes nothing stops the mirror and nothing else."""

    def known(self) -> KnownJournal | None:
        """The journal that is mirrored now, and how far; None before the first introduction. Raises MirrorRefused."""
        with self._guarded() as db:
            query = "SELECT journal_id, public_key, secret FROM mirrors ORDER BY number DESC LIMIT 1"
            found = db.execute(query).fetchone()
            if found is None:
                return None
            journal_id = JournalId(found[0])
            end = _end(db, journal_id)

            def chain_at(seq: Seq) -> Chain | None:
                query = "SELECT chain FROM mirrored WHERE journal_id = ? AND seq = ?"
                row = db.execute(query, (journal_id, seq)).fetchone()
                return Chain(row[0]) if row else None

            return KnownJournal(journal_id, found[1], found[2], end, chain_at)

    def head(self, journal_id: JournalId) -> Head | None:
        """The office's signed word for the end of the mirror; None before the first fact. Raises MirrorRefused."""
        with self._guarded() as db:
            query = "SELECT seq, chain, signature FROM heads WHERE journal_id = ?"
            found = db.execute(query, (journal_id,)).fetchone()
            return Head(Seq(found[0]), Chain(found[1]), found[2]) if found else None

    def offered(self) -> list[tuple[JournalId, Head]]:
        """Every journal of the office that is here, with the office's signed word for its end; the newest last. Raises
        MirrorRefused."""
        with self._guarded() as db:
            query = """SELECT journal_id, seq, chain, signature FROM mirrors JOIN heads USING (journal_id)
                ORDER BY number"""
            return [
                (JournalId(name), Head(Seq(seq), Chain(chain), word)) for name, seq, chain, word in db.execute(query)
            ]

    def secret(self, journal_id: JournalId) -> bytes:
        """The secret of a journal that is mirrored. Raises MirrorRefused."""
        with self._guarded() as db:
            found = db.execute("SELECT secret FROM mirrors WHERE journal_id = ?", (journal_id,)).fetchone()
            secret: bytes = found[0]
            return secret

    def ending(self, journal_id: JournalId, end: Position) -> Batch | None:
        """The last facts up to this place of a journal, as many as fit a batch; None where it is not here. Its head is
        not signed. Raises MirrorRefused."""
        with self._guarded() as db:
            query = "SELECT row, chain FROM mirrored WHERE journal_id = ? AND seq <= ? ORDER BY seq DESC LIMIT ?"
            found = db.execute(query, (journal_id, end.seq, BATCH_ROWS + 1)).fetchall()
            if not found or found[0][1] != end.chain:
                return None
            rows = take((row for row, _ in found), min(BATCH_ROWS, int(end.seq)))
            after = Position(
                Seq(end.seq - len(rows)), Chain(found[len(rows)][1]) if len(rows) < end.seq else START.chain
            )
            head = Head(end.seq, end.chain, NO_WORD)
            return Batch(journal_id, after.seq, after.chain, head, tuple(reversed(rows)))

    def begin(self, named: Introduction) -> None:
        """Mirror this journal from now on. What was mirrored before stays. Raises MirrorRefused."""
        key, secret = bytes.fromhex(named.public_key), bytes.fromhex(named.journal_secret)
        with self._written() as db:
            db.execute(
                """INSERT INTO mirrors (number, journal_id, public_key, secret)
                VALUES (1 + (SELECT coalesce(max(number), 0) FROM mirrors), ?, ?, ?)
                ON CONFLICT (journal_id) DO UPDATE SET number = excluded.number
                    WHERE public_key = excluded.public_key AND secret = excluded.secret""",
                (named.journal_id, key, secret),
            )
            if db.execute("SELECT changes()").fetchone()[0] != 1:
                hint = "Somebody has to look at the office's server. What is here stays."
                raise MirrorRefused(f"the office names another key for its journal {named.journal_id}", hint=hint)

    def apply(self, journal_id: JournalId, accept: Accept) -> None:
        """Store what was accepted, all or nothing. Raises MirrorRefused."""
        rows = [(journal_id, row.seq, row.row, row.chain) for row in accept.rows]
        head = accept.head
        with self._written() as db:
            db.executemany("INSERT INTO mirrored (journal_id, seq, row, chain) VALUES (?, ?, ?, ?)", rows)
            facts = [row.fact for row in accept.rows]
            _list_published(db, journal_id, facts)
            _list_asked(db, journal_id, facts)
            db.execute(
                """INSERT INTO heads (journal_id, seq, chain, signature) VALUES (?, ?, ?, ?)
                ON CONFLICT (journal_id) DO UPDATE SET seq = excluded.seq, chain = excluded.chain,
                    signature = excluded.signature WHERE excluded.seq >= seq""",
                (journal_id, head.seq, head.chain, head.signature),
            )

    def tell(self, state: FeedState) -> None:
        """Say how the way down stands. Raises MirrorRefused."""
        at = (state.contact.boot_id, state.contact.boottime_ms) if state.contact else (None, None)
        with self._written() as db:
            db.execute(
                """INSERT OR REPLACE INTO state (one, phase, reason, message, contact_boot_id, contact_boottime_ms)
                VALUES (1, ?, ?, ?, ?, ?)""",
                (state.phase, state.reason, state.message, *at),
            )

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        with self._guarded() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection]:
        self._take_place()
        try:
            yield self._opened()
        except (sqlite3.Error, JournalRefused, JournalDamaged, OSError, UnicodeDecodeError) as error:
            self._forget()
            hint = (
                "Check free space and mount of the data partition. The office keeps its facts; they are fetched again."
            )
            raise MirrorRefused(f"{self._path}: {error}", hint=hint) from error

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            try:
                self._db = _sound(self._path)
            except (sqlite3.DatabaseError, JournalDamaged, UnicodeDecodeError) as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self._put_aside()
                self._db = _sound(self._path)
        return self._db

    def _put_aside(self) -> None:
        """A damaged copy makes place for a new one, and is kept for whoever wants to look at it."""
        for end in ("-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)
        self._path.replace(self._path.with_name(self._path.name + ".damaged"))


@dataclass(frozen=True, slots=True)
class News:
    """What came since the last look. `anew`: another journal, or the first look: fold anew from these on. `secret`: of
    this journal."""

    journal_id: JournalId
    anew: bool
    facts: tuple[Fact, ...]
    secret: bytes


@dataclass(frozen=True, slots=True)
class Published:
    """What a journal has published: its newest catalogue and calendar, and everything about notices and requests, in
    order."""

    journal_id: JournalId
    catalogue: Fact | None
    calendar: Fact | None
    notices: tuple[Fact, ...]
    requests: tuple[Fact, ...] = ()


class MirrorReader:
    """The kiosk's side, read-only: follows the office's journal, also when another one takes its place.

    `readable`: the last look for news could read all that was there. Where it could not, nothing new says nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path, self.readable = path, False
        self._at: Position = START
        self._journal_id: JournalId | None = None

    def news(self, most: int = -1, days: int = 0) -> News | None:
        """What is new, at most so many facts; None where there is nothing, or nothing can be read.

        Anew it begins with the last `days` office days of the journal; 0: with its first fact.
        """
        self.readable = False
        try:
            with JournalReader(self._path) as reader:
                reader_id = reader.opened().journal_id
                anew = reader_id != self._journal_id or reader.at(self._at.seq) != self._at
                first = reader.day_before(days) if anew and days else 0
                entries = list(reader.entries(first if anew else self._at.seq, limit=most))
                facts, secret = tuple(entry.fact for entry in entries), reader.secret
        except _UNREADABLE:
            return None
        self.readable = True
        if not entries and not anew:
            return None
        self._journal_id = reader_id
        self._at = Position(entries[-1].seq, entries[-1].chain) if entries else START
        return News(reader_id, anew, facts, secret)

    def published(self) -> Published | None:
        """What the journal that is written now has published; None where nothing can be read."""
        return self._read(_published)

    def word(self, journal_id: str) -> tuple[bytes, Head] | None:
        """The office's key, and its signed word for the end of this journal; None where it is not here."""
        query = """SELECT public_key, seq, chain, signature FROM mirrors JOIN heads USING (journal_id)
            WHERE journal_id = ?"""
        found = self._read(lambda db: db.execute(query, (journal_id,)).fetchone())
        return (found[0], Head(Seq(found[1]), Chain(found[2]), found[3])) if found else None

    def fact(self, journal_id: JournalId, seq: Seq) -> Fact | None:
        """This one fact; None where it is not here, or nothing can be read."""
        query = "SELECT row FROM mirrored WHERE journal_id = ? AND seq = ?"
        found = self._read(lambda db: db.execute(query, (journal_id, seq)).fetchone())
        return parse(found[0]) if found is not None else None

    def published_up_to(self) -> tuple[JournalId, Seq] | None:
        """The journal that is written now, and the last fact in it by which something was published (0: none); None
        where nothing can be read."""
        query = """SELECT journal_id, (SELECT coalesce(max(seq), 0) FROM published
            WHERE published.journal_id = mirrors.journal_id) FROM mirrors ORDER BY number DESC LIMIT 1"""
        found = self._read(lambda db: db.execute(query).fetchone())
        return (JournalId(found[0]), Seq(found[1])) if found is not None else None

    def asked_up_to(self) -> Seq:
        """The last fact about a request in the journal that is written now; 0: none, or nothing can be read."""
        query = """SELECT coalesce(max(seq), 0) FROM asked
            WHERE journal_id = (SELECT journal_id FROM mirrors ORDER BY number DESC LIMIT 1)"""
        found = self._read(lambda db: db.execute(query).fetchone())
        return Seq(found[0]) if found is not None else Seq(0)

    def end(self) -> Position | None:
        """How far the office's journal reaches here; None where nothing can be read."""
        try:
            with JournalReader(self._path) as reader:
                return reader.last()
        except _UNREADABLE:
            return None

    def state(self) -> FeedState | None:
        """How the way down stands; None where nobody said so."""
        query = "SELECT phase, reason, message, contact_boot_id, contact_boottime_ms FROM state"
        found = self._read(lambda db: db.execute(query).fetchone())
        if found is None:
            return None
        contact = Instant(BootId(found[3]), BootMs(found[4])) if found[3] is not None else None
        return FeedState(found[0], found[1], found[2], contact)

    def _read(self, work: Callable[[sqlite3.Connection], Found]) -> Found | None:
        """What `work` finds; None where nothing can be read."""
        try:
            with closing(open_readonly(self._path)) as db:
                return work(db)
        except _UNREADABLE:
            return None


def _sound(path: Path) -> sqlite3.Connection:
    """A connection to a mirror whose end fits its chain. Raises JournalDamaged, sqlite3.Error, JournalRefused."""
    connection = open_for_writing(path)
    try:
        listed = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        connection.execute("BEGIN IMMEDIATE")
        for statement in MIRROR:
            connection.execute(statement)
        if "published" not in listed:
            _list_anew(connection)
        if "asked" not in listed:
            _list_asked_anew(connection)
        connection.execute("COMMIT")
        for name, text in MIRROR_GUARDS.items():
            found = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
            if found is None:
                connection.execute(text)
        _check_end(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_end(db: sqlite3.Connection, path: Path) -> None:
    found = db.execute("SELECT journal_id, secret FROM mirrors ORDER BY number DESC LIMIT 1").fetchone()
    if found is None:
        return
    journal_id, secret = found
    query = "SELECT seq, row, chain FROM mirrored WHERE journal_id = ? ORDER BY seq DESC LIMIT 2"
    rows = db.execute(query, (journal_id,)).fetchall()
    if not rows:
        return
    before = Position(Seq(rows[1][0]), Chain(rows[1][2])) if len(rows) > 1 else START
    if extend(secret, before, rows[0][1]) != Position(Seq(rows[0][0]), Chain(rows[0][2])):
        raise JournalDamaged(f"{path}: the last fact does not fit the chain", last_good=0, hint="It is fetched again.")


def _list_published(db: sqlite3.Connection, journal_id: JournalId, facts: Iterable[Fact]) -> None:
    """Note where it is published: it holds for years, and nobody reads all of them at a start."""
    listed = [(journal_id, fact.seq, fact.kind) for fact in facts if fact.kind in _LISTED]
    db.executemany("INSERT INTO published (journal_id, seq, kind) VALUES (?, ?, ?)", listed)


def _list_asked(db: sqlite3.Connection, journal_id: JournalId, facts: Iterable[Fact]) -> None:
    """The same of requests, which an office takes up and a kiosk does not."""
    listed = [(journal_id, fact.seq) for fact in facts if fact.kind in _ASKED]
    db.executemany("INSERT INTO asked (journal_id, seq) VALUES (?, ?)", listed)


def _list_anew(db: sqlite3.Connection) -> None:
    """A release that knew of no such list wrote what is here."""
    for (name,) in db.execute("SELECT journal_id FROM mirrors").fetchall():
        rows = db.execute("SELECT row FROM mirrored WHERE journal_id = ? ORDER BY seq", (name,))
        _list_published(db, name, (parse(row) for (row,) in rows))


def _list_asked_anew(db: sqlite3.Connection) -> None:
    """As `_list_anew`. Only rows in which such a kind is written are parsed: a copy may be large."""
    query = "SELECT row FROM mirrored WHERE journal_id = ? AND instr(row, ?) ORDER BY seq"
    for (name,) in db.execute("SELECT journal_id FROM mirrors").fetchall():
        rows = {row for kind in _ASKED for (row,) in db.execute(query, (name, f'"{kind}"'.encode()))}
        _list_asked(db, name, (parse(row) for row in rows))


def _published(db: sqlite3.Connection) -> Published | None:
    latest = db.execute("SELECT journal_id FROM mirrors ORDER BY number DESC LIMIT 1").fetchone()
    if latest is None:
        return None
    catalogue, calendar = CataloguePublished.kind, CalendarPublished.kind
    query = """SELECT kind, row FROM published JOIN mirrored USING (journal_id, seq) WHERE journal_id = :journal
        AND (kind NOT IN (:catalogue, :calendar) OR seq IN (SELECT max(seq) FROM published
            WHERE journal_id = :journal GROUP BY kind)) ORDER BY seq"""
    values = {"journal": latest[0], "catalogue": catalogue, "calendar": calendar}
    found = [(kind, parse(row)) for kind, row in db.execute(query, values)]
    newest = dict(found)
    notices = tuple(fact for kind, fact in found if kind not in (catalogue, calendar))
    query = "SELECT row FROM asked JOIN mirrored USING (journal_id, seq) WHERE journal_id = ? ORDER BY seq"
    requests = tuple(parse(row) for (row,) in db.execute(query, latest))
    return Published(JournalId(latest[0]), newest.get(catalogue), newest.get(calendar), notices, requests)


def _end(db: sqlite3.Connection, journal_id: JournalId) -> Position:
    query = "SELECT seq, chain FROM mirrored WHERE journal_id = ? ORDER BY seq DESC LIMIT 1"
    found = db.execute(query, (journal_id,)).fetchone()
    return Position(Seq(found[0]), Chain(found[1])) if found else START
