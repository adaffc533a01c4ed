"""Where a ledger is kept, by what the configuration calls it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from server.database import Db, See, Store, Unavailable, everything
from server.errors import ConfigError, LedgerRefused
from server.sqlite_store import SqliteStore

FILE = "office.db"


def store_of(place: Path | str) -> Store:
    """A path is a SQLite file, a URL a database of a PostgreSQL server. Raises ConfigError without its driver."""
    if isinstance(place, Path):
        return SqliteStore(place)
    try:
        from server.postgres_store import PostgresStore  # an office on a small board does without the driver
    except ImportError as error:
        raise ConfigError("the driver of PostgreSQL is not installed", hint=_DRIVER) from error
    return PostgresStore(place)


def place_of(database: str | None, folder: Path) -> Path | str:
    """Where the ledger is: what `database` in server.toml says, or the file in the data folder."""
    return database if database is not None else folder / FILE


def open_reader(place: Path | str, see: See = everything) -> Db:
    """A connection that cannot write. For use in any one thread at a time."""
    return store_of(place).reader(see)


@contextmanager
def ledger_of(database: str | None, folder: Path) -> Iterator[Db]:
    """A connection for a command that reads. Raises LedgerRefused where this release has begun no ledger."""
    place = place_of(database, folder)
    if isinstance(place, Path) and not place.exists():
        raise LedgerRefused(f"there is no ledger in {folder}", hint="Start the server once, or check `data`.")
    try:
        with closing(open_reader(place)) as db:
            yield db
    except Unavailable as error:
        hint = "Start the server of this release once: it brings the ledger up to date."
        raise LedgerRefused(f"the ledger cannot be read: {error}", hint=hint) from error


_DRIVER = "Install it: pip install 'scorecard-smart-box[postgresql]'."
