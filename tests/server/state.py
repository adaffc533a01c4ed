"""What a ledger holds, for comparing before and after."""

import sqlite3
from pathlib import Path
from typing import Any

from server.ledger import open_reader
from server.schema import PROJECTIONS

RECEIVED = ("journals", "facts", "heads")


def contents(path: Path, tables: tuple[str, ...] = RECEIVED + PROJECTIONS) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of these tables."""
    db = open_reader(path)
    try:
        return {table: rows(db, table) for table in tables}
    finally:
        db.close()


def rows(db: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """Every row of one table, in order of its key."""
    return db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
