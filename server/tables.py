"""A ledger table by table from one database into another: a backup of PostgreSQL is a file like any other."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import sqlite_utils

from server.schema import LEDGER

AT_ONCE = 1000
Between = Callable[[int, int, int], None]
Read = Callable[[str, Sequence[str]], Iterator[Sequence[object]]]
"""The rows of a table, in the order of these columns."""


def names(db: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """The columns of every table of a ledger, by table, in an order in which no row names one that comes later."""
    found = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%' ORDER BY name"
    tables = sorted((name for (name,) in db.execute(found)), key=lambda name: name not in _FIRST)
    return {table: tuple(row[1] for row in db.execute(f"PRAGMA table_info({table})")) for table in tables}


def fill(to: sqlite3.Connection, read: Read, between: Between) -> None:
    """Make a ledger in this empty database with what `read` gives."""
    LEDGER.apply(sqlite_utils.Database(to))
    tables = names(to)
    for number, (table, columns) in enumerate(tables.items(), 1):
        marks = ", ".join("?" for _ in columns)
        rows = read(table, columns)
        while some := list(islice(rows, AT_ONCE)):
            to.execute("BEGIN")
            to.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", some)
            to.execute("COMMIT")
            between(0, len(tables) - number, len(tables))


_FIRST = ("journals", "staff")
"""What others refer to."""
