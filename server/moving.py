"""A ledger from its file into a PostgreSQL database, when an office or a centre grows: everything or nothing."""

import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

from server.database import DbError
from server.errors import LedgerRefused
from server.postgres import Postgres
from server.postgres_store import PostgresStore
from server.sqlite_store import SqliteStore
from server.tables import names

NUMBERED = ("refusals", "backups")
"""Tables whose rows the database counts."""


def move(ledger: Path, url: str, zone: ZoneInfo) -> str:
    """Copy the ledger in this file into the empty database at `url`; what was done, in words. The file stays.

    Raises LedgerBusy while a server writes either, and LedgerRefused where there is no such file, the database holds a
    ledger already, or not everything arrived.
    """
    if not ledger.exists():
        raise LedgerRefused(f"there is no ledger {ledger}", hint="Check `data` in server.toml.")
    source, to = SqliteStore(ledger), PostgresStore(url)
    with source.writer(zone) as old, to.writer(zone) as new:
        assert isinstance(new, Postgres)
        source.migrate(old)
        to.migrate(new)
        if new.execute("SELECT 1 FROM server").fetchone() is not None:
            raise LedgerRefused(f"{to.name} holds a ledger already", hint="Make an empty database for it.")
        new.execute("BEGIN")
        try:
            facts = _copy(old, new)
            new.execute("COMMIT")
        except DbError as error:
            raise to.trouble(error) from error
    return f'{facts} facts are in {to.name}. Say database = "…" in server.toml; keep {ledger} until a backup was made.'


def _copy(old: sqlite3.Connection, new: Postgres) -> int:
    new.execute("ALTER TABLE facts DISABLE TRIGGER facts_have_no_gap")  # the file's own kept gaps out
    for table, columns in names(old).items():
        new.execute(f"DELETE FROM {table}")  # what a migration put there
        rows = old.execute(f"SELECT {', '.join(columns)} FROM {table}")
        new.copy(table, columns, rows)
        count = f"SELECT count(*) FROM {table}"
        (there,), (here,) = new.execute(count).fetchone(), old.execute(count).fetchone()
        if there != here:
            raise sqlite3.DatabaseError(f"{table}: {there} of {here} rows arrived")
    for table in NUMBERED:
        query = f"SELECT setval(pg_get_serial_sequence('{table}', 'number'), coalesce(max(number), 0) + 1) FROM {table}"
        new.execute(query)
    new.execute("ALTER TABLE facts ENABLE TRIGGER facts_have_no_gap")
    (facts,) = new.execute("SELECT count(*) FROM facts").fetchone()
    return int(facts)
