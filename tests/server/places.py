"""Where the ledgers of tests are kept: in files, or for a test that is run on both, in PostgreSQL databases by the same
names."""

import sqlite3
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from server.database import Db, See, everything
from server.postgres import Postgres
from server.sqlite_store import SqliteStore
from server.stores import open_reader
from tests.postgres import Cluster

_kept_in: Cluster | None = None


def keep_in(cluster: Cluster | None) -> None:
    """From now on."""
    global _kept_in
    _kept_in = cluster


def place(path: Path) -> Path | str:
    """Where the ledger of this name is. A new one has its tables already, as every database of a cluster has."""
    if _kept_in is not None:
        return _kept_in.database(path)
    if path.parent.is_dir() and not path.exists():
        path.write_bytes(_tables())
    return path


@cache
def _tables() -> bytes:
    """A file that a ledger can begin in: the migrations are run once a process, not once a test."""
    with TemporaryDirectory(prefix="scorecard-") as folder:
        store = SqliteStore(Path(folder) / "ledger")
        with store.writer(ZoneInfo("UTC")) as db:
            store.migrate(db)
        return store.path.read_bytes()


def reader_of(of: Path | str, see: See = everything) -> Db:
    """A connection that reads the ledger of this name, or at this place, and of it what `see` sees."""
    return open_reader(of if isinstance(of, str) else place(of), see)


def stranger(of: Path | str) -> Db:
    """A connection that writes what it likes."""
    return Postgres(of) if isinstance(of, str) else sqlite3.connect(of, isolation_level=None)


def by_name(db: Db, query: str) -> list[dict[str, Any]]:
    """What a query finds, by the names of its columns."""
    found = db.execute(query)
    return [{each[0]: value for each, value in zip(found.description, row, strict=True)} for row in found]
