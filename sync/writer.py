"""The one writing process of a small database beside the journal, opened only when there is something to do."""

import os
import sqlite3
from pathlib import Path

from sync.disk import take_writers_place
from sync.errors import JournalBusy


class LazyWriter:
    """Holds the writer's place of `path`, and its connection once somebody has opened it.

    So a disk that takes nothing stops this file and nothing else.
    """

    def __init__(self, path: Path) -> None:
        """Raises JournalBusy where another process writes it already."""
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._take_place()

    def close(self) -> None:
        """Let go of the file and of the writer's place."""
        self._forget()
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def _forget(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _take_place(self) -> None:
        if self._lock is not None:
            return
        try:
            self._lock = take_writers_place(self._path)
        except BlockingIOError as error:
            raise JournalBusy(f"another process writes {self._path}", hint="End the other `python -m sync`.") from error
        except OSError:
            return  # the disk takes nothing at all; whoever writes is told so
