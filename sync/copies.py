"""Copies of somebody else's journal: files of the journal's own format, so that whatever reads one reads the other."""

import itertools
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import sqlite_utils

from sync.journal import FORMAT, Entry, open_for_writing
from sync.schema import JOURNAL

AT_ONCE = 5000
"""Rows in memory while a journal of any length is copied."""


def begin_copy(path: Path, secret: bytes, synchronous: str = "FULL") -> sqlite3.Connection:
    """A copy without facts, in a new file. Raises FileExistsError, sqlite3.Error, JournalRefused."""
    path.open("xb").close()
    connection = open_for_writing(path, synchronous)
    try:
        JOURNAL.apply(sqlite_utils.Database(connection))
        connection.execute("INSERT INTO journal (one, format, secret) VALUES (1, ?, ?)", (FORMAT, secret))
    except BaseException:
        connection.close()
        raise
    return connection


def add_rows(connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Insert these entries. Within a transaction of the caller's."""
    rows = [(entry.seq, entry.row, entry.chain) for entry in entries]
    connection.executemany("INSERT INTO facts (seq, row, chain) VALUES (?, ?, ?)", rows)


def write_copy(path: Path, secret: bytes, entries: Iterable[Entry]) -> None:
    """A whole copy in a new file, in one transaction. Raises FileExistsError, sqlite3.Error, JournalRefused."""
    connection, rest = begin_copy(path, secret), iter(entries)
    try:
        connection.execute("BEGIN")
        while part := list(itertools.islice(rest, AT_ONCE)):
            add_rows(connection, part)
        connection.execute("COMMIT")
    finally:
        connection.close()
