"""The database that a ledger is kept in, as those see it who read and write it.

SQL in this room is the part that SQLite and PostgreSQL both understand (docs/decisions/postgresql.md).
"""

import sqlite3
from typing import TypeAlias

Db: TypeAlias = sqlite3.Connection
"""An open connection."""
DbError = sqlite3.Error
"""Whatever a database says when it does not do what it was asked for."""
Unavailable = sqlite3.OperationalError
"""It cannot be read or written now: the disk, a lock, a table that is not there."""
Broken = sqlite3.DatabaseError
"""It is no database, or torn."""
Taken = sqlite3.IntegrityError
"""The row would be there twice, or names one that is not there."""
