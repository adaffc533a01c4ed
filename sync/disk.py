"""What a disk says when it takes nothing, and the one writer's place at a database."""

import errno
import fcntl
import os
import sqlite3
from enum import Enum
from pathlib import Path


class DiskTrouble(Enum):
    """Why nothing can be stored. The values are codes: screens and logs say them in words."""

    FULL = "disk-full"
    READ_ONLY = "disk-read-only"
    FAILED = "disk-failed"


_BY_ERRNO = {
    errno.ENOSPC: DiskTrouble.FULL,
    errno.EDQUOT: DiskTrouble.FULL,
    errno.EROFS: DiskTrouble.READ_ONLY,
    errno.EACCES: DiskTrouble.READ_ONLY,
    errno.EPERM: DiskTrouble.READ_ONLY,
}
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: DiskTrouble.FULL,
    sqlite3.SQLITE_READONLY: DiskTrouble.READ_ONLY,
    sqlite3.SQLITE_PERM: DiskTrouble.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: DiskTrouble.READ_ONLY,
}


def trouble_of(error: Exception) -> DiskTrouble:
    """What an error of the operating system or of SQLite means, by its code; an unknown one is FAILED."""
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno or 0, DiskTrouble.FAILED)
    # The low byte is the primary code, the rest its refinement (sqlite.org/rescode.html).
    code = getattr(error, "sqlite_errorcode", None)
    return _BY_SQLITE.get(code & 0xFF, DiskTrouble.FAILED) if isinstance(code, int) else DiskTrouble.FAILED


def take_writers_place(path: Path) -> int:
    """Hold the only writer's place at this database until the returned file descriptor is closed.

    The lock lies on a file of its own beside it: closing any descriptor of the database itself would drop SQLite's own
    locks. Raises BlockingIOError where another process holds it, OSError where the folder cannot be written.
    """
    handle = os.open(path.with_name(path.name + ".writer"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(handle)
        raise
    return handle
