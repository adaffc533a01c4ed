"""A ledger in PostgreSQL: a connection that behaves like one to SQLite, as far as this room asks for (server.database).

The few words that the two do not share are translated here. What PostgreSQL says is told in the names that
server.database gives. A connection that was lost is made anew for the next statement outside of a transaction; within
one the statement fails, and with it the transaction.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import errors
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumper

from server.database import Unavailable

AT_ONCE = 1000
_REPEATABLE = ("BEGIN", "SELECT", "WITH")
Values = Sequence[object] | Mapping[str, object]

_WORDS = re.compile(r"(?P<text>'(?:[^']|'')*')|(?P<cast>::)|:(?P<name>[a-z_]\w*)|(?P<mark>\?)|(?P<percent>%)")
_SAME = (
    ("BEGIN IMMEDIATE", "BEGIN"),
    ("CAST(row AS TEXT)", "convert_from(row, 'UTF8')"),
    ("group_concat(", "string_agg("),
    ("CREATE TEMP VIEW ", "CREATE OR REPLACE TEMP VIEW "),
    ("main.", "public."),
    ("date(day, '-6 days', 'weekday 1')", "to_char(date_trunc('week', day::date), 'YYYY-MM-DD')"),
)


@lru_cache(4096)
def translated(statement: str) -> str:
    """This statement as PostgreSQL and its driver understand it: `?` and `:name` are where values go."""
    for ours, theirs in _SAME:
        statement = statement.replace(ours, theirs)
    return _WORDS.sub(_word, statement)


def _word(found: re.Match[str]) -> str:
    if found["name"]:
        return f"%({found['name']})s"
    if found["mark"]:
        return "%s"
    return found[0].replace("%", "%%")


class _Number(Loader):
    """A sum of whole numbers is a whole number, as SQLite tells it."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode()
        return float(text) if "." in text else int(text)


class _Text(StrDumper):
    """A device can claim any letter; the one that PostgreSQL keeps in no text is shown as unknown."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "\ufffd"))


class Rows:
    """What a statement found; of a cursor what this room uses."""

    def __init__(self, cursor: psycopg.ClientCursor[Any]) -> None:
        self._cursor = cursor
        self.rowcount = cursor.rowcount
        self.description = cursor.description

    def fetchone(self) -> Any:
        """The next row, or None."""
        return self._cursor.fetchone()

    def fetchall(self) -> list[Any]:
        """Those that are left."""
        return self._cursor.fetchall()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._cursor)


class Postgres:
    """One connection. `opened(connection)` is called whenever it was made, first or anew; what it raises ends that."""

    def __init__(self, url: str, opened: Callable[["Postgres"], None] = lambda db: None) -> None:
        """Raises Unavailable."""
        self._url, self._opened = url, opened
        self.total_changes = 0
        self.made = 0
        """How often a connection was made: whoever keeps something beside the tables compares it."""
        self._db = self._connect()
        self._begin()

    def execute(self, statement: str, values: Values = (), /) -> Rows:
        """As sqlite3.Connection.execute."""
        inside = self.in_transaction
        try:
            cursor = self._execute(statement, values)
        except Unavailable:
            if inside or not self._db.closed or not statement.startswith(_REPEATABLE):
                raise
            cursor = self._execute(statement, values)  # the first that a lost connection is noticed by
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            self.total_changes += max(cursor.rowcount, 0)
        return Rows(cursor)

    def executemany(self, statement: str, rows: Iterable[Values], /) -> None:
        """As sqlite3.Connection.executemany: all of them on one way there and back."""
        with _told():
            cursor = psycopg.Cursor(self._db) if self.in_transaction else self._cursor()
            cursor.executemany(translated(statement), list(rows))
        self.total_changes += max(cursor.rowcount, 0)

    def all_of(self, statements: Iterable[tuple[str, Values]]) -> None:
        """Do these in their order, without waiting for the answer of each. Within a transaction."""
        with _told(), self._db.pipeline(), psycopg.Cursor(self._db) as cursor:
            for statement, values in statements:
                cursor.execute(translated(statement), values)
                self.total_changes += 1

    def copy(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]], types: Sequence[str] | None = None
    ) -> None:
        """Append these rows to a table, in the way that is fastest here: with their types, in the server's own form."""
        binary = "" if types is None else " (FORMAT BINARY)"
        with _told():
            cursor = self._cursor()
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN{binary}") as copy:
                if types is not None:
                    copy.set_types(types)
                for row in rows:
                    copy.write_row(row)
        self.total_changes += max(cursor.rowcount, 0)

    def each(self, statement: str) -> Iterator[Sequence[object]]:
        """The rows of a large answer, a part at a time. Within a transaction."""
        with _told(), self._db.cursor("each") as cursor:
            cursor.itersize = AT_ONCE
            yield from cursor.execute(translated(statement))

    def _execute(self, statement: str, values: Values) -> psycopg.ClientCursor[Any]:
        cursor = self._cursor()
        with _told():
            cursor.execute(translated(statement), values)
        return cursor

    @property
    def in_transaction(self) -> bool:
        """Whether one was begun; one that was lost with its connection is still to be rolled back."""
        return self._db.info.transaction_status not in (TransactionStatus.IDLE, TransactionStatus.UNKNOWN)

    def close(self) -> None:
        """Let go."""
        self._db.close()

    def _cursor(self) -> psycopg.ClientCursor[Any]:
        if self._db.closed:
            self._db = self._connect()
            self._begin()
        return psycopg.ClientCursor(self._db)

    def _connect(self) -> psycopg.Connection[Any]:
        with _told():
            db = psycopg.connect(self._url, autocommit=True, application_name="scorecard")
        db.adapters.register_loader("numeric", _Number)
        db.adapters.register_dumper(str, _Text)
        return db

    def _begin(self) -> None:
        self.made += 1
        try:
            self._opened(self)
        except BaseException:
            self._db.close()
            raise


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except errors.IntegrityError as error:
        raise sqlite3.IntegrityError(_text(error)) from error
    except errors.UndefinedTable as error:
        raise sqlite3.OperationalError(_text(error)) from error
    except (errors.RaiseException, errors.DataError, errors.ProgrammingError) as error:
        raise sqlite3.DatabaseError(_text(error)) from error
    except errors.Error as error:
        raise sqlite3.OperationalError(_text(error)) from error


def _text(error: psycopg.Error) -> str:
    return " ".join(str(error).split())
