"""The journal on disk: one SQLite file, one writing process, facts appended and never changed.

docs/journal.md specifies the bytes. Why these settings: WAL with synchronous=FULL lost no committed row in any tested
power cut, NORMAL lost rows in nearly all of them; pages of 1024 bytes and no secondary index keep a commit near the
floor of one flush (docs/performance.md, "journal"). The WAL file is never truncated (SQLite's default), so that a
commit overwrites blocks that already exist.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import sqlite_utils

from sync import codec
from sync.chain import START, Position, extend
from sync.codec import Draft, Fact
from sync.disk import DiskTrouble, take_writers_place, trouble_of
from sync.errors import JournalBusy, JournalDamaged, JournalRefused
from sync.facts import DayOpened, JournalOpened, Predecessor, draft, understand
from sync.schema import JOURNAL
from sync.types import BootId, BootMs, Chain, JournalId, Seq

PAGE_SIZE = 1024
FORMAT = 1
_HEAD = 40
"""The bytes of a row that hold its seq and kind, and nothing that anybody could have typed."""
_DAY = f',"{DayOpened.kind}",'


@dataclass(frozen=True, slots=True)
class Instant:
    """When a fact happened, on the clock that never jumps."""

    boot_id: BootId
    boottime_ms: BootMs


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as it lies in the journal: its exact bytes, and the chain up to and including it."""

    seq: Seq
    row: bytes
    chain: Chain

    @property
    def fact(self) -> Fact:
        """The fact, parsed anew at each look. Raises NotCanonical where the row is none (see `sync.verify`)."""
        return codec.parse(self.row)


class JournalReader:
    """Reads a journal, also while another process writes it. Never writes, not even a checkpoint."""

    def __init__(self, path: Path, connection: sqlite3.Connection | None = None) -> None:
        """Open read-only. Raises FileNotFoundError where there is no file, JournalDamaged where it is no journal."""
        self.path = path
        self._db = connection or open_readonly(path)
        try:
            self.secret = _read_secret(self._db, path)
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def entries(self, after: int = 0, *, limit: int = -1) -> Iterator[Entry]:
        """The entries behind this seq, in order, at most `limit` of them (-1: all)."""
        query = "SELECT seq, row, chain FROM facts WHERE seq > ? ORDER BY seq LIMIT ?"
        for seq, row, chain in self._db.execute(query, (after, limit)):
            yield Entry(seq, row, chain)

    def rows(self) -> Iterator[tuple[object, object, object]]:
        """All (seq, row, chain) as they lie there, not believed yet. Raises sqlite3.DatabaseError on damage."""
        yield from self._db.execute("SELECT seq, row, chain FROM facts ORDER BY seq")

    def guards(self) -> dict[str, str]:
        """The triggers of the file, name → text, of which nothing is believed: bytes that are no text become U+FFFD.
        Those that refuse changes are in `sync.schema.GUARDS`. Raises sqlite3.DatabaseError on damage."""
        texts = "CAST(name AS BLOB), CAST(coalesce(sql, '') AS BLOB)"
        found = self._db.execute(f"SELECT {texts} FROM sqlite_schema WHERE type = 'trigger'")
        return {name.decode(errors="replace"): sql.decode(errors="replace") for name, sql in found}

    def facts(self, after: int = 0) -> Iterator[Fact]:
        """The facts behind this seq, decoded."""
        return (entry.fact for entry in self.entries(after))

    def at(self, seq: int) -> Position | None:
        """The position of this seq, None where the journal does not reach it."""
        if seq == 0:
            return START
        found = self._db.execute("SELECT seq, chain FROM facts WHERE seq = ?", (seq,)).fetchone()
        return Position(*found) if found else None

    def day_before(self, days: int) -> int:
        """The seq before the last `days` office days of this journal; 0 where it has no more of them.

        Read from the end, so that it costs as much as those days do and not as much as the journal is long.
        """
        query = f"SELECT seq FROM facts WHERE instr(substr(row, 1, {_HEAD}), '{_DAY}') ORDER BY seq DESC LIMIT ?"
        begins = [int(seq) for (seq,) in self._db.execute(query, (days,))]
        return begins[-1] - 1 if begins else 0

    def last(self) -> Position:
        """The position of the last fact."""
        found = self._db.execute("SELECT seq, chain FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
        return Position(*found) if found else START

    def opened(self) -> JournalOpened:
        """The body of fact 1. Raises JournalDamaged where fact 1 is something else."""
        first = next(self.entries(limit=1), None)
        body = understand(first.fact) if first else None
        if not isinstance(body, JournalOpened):
            raise no_journal(self.path, "its first fact is not journal.opened")
        return body


class Journal(JournalReader):
    """The one writer of a journal."""

    def __init__(self, path: Path, *, synchronous: str = "FULL") -> None:
        """Take the writer's place at an existing journal.

        `synchronous` is FULL; NORMAL exists to show in a test that it loses facts when the power is cut.
        Raises JournalBusy, JournalDamaged, FileNotFoundError.
        """
        if not path.exists():
            raise FileNotFoundError(path)
        self._end: Position | None
        self._lock = _lock_writer(path)
        try:
            super().__init__(path, open_for_writing(path, synchronous))
        except BaseException:
            os.close(self._lock)
            raise
        try:
            self._end = self._checked_end()
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        role: str,
        public_key: bytes,
        random: Callable[[int], bytes],
        now: Instant,
        predecessor: Predecessor | None = None,
    ) -> Self:
        """Begin a journal; fact 1 is durable when this returns. A file left by a cut during creation is taken over.

        `random(n)` gives n unpredictable bytes. Raises JournalRefused where the disk does not take it.
        """
        lock = _lock_writer(path)
        try:
            journal_id = JournalId(random(16).hex())
            opened = JournalOpened(journal_id, public_key.hex(), role, predecessor)
            _write_first(path, random(32), opened, now)
        except sqlite3.Error as error:
            raise _refused(path, error) from error
        finally:
            os.close(lock)
        return cls(path)

    @property
    def end(self) -> Position:
        """The position of the last durable fact."""
        if self._end is None:
            self._end = self.last()
        return self._end

    def append(self, drafts: Sequence[Draft], now: Instant) -> list[Fact]:
        """Make these facts durable, all or none, and return them with their seq.

        Raises JournalRefused where the disk does not take them and NotCanonical where one has no canonical form;
        in both cases the journal is as it was.
        """
        facts, entries = chained(self.secret, self.end, drafts, now)
        self._store(entries)
        if entries:
            self._end = Position(entries[-1].seq, entries[-1].chain)
        return facts

    def close(self) -> None:
        """Let go of the file and of the writer's place. A second time does nothing."""
        super().close()
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)

    def _store(self, entries: Sequence[Entry]) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            _insert(self._db, entries)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._end = None  # whatever the disk did, the next append asks it
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise _refused(self.path, error) from error

    def _checked_end(self) -> Position | None:
        last = self.last()
        before = self.at(last.seq - 1) if last.seq else None
        entry = next(self.entries(last.seq - 1, limit=1), None) if last.seq else None
        if before is None or entry is None or extend(self.secret, before, entry.row) != last:
            hint = f"Run `python -m sync verify {self.path}`; it names the last good fact. Keep the file."
            raise JournalDamaged(f"{self.path}: the last fact does not fit the chain", last_good=0, hint=hint)
        return last


def chained(secret: bytes, at: Position, drafts: Sequence[Draft], now: Instant) -> tuple[list[Fact], list[Entry]]:
    """The facts that these drafts become behind `at`, and their entries. Pure. Raises NotCanonical."""
    facts, entries = [], []
    for each in drafts:
        fact = Fact(Seq(at.seq + 1), each.kind, each.version, now.boot_id, now.boottime_ms, each.body)
        row = codec.encode(fact)
        at = extend(secret, at, row)
        facts.append(fact)
        entries.append(Entry(at.seq, row, at.chain))
    return facts, entries


def unfinished(path: Path) -> bool:
    """Whether there is no journal here yet: no file, or one whose creation was cut off before fact 1 was durable."""
    if not path.exists():
        return True
    connection = open_readonly(path)
    try:
        made = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'facts'").fetchone()[0]
        return not made or connection.execute("SELECT NOT EXISTS (SELECT 1 FROM facts)").fetchone()[0] == 1
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


def open_readonly(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Raises FileNotFoundError, JournalDamaged."""
    if not path.exists():
        raise FileNotFoundError(path)
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    except sqlite3.Error as error:
        raise no_journal(path, str(error)) from error


def open_for_writing(path: Path, synchronous: str = "FULL") -> sqlite3.Connection:
    """A connection with the settings that every database of ours is written with (see the module's docstring)."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA trusted_schema = OFF")
    except (sqlite3.Error, UnicodeDecodeError) as error:  # SQLite quotes a damaged schema in its message
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            raise _refused(path, error) from error
        raise no_journal(path, str(error)) from error
    return connection


def no_journal(path: Path, why: str) -> JournalDamaged:
    """The error for a file that cannot be read as a journal at all."""
    hint = "Keep the file for repair, and take the journal from its mirror or from the server."
    return JournalDamaged(f"{path} is no journal: {why}", last_good=0, hint=hint)


def _read_secret(connection: sqlite3.Connection, path: Path) -> bytes:
    try:
        found = connection.execute("SELECT format, secret FROM journal").fetchone()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise no_journal(path, str(error)) from error
    if found is None or found[0] != FORMAT or not isinstance(found[1], bytes):
        raise no_journal(path, f"it holds no journal of format {FORMAT}")
    return found[1]


def _write_first(path: Path, secret: bytes, opened: JournalOpened, now: Instant) -> None:
    connection = open_for_writing(path)
    try:
        JOURNAL.apply(sqlite_utils.Database(connection))
        _, first = chained(secret, START, [draft(opened)], now)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO journal (one, format, secret) VALUES (1, ?, ?)", (FORMAT, secret))
        _insert(connection, first)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _insert(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    rows = [(entry.seq, entry.row, entry.chain) for entry in entries]
    connection.executemany("INSERT INTO facts (seq, row, chain) VALUES (?, ?, ?)", rows)


def _lock_writer(path: Path) -> int:
    try:
        return take_writers_place(path)
    except BlockingIOError as error:
        hint = "End the other process first; two writers would tear the journal."
        raise JournalBusy(f"another process writes {path}", hint=hint) from error
    except OSError as error:
        raise _refused(path, error) from error


_HINTS = {
    DiskTrouble.FULL: "The disk is full: free space on the data partition.",
    DiskTrouble.READ_ONLY: "The disk is read-only: check the card and the data partition's mount.",
    DiskTrouble.FAILED: "Check the card: run `dmesg` and look for I/O errors.",
}


def _refused(path: Path, error: Exception) -> JournalRefused:
    trouble = trouble_of(error)
    hint = f"{_HINTS[trouble]} Nothing was stored, nothing was lost."
    return JournalRefused(f"{path}: {error}", trouble=trouble, hint=hint)
