"""A ledger in a database of a PostgreSQL server: one writing process, held by an advisory lock; facts by month.

Durable is what the server says it committed: `synchronous_commit` must be `on` (docs/postgresql.md); a writer that
finds it otherwise does not start, unless the URL itself asks for less, as a control does.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import sqlite_utils

from server import tables
from server.change import Change
from server.database import Db, DbError, See, Unavailable, everything
from server.errors import LedgerBusy, LedgerDamaged, LedgerRefused, ServerError
from server.postgres import Postgres
from server.postgres_schema import MONTHS_AHEAD, functions, partition, translated
from server.schema import LEDGER_IN_ORDER, MIGRATIONS
from server.sqlite_store import NEWER

_LOCK = 0x5C0_2ECA_2D
"""The number of the advisory lock that the writer holds."""


class PostgresStore:
    """The database that `url` names."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.name = _shown(url)

    @contextmanager
    def writer(self, zone: ZoneInfo) -> Iterator[Db]:
        """As server.database.Store."""
        with self._guarded():
            db = Postgres(self._url, self._take_place)
        try:
            with self._guarded():
                for statement in functions(zone):
                    db.execute(statement)
            yield db
        finally:
            db.close()

    def reader(self, see: See = everything) -> Db:
        """As server.database.Store."""
        return Postgres(self._url, partial(_only_read, see))

    def migrate(self, db: Db) -> None:
        """As server.database.Store."""
        db.execute(
            "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"
        )
        done = {name for (name,) in db.execute("SELECT name FROM migrations")}
        if done - MIGRATIONS:
            newer = ", ".join(sorted(done - MIGRATIONS))
            raise LedgerDamaged(f"{self.name} was written by a newer release: {newer}", hint=NEWER)
        for migration in LEDGER_IN_ORDER:
            if migration.__name__ not in done:
                db.execute("BEGIN")
                migration(cast("sqlite_utils.Database", _Translating(db)))
                db.execute("INSERT INTO migrations (name) VALUES (?)", (migration.__name__,))
                db.execute("COMMIT")
        self._make_partitions(db)

    def append(self, db: Db, facts: Sequence[tuple[str, int, bytes, bytes]]) -> None:
        """As server.database.Store."""
        assert isinstance(db, Postgres)
        db.copy("facts", ("journal_id", "seq", "row", "chain"), facts, ("text", "int8", "bytea", "bytea"))

    def fold(self, db: Db, changes: Sequence[Change]) -> None:
        """As server.database.Store."""
        assert isinstance(db, Postgres)
        db.all_of([(each.statement, each.values) for each in changes])

    def copy(self, db: Db, to: Path, pages: int, between: Callable[[int, int, int], None]) -> None:
        """As server.database.Store."""
        assert isinstance(db, Postgres)
        with closing(sqlite3.connect(to, isolation_level=None)) as copy:
            copy.execute("PRAGMA synchronous = OFF")  # a copy that a power cut ends is made anew
            tables.fill(copy, partial(_rows, db), between)

    def made(self, db: Db) -> int:
        """As server.database.Store."""
        assert isinstance(db, Postgres)
        return db.made

    def sizes(self, db: Db) -> dict[str, int]:
        """As server.database.Store."""
        (size,) = db.execute("SELECT pg_database_size(current_database())").fetchone()
        return {"database": size}

    def trouble(self, error: Exception) -> ServerError:
        """As server.database.Store."""
        if isinstance(error, Unavailable):
            return LedgerRefused(f"{self.name}: {error}", hint=_HINT)
        return LedgerDamaged(f"{self.name}: {error}", hint=_DAMAGED)

    def _take_place(self, db: Postgres) -> None:
        db.execute("SET client_min_messages = warning")
        (held,) = db.execute("SELECT pg_try_advisory_lock(?)", (_LOCK,)).fetchone()
        if not held:
            raise LedgerBusy(f"another process writes {self.name}", hint=_BUSY)
        query = "SELECT datlocprovider, datcollate FROM pg_database WHERE datname = current_database()"
        by, order = db.execute(query).fetchone()
        if by == "i" or order.partition(".")[0] != "C":
            raise LedgerRefused(f"{self.name} sorts by {'ICU' if by == 'i' else order}", hint=_ORDER)
        (commits,) = db.execute("SHOW synchronous_commit").fetchone()
        if commits in ("off", "local") and "synchronous_commit" not in self._url:
            raise LedgerRefused(f"{self.name} commits with synchronous_commit = {commits}", hint=_COMMITS)

    def _make_partitions(self, db: Db) -> None:
        (now,) = db.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')").fetchone()
        first = int(now[:4]) * 12 + int(now[4:]) - 1
        for month in range(first, first + MONTHS_AHEAD):
            db.execute(partition(month // 12, month % 12 + 1))

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DbError as error:
            raise self.trouble(error) from error


class _Translating:
    """What a migration of server.schema executes, in PostgreSQL's words."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def execute(self, statement: str) -> None:
        self._db.execute(translated(statement))


def _rows(db: Postgres, table: str, columns: Sequence[str]) -> Iterator[Sequence[object]]:
    order = " ORDER BY journal_id, seq" if {"journal_id", "seq"} <= set(columns) else ""
    return db.each(f"SELECT {', '.join(columns)} FROM {table}{order}")


def _only_read(see: See, db: Postgres) -> None:
    db.execute("SET client_min_messages = warning")
    see(db)  # before it may only read: a view is made, although for itself alone
    db.execute("SET default_transaction_isolation = 'repeatable read'")
    db.execute("SET default_transaction_read_only = on")


def _shown(url: str) -> str:
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, where, parts.path, "", ""))


_HINT = (
    "See that PostgreSQL runs and can be reached. Nothing was stored; the devices keep their facts and send them again."
)
_DAMAGED = "Keep the database for repair; the devices hold every fact that is not yet safe and send them again."
_ORDER = "Make it anew: createdb --template=template0 --locale=C.UTF-8."
_BUSY = "End the running server first; two writers would tear the ledger."
_COMMITS = "Set synchronous_commit = on: what was acknowledged would be lost with the machine."
