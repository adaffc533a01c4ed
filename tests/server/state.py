"""What a ledger holds, for comparing before and after."""

from pathlib import Path
from typing import Any

from server.database import Db
from server.schema import PROJECTIONS
from tests.server.places import reader_of

RECEIVED = ("journals", "facts", "heads")


def contents(of: Path | str, tables: tuple[str, ...] = RECEIVED + PROJECTIONS) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of these tables."""
    db = reader_of(of)
    try:
        return {table: rows(db, table) for table in tables}
    finally:
        db.close()


def rows(db: Db, table: str) -> list[tuple[Any, ...]]:
    """Every row of one table, in order of its key."""
    return db.execute(f"SELECT {_COLUMNS.get(table, '*')} FROM {table} ORDER BY 1, 2").fetchall()


_COLUMNS = {"facts": "journal_id, seq, row, chain"}
"""In PostgreSQL it has the month, too."""
