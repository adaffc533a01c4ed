"""How the SQLite files of this room are opened: to read beside a writer, to read when nobody writes, and to write."""

import os
import sqlite3
import stat
from pathlib import Path

from sync.disk import DiskTrouble, trouble_of
from sync.errors import JournalDamaged, JournalRefused

PAGE_SIZE = 1024


def open_readonly(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Raises FileNotFoundError, JournalDamaged."""
    return _opened(path, "mode=ro")


def open_closed(path: Path) -> sqlite3.Connection:
    """A connection to a file that nobody writes any more: without locks, and without the files that SQLite would put
    beside it. What lies in a WAL beside it is not seen; where there is one, it is read like any other file.

    Raises FileNotFoundError, JournalDamaged.
    """
    wal = path.with_name(path.name + "-wal")
    return _opened(path, "mode=ro" if wal.exists() and wal.stat().st_size else "mode=ro&immutable=1")


def _opened(path: Path, how: str) -> sqlite3.Connection:
    must_be_there(path)
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)
    except sqlite3.Error as error:
        raise no_journal(path, str(error)) from error


def must_be_there(path: Path) -> None:
    """Raises FileNotFoundError where there is nothing, JournalDamaged where a name stands for a file that is gone."""
    if path.exists():
        return
    if path.is_symlink():
        raise no_journal(path, f"it stands for {path.readlink()}, and that file is gone")
    raise FileNotFoundError(path)


def open_for_writing(path: Path, synchronous: str = "FULL") -> sqlite3.Connection:
    """A connection with the settings that every database of ours is written with (sync.journal says why these)."""
    _for_the_group(path)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA trusted_schema = OFF")
    except (sqlite3.Error, UnicodeDecodeError) as error:  # SQLite quotes a damaged schema in its message
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            raise refused(path, error) from error
        raise no_journal(path, str(error)) from error
    return connection


def _for_the_group(path: Path) -> None:
    """In a folder that a group writes, the file is the group's to write too: what SQLite puts beside it has its rights,
    and is made by whoever opens it first, be it to read. Nobody gets more than the folder gives: who writes there could
    exchange the file. By its name: a descriptor that is closed would take SQLite's locks along."""
    try:
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o664))
        known = path.stat()
        if path.parent.stat().st_mode & stat.S_IWGRP and known.st_uid == os.geteuid():
            wanted = stat.S_IMODE(known.st_mode) | stat.S_IWGRP
            if wanted != stat.S_IMODE(known.st_mode):
                path.chmod(wanted)
    except OSError:
        return  # SQLite says what is the matter


def no_journal(path: Path, why: str) -> JournalDamaged:
    """The error for a file that cannot be read as a journal at all."""
    hint = "Keep the file for repair, and take the journal from its mirror or from the server."
    return JournalDamaged(f"{path} is no journal: {why}", last_good=0, hint=hint)


_HINTS = {
    DiskTrouble.FULL: "The disk is full: free space on the data partition.",
    DiskTrouble.READ_ONLY: "The disk is read-only: check the card and the data partition's mount.",
    DiskTrouble.FAILED: "Check the card: run `dmesg` and look for I/O errors.",
}


def refused(path: Path, error: Exception) -> JournalRefused:
    """The error for a disk that takes nothing."""
    trouble = trouble_of(error)
    hint = f"{_HINTS[trouble]} Nothing was stored, nothing was lost."
    return JournalRefused(f"{path}: {error}", trouble=trouble, hint=hint)
