"""The journal on disk: one writing process, facts appended and never changed, in one SQLite file or several.

docs/journal.md specifies the bytes. Why these settings: WAL with synchronous=FULL lost no committed row in any tested
power cut, NORMAL lost rows in nearly all of them; pages of 1024 bytes and no secondary index keep a commit near the
floor of one flush (docs/performance.md, "journal"). The WAL file is never truncated (SQLite's default) while its file
is written, so that a commit overwrites blocks that already exist.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

import sqlite_utils

from sync import codec, rolling
from sync.chain import START, Position, extend
from sync.codec import Draft, Fact
from sync.database import must_be_there, open_for_writing, open_readonly, refused
from sync.disk import take_writers_place
from sync.errors import JournalBusy, JournalDamaged, SyncError
from sync.facts import DayOpened, JournalOpened, MachineStarted, Predecessor, draft
from sync.schema import JOURNAL
from sync.segments import FORMAT, Beginning, Closed, Segment, before
from sync.segments import Entry as Entry
from sync.types import BootId, BootMs, JournalId, Seq

FULL_AT = 50_000
"""Facts in a file before the next day begins another: about ten days of a busy office and 10 MB, so that a file can be
copied, checked and taken away as a whole, and five years are a few hundred of them."""
BEGINS_A_FILE: Mapping[str, str] = {
    "kiosk": DayOpened.kind,
    "display": MachineStarted.kind,
    "scorebox": MachineStarted.kind,
}
"""The first fact of a later file, by the machine's role. A display opens no days."""


@dataclass(frozen=True, slots=True)
class Instant:
    """When a fact happened, on the clock that never jumps."""

    boot_id: BootId
    boottime_ms: BootMs


class JournalReader(Segment):
    """Reads a journal across its files, also while another process writes it.

    Once the writer has begun another file, what is new lies there: whoever stays open sees the journal up to then.
    """

    def entries(self, after: int = 0, *, limit: int = -1) -> Iterator[Entry]:
        """The entries behind this seq that are here, in order, at most `limit` of them (-1: all)."""
        left = limit
        for each in self._closed(after):
            if left == 0:
                return
            with rolling.closed(each) as segment:
                for entry in segment.own_entries(after, left):
                    left -= 1 if left > 0 else 0
                    yield entry
        if left != 0:
            yield from self.own_entries(after, left)

    def facts(self, after: int = 0) -> Iterator[Fact]:
        """The facts behind this seq that are here, decoded."""
        return (entry.fact for entry in self.entries(after))

    def at(self, seq: int) -> Position | None:
        """The position of this seq, None where the journal does not reach it, or does not reach back to it."""
        if seq >= self.base.seq:
            return self.own_at(seq)
        for segment in before(self):
            if seq >= segment.base.seq:
                return segment.own_at(seq)
        return None

    def oldest(self) -> Beginning | None:
        """Where the oldest file that is here begins; None where it begins with fact 1."""
        beginning = self.beginning
        for segment in before(self):
            beginning = segment.beginning
        return beginning

    def floor(self) -> Position:
        """The position behind which everything is here: START, where nothing was pruned."""
        beginning = self.oldest()
        return beginning.base if beginning else START

    def closed_files(self) -> list[Closed]:
        """The closed files that are here, the oldest first, each with the date at which it had ended."""
        found, ended = [], self.first_date()
        for segment in before(self):
            found.append(replace(_closed(segment), ended=ended))
            ended = segment.first_date() or ended
        return found[::-1]

    def day_before(self, days: int) -> int:
        """The seq before the last `days` office days of this journal; 0 where it has no more of them.

        Read from the end, so that it costs as much as those days do and not as much as the journal is long.
        """
        begins = self.days_begin(days)
        if len(begins) < days:
            for segment in before(self):
                begins += segment.days_begin(days - len(begins))
                if len(begins) >= days:
                    break
        return begins[-1] - 1 if begins else 0

    def last_of(self, kind: str) -> Fact | None:
        """The last fact of this kind that is here."""
        found = self.own_last_of(kind)
        earlier = before(self) if found is None else iter(())
        return next((each for segment in earlier if (each := segment.own_last_of(kind)) is not None), found)

    def last(self) -> Position:
        """The position of the last fact."""
        return self.own_last()

    def _closed(self, after: int) -> list[Closed]:
        """The closed files with anything behind this seq, the oldest first."""
        found: list[Closed] = []
        if after < self.base.seq:
            for segment in before(self):
                found.append(_closed(segment))
                if segment.base.seq <= after:
                    break
        return found[::-1]


class Journal(JournalReader):
    """The one writer of a journal."""

    full_at: ClassVar[int] = FULL_AT

    def __init__(self, path: Path, *, synchronous: str = "FULL", disk: rolling.Disk | None = None) -> None:
        """Take the writer's place at an existing journal, and bring to its end what a cut left half done.

        `synchronous` is FULL; NORMAL exists to show in a test that it loses facts when the power is cut.
        Raises JournalBusy, JournalDamaged, JournalRefused, FileNotFoundError.
        """
        must_be_there(path)  # SQLite would make the file
        self._end: Position | None
        self._synchronous, self._disk = synchronous, disk or rolling.Disk()
        self.unrolled: str | None = None
        """Why the last try to begin another file came to nothing: the journal goes on in the same one."""
        self._lock = _lock_writer(path)
        try:
            rolling.settle(path, self._disk)
            super().__init__(path, open_for_writing(path, synchronous))
        except BaseException as error:
            os.close(self._lock)
            if isinstance(error, OSError | sqlite3.Error):
                raise refused(path, error) from error
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
            raise refused(path, error) from error
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

        Where they begin a day and the file is full, they are the first of another file.
        Raises JournalRefused where the disk does not take them and NotCanonical where one has no canonical form;
        in both cases the journal is as it was.
        """
        if drafts and self.end.seq - self.base.seq >= self.full_at and drafts[0].kind == self._begins_a_file():
            self.roll()
        facts, entries = chained(self.secret, self.end, drafts, now)
        self._store(entries)
        if entries:
            self._end = Position(entries[-1].seq, entries[-1].chain)
        return facts

    def roll(self) -> bool:
        """Close this file and go on in another; whether it did. If not, `unrolled` says why: nothing has changed then.

        Raises JournalRefused where the disk gives neither file back; the next fact tries again.
        """
        end = self.end
        if end.seq == self.base.seq:
            return False
        here, beginning = self.first, Beginning(self._base(), self.first, self.opened_row() or b"")
        name = self.opened().journal_id
        try:
            rolling.empty_wal(self._db)
            self._db.close()
            rolling.begin_next(self.path, name, self.secret, beginning, self._disk)
            self.unrolled = None
        except (OSError, SyncError, sqlite3.Error) as error:
            self.unrolled = f"{self.path} goes on as one file: {error}"
        self._open_anew()
        return self.first != here

    def drop(self, pruned: Fact) -> None:
        """Take the closed files away that this fact, `segments.pruned` and durable, tells of. A second time does
        nothing. Raises OSError, JournalDamaged."""
        rolling.drop(self, Seq(int(str(pruned.body["last"]))), self._disk)

    def close(self) -> None:
        """Let go of the file and of the writer's place. A second time does nothing."""
        super().close()
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)

    def _base(self) -> Position:
        """Where another file would begin."""
        return self.end

    def _begins_a_file(self) -> str | None:
        return BEGINS_A_FILE.get(self.opened().role)

    def _open_anew(self) -> None:
        with suppress(sqlite3.Error):
            self._db.close()
        try:
            super().__init__(self.path, open_for_writing(self.path, self._synchronous))
        except (OSError, sqlite3.Error) as error:
            raise refused(self.path, error) from error
        self._end = None

    def _store(self, entries: Sequence[Entry]) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            _insert(self._db, entries)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._end = None  # whatever the disk did, the next append asks it
            with suppress(sqlite3.Error):
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
            raise refused(self.path, error) from error

    def _checked_end(self) -> Position:
        """The end of this file, where its last fact fits. A file that was just begun has none yet."""
        last = self.last()
        if last == self.base and last != START:
            return last
        before_it = self.own_at(last.seq - 1) if last.seq else None
        entry = next(self.own_entries(last.seq - 1, 1), None) if last.seq else None
        if before_it is None or entry is None or extend(self.secret, before_it, entry.row) != last:
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
    """Whether there is no journal here yet: no file, or one whose creation was cut off before fact 1 was durable.

    A later file of a journal is never unfinished, though it may hold no fact yet: it was whole when it took the name.
    """
    if path.is_symlink():
        return False
    if not path.exists():
        return True
    connection = open_readonly(path)
    try:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if "segment" in names:
            return False
        return "facts" not in names or connection.execute("SELECT NOT EXISTS (SELECT 1 FROM facts)").fetchone()[0] == 1
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


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
        raise refused(path, error) from error


def _closed(segment: Segment) -> Closed:
    return Closed(segment.path, segment.first, segment.own_last(), segment.path.stat().st_size)
