"""A copy of a ledger that is a file, as a restored server begins with it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from server.database import Db


def copied(db: Db, to: Path) -> Path:
    """What this connection sees, in a file at `to`."""
    assert isinstance(db, sqlite3.Connection)
    with closing(sqlite3.connect(to)) as copy:
        db.backup(copy)
    return to
