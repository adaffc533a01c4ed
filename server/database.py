"""The database that a ledger is kept in, as those see it who read and write it.

SQL in this room is the part that SQLite and PostgreSQL both understand (docs/decisions/postgresql.md). A connection to
SQLite is sqlite3's own; one to PostgreSQL (server.postgres) behaves like it and raises the same.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from server.change import Change
from server.errors import ServerError

Values: TypeAlias = Sequence[Any] | Mapping[str, Any]

DbError = sqlite3.Error
"""Whatever a database says when it does not do what it was asked for."""
Unavailable = sqlite3.OperationalError
"""It cannot be read or written now: the disk, a lock, a lost connection, a table that is not there."""
Broken = sqlite3.DatabaseError
"""It is no database, or torn."""
Taken = sqlite3.IntegrityError
"""The row would be there twice, or names one that is not there."""


class Rows(Protocol):
    """What a statement found."""

    @property
    def rowcount(self) -> int: ...
    @property
    def description(self) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Db(Protocol):
    """An open connection. Outside of a transaction every statement is one of its own."""

    @property
    def in_transaction(self) -> bool: ...
    @property
    def total_changes(self) -> int: ...
    def execute(self, statement: str, values: Values = ..., /) -> Rows: ...
    def executemany(self, statement: str, rows: Iterable[Values], /) -> object: ...
    def close(self) -> None: ...


See: TypeAlias = Callable[[Db], object]
"""What is done with a connection before it reads (server.lens)."""


def everything(db: Db) -> None:
    """Nothing is kept from it."""


class Store(Protocol):
    """Where a ledger is: a file, or a database of a server."""

    @property
    def name(self) -> str:
        """As it is shown to people, without a password."""

    def writer(self, zone: ZoneInfo) -> AbstractContextManager[Db]:
        """The one connection that writes, with the writer's place held until the end. In it `office_day(utc_ms)` gives
        the day of an office in this zone. Raises LedgerBusy, LedgerDamaged, LedgerRefused."""

    def reader(self, see: See = everything) -> Db:
        """A connection that cannot write, and sees what `see` lets it. For use in any one thread at a time. Raises
        Unavailable."""

    def migrate(self, db: Db) -> None:
        """Bring the tables up to this release. Raises LedgerDamaged where a newer one wrote them."""

    def append(self, db: Db, facts: Sequence[tuple[str, int, bytes, bytes]]) -> None:
        """Store these rows of `facts`: (journal_id, seq, row, chain). Within a transaction."""

    def fold(self, db: Db, changes: Sequence[Change]) -> None:
        """Do these changes in their order. Within a transaction."""

    def copy(self, db: Db, to: Path, pages: int, between: Callable[[int, int, int], None]) -> None:
        """Make a SQLite file of what this connection sees, so many pages at once; `between(_, left, all)` is called
        after each of these. Raises OSError, DbError."""

    def made(self, db: Db) -> int:
        """How often this connection was made anew behind our back: what is kept beside the tables is stale then."""

    def sizes(self, db: Db) -> Mapping[str, int]:
        """Bytes that it takes, by part: `database` is the whole or most of it."""

    def trouble(self, error: Exception) -> ServerError:
        """What an error of this database means, with what to do."""


def together(statement: str, rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """A statement that does at once what it would do for each of these rows: `{}` in it is where they go, as in
    `VALUES {}`. And the values of all of them."""
    row = f"({', '.join('?' * len(rows[0]))})"
    return statement.format(", ".join([row] * len(rows))), [value for each in rows for value in each]
