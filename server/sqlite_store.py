"""A ledger in one SQLite file with one writing process."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlite_utils

from server.change import Change
from server.database import Broken, Db, See, Unavailable, everything, together
from server.errors import LedgerBusy, LedgerDamaged, LedgerRefused, ServerError
from server.schema import LEDGER, MIGRATIONS
from sync.clock import office_day
from sync.disk import DiskTrouble, take_writers_place, trouble_of

CHECKPOINT_PAGES = 4000
"""The log grows to 16 MB before it is copied into the file: a page that many commits change is written there once."""

ROWS_AT_ONCE = 50
"""Of one statement: it takes a fifth less than one for each row."""


class SqliteStore:
    """The file at `path`. `synchronous`: FULL, or what a control takes to show that less loses facts."""

    def __init__(self, path: Path, synchronous: str = "FULL") -> None:
        self.path, self._synchronous = path, synchronous
        self.name = str(path)

    @contextmanager
    def writer(self, zone: ZoneInfo) -> Iterator[sqlite3.Connection]:
        """As server.database.Store."""
        lock = self._lock()
        try:
            db = self._open(zone)
            try:
                yield db
            finally:
                db.close()
        finally:
            os.close(lock)

    def reader(self, see: See = everything) -> sqlite3.Connection:
        """Cannot write, not even a checkpoint."""
        uri = f"{self.path.absolute().as_uri()}?mode=ro"
        db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        see(db)
        return db

    def migrate(self, db: Db) -> None:
        """As server.database.Store."""
        assert isinstance(db, sqlite3.Connection)
        tables = sqlite_utils.Database(db)
        newer = {each.name for each in LEDGER.applied(tables)} - MIGRATIONS
        if newer:
            raise LedgerDamaged(f"{self.name} was written by a newer release: {', '.join(newer)}", hint=NEWER)
        LEDGER.apply(tables)

    def append(self, db: Db, facts: Sequence[tuple[str, int, bytes, bytes]]) -> None:
        """As server.database.Store."""
        for at in range(0, len(facts), ROWS_AT_ONCE):
            some = facts[at : at + ROWS_AT_ONCE]
            db.execute(*together("INSERT INTO facts (journal_id, seq, row, chain) VALUES {}", some))

    def fold(self, db: Db, changes: Sequence[Change]) -> None:
        """As server.database.Store."""
        for each in changes:
            db.execute(each.statement, each.values)

    def copy(self, db: Db, to: Path, pages: int, between: Callable[[int, int, int], None]) -> None:
        """As server.database.Store."""
        assert isinstance(db, sqlite3.Connection)
        with closing(sqlite3.connect(to)) as copy:
            copy.execute("PRAGMA synchronous = OFF")  # a copy that a power cut ends is made anew
            db.backup(copy, pages=pages, progress=between, sleep=0)

    def made(self, db: Db) -> int:
        """A file is opened once."""
        return 0

    def sizes(self, db: Db) -> dict[str, int]:
        """As server.database.Store."""
        files = {"database": self.path, "log": self.path.with_name(f"{self.path.name}-wal")}
        return {name: file.stat().st_size for name, file in files.items() if file.exists()}

    def trouble(self, error: Exception) -> ServerError:
        """As server.database.Store."""
        if isinstance(error, (Unavailable, OSError)):
            return LedgerRefused(f"{self.name}: {error}", hint=f"{_HINTS[trouble_of(error)]} Nothing was stored.")
        return LedgerDamaged(f"{self.name}: {error}", hint=_DAMAGED)

    def _open(self, zone: ZoneInfo) -> sqlite3.Connection:
        def day(utc_ms: int | None) -> str | None:
            return None if utc_ms is None else _day(utc_ms, zone)

        db = None
        try:
            db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(f"PRAGMA synchronous = {self._synchronous}")
            db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA trusted_schema = OFF")
            db.create_function("office_day", 1, day, deterministic=True)
        except Broken as error:
            if db is not None:
                db.close()
            if isinstance(error, Unavailable):
                raise self.trouble(error) from error
            raise LedgerDamaged(f"{self.name}: {error}", hint="Move the file aside and keep it for repair.") from error
        return db

    def _lock(self) -> int:
        try:
            return take_writers_place(self.path)
        except BlockingIOError as error:
            hint = "End the running server first; two writers would tear the ledger."
            raise LedgerBusy(f"another process writes {self.name}", hint=hint) from error
        except OSError as error:
            raise self.trouble(error) from error


def _day(utc_ms: int, zone: ZoneInfo) -> str | None:
    """The office day, None for a time that no calendar holds (a device can claim any number)."""
    try:
        day: date = office_day(utc_ms, zone)
    except (OverflowError, ValueError, OSError):
        return None
    return day.isoformat()


_HINTS = {
    DiskTrouble.FULL: "The disk is full: free space. The devices keep their facts and send them again.",
    DiskTrouble.READ_ONLY: "The folder cannot be written: check its owner and its mount.",
    DiskTrouble.FAILED: "Check the disk: run `dmesg` and look for I/O errors.",
}
_DAMAGED = "Keep the file for repair; the devices hold every fact that is not yet safe and send them again."
NEWER = "Install that release again, or start with a copy that this release wrote. It was left as it is."
