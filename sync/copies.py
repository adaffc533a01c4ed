"""Copies of somebody else's journal: files of the journal's own format, so that whatever reads one reads the other."""

import itertools
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import sqlite_utils

from sync.chain import Position
from sync.database import open_for_writing
from sync.schema import JOURNAL, LATER_SEGMENT
from sync.segments import FORMAT, LATER, Beginning, Entry

AT_ONCE = 5000
"""Rows in memory while a journal of any length is copied."""


def begin_copy(
    path: Path, secret: bytes, synchronous: str = "FULL", beginning: Beginning | None = None
) -> sqlite3.Connection:
    """A file without facts, a new one. `beginning`: where it goes on, if not with fact 1.

    Raises FileExistsError, sqlite3.Error, JournalRefused.
    """
    path.open("xb").close()
    connection = open_for_writing(path, synchronous)
    try:
        JOURNAL.apply(sqlite_utils.Database(connection))
        form = FORMAT if beginning is None else LATER
        connection.execute("INSERT INTO journal (one, format, secret) VALUES (1, ?, ?)", (form, secret))
        if beginning is not None:
            LATER_SEGMENT.apply(sqlite_utils.Database(connection))
            values = (*_place(beginning.base), beginning.follows, beginning.opened)
            connection.execute("INSERT INTO segment VALUES (1, ?, ?, ?, ?)", values)
    except BaseException:
        connection.close()
        raise
    return connection


def add_rows(connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Insert these entries. Within a transaction of the caller's."""
    rows = [(entry.seq, entry.row, entry.chain) for entry in entries]
    connection.executemany("INSERT INTO facts (seq, row, chain) VALUES (?, ?, ?)", rows)


def write_copy(path: Path, secret: bytes, entries: Iterable[Entry], beginning: Beginning | None = None) -> None:
    """A whole copy in a new file, in one transaction. Raises FileExistsError, sqlite3.Error, JournalRefused."""
    connection, rest = begin_copy(path, secret, beginning=beginning), iter(entries)
    try:
        connection.execute("BEGIN")
        while part := list(itertools.islice(rest, AT_ONCE)):
            add_rows(connection, part)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _place(at: Position) -> tuple[int, bytes]:
    return at.seq, at.chain
