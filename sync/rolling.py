"""How a journal goes on in another file, and how closed files are taken away.

No database is ever renamed: SQLite finds the WAL of a file by its name, and a reader that has opened one file must not
meet the WAL of another. So each later file has its name for good, and `journal.db` becomes a symbolic link that is
replaced in one step. The power may be cut behind any step: `settle` brings the rest to its end at the next start.
docs/decisions/journal-segments.md says why it is done so.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sync.copies import begin_copy
from sync.database import no_journal, open_closed, open_for_writing, open_readonly
from sync.errors import JournalDamaged, NotCanonical, NotUnderstood, SyncError
from sync.segments import FOLDER, NAMES, Beginning, Closed, Segment, name_of
from sync.types import Seq

if TYPE_CHECKING:
    from sync.journal import JournalReader

PATIENCE_MS = 250
"""How long a reader in the middle of the file is waited for: somebody may stand at the kiosk."""
_BESIDE = ("-wal", "-shm")


class Disk:
    """Each step that a cut may follow. `done` is told of every one: tests cut there."""

    def done(self, step: str) -> None:
        """This step is over."""

    def make_folder(self, path: Path) -> None:
        """A folder, durable with those above it."""
        path.mkdir(parents=True, exist_ok=True)
        self.done("make folder")
        for each in (path.parent, path.parent.parent):
            self.sync_folder(each)

    def write(self, path: Path, secret: bytes, beginning: Beginning) -> None:
        """A whole file without facts, durable before it gets this name."""
        draft = path.with_name(path.name + ".new")
        self.remove(draft)
        begin_copy(draft, secret, beginning=beginning).close()
        self.done("write")
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        self.done("sync file")
        draft.replace(path)
        self.done("name")
        self.sync_folder(path.parent)

    def link(self, path: Path, name: Path) -> None:
        """A second name for this file."""
        if name.exists() and not name.samefile(path):
            name.replace(name.with_name(name.name + ".aside"))  # of a copy of this folder: not ours to throw away
            self.done("set aside")
        if not name.exists():
            os.link(path, name)
            self.done("link")
        self.sync_folder(name.parent)

    def point(self, path: Path, target: Path) -> None:
        """Let `path` stand for `target`, in one step."""
        draft = path.with_name(path.name + ".new")
        draft.unlink(missing_ok=True)
        draft.symlink_to(os.path.relpath(target, path.parent))
        self.done("draw pointer")
        draft.replace(path)
        self.done("point")
        self.sync_folder(path.parent)

    def remove(self, path: Path) -> None:
        """Take away a database and what SQLite puts beside it."""
        for end in (*_BESIDE, ""):
            path.with_name(path.name + end).unlink(missing_ok=True)
        self.done("remove")

    def sync_folder(self, folder: Path) -> None:
        """The names in this folder are durable."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        self.done("sync folder")


def empty_wal(db: sqlite3.Connection) -> None:
    """Bring everything into the file itself, so that nothing of it lies beside it. Raises sqlite3.Error."""
    patience = db.execute("PRAGMA busy_timeout").fetchone()[0]
    db.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    try:
        busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        db.execute(f"PRAGMA busy_timeout = {patience}")
    if busy:
        raise sqlite3.OperationalError("somebody reads it at this moment")


def begin_next(path: Path, journal_id: str, secret: bytes, beginning: Beginning, disk: Disk) -> None:
    """Let `path` stand for a new file that goes on behind `beginning.base`. The file before is not open for writing,
    and its WAL is empty. Raises OSError, sqlite3.Error, SyncError."""
    folder = path.parent / FOLDER / journal_id
    disk.make_folder(folder)
    following = folder / name_of(beginning.base.seq + 1)
    try:
        disk.write(following, secret, beginning)
        _take(path, following, folder / name_of(beginning.follows), disk)
    except (OSError, sqlite3.Error, SyncError):
        if path.resolve() != following.resolve():
            with suppress(OSError):
                disk.remove(following)
        raise


def _take(path: Path, following: Path, now_closed: Path, disk: Disk) -> None:
    """The last steps: a file that was never rolled gets its name among the closed ones, and the pointer is set."""
    first_time = not path.is_symlink()
    if first_time:
        disk.link(path, now_closed)
    disk.point(path, following)
    if first_time:
        _sweep(path)


def settle(path: Path, disk: Disk) -> None:
    """Bring to its end what a cut left half done. The writer's place is held. Raises OSError, sqlite3.Error, SyncError.

    A next file that is whole is taken: facts may be in it, where the disk was cut before the pointer was durable.
    """
    try:
        with Segment(path, open_readonly(path)) as active:
            name, end, first = active.opened().journal_id, active.own_last(), active.first
            secret = active.secret
    except (FileNotFoundError, JournalDamaged, NotCanonical, NotUnderstood):
        return  # whoever opens it for writing says what is wrong
    folder = path.parent / FOLDER / name
    if not folder.is_dir():
        return
    path.with_name(path.name + ".new").unlink(missing_ok=True)
    for draft in folder.glob("*.db.new"):
        disk.remove(draft)
    following = folder / name_of(end.seq + 1)
    if following.exists():
        with Segment(following) as found:
            beginning, theirs = found.beginning, found.secret
        if beginning is not None and (theirs, beginning.base, beginning.follows) == (secret, end, first):
            with closing(open_for_writing(path)) as db:
                empty_wal(db)
            _take(path, following, folder / name_of(first), disk)
    _sweep(path)


def _sweep(path: Path) -> None:
    """What SQLite left beside files that are closed. A WAL with anything in it stays."""
    active = path.resolve()
    places = [path] if path.is_symlink() else []
    with suppress(OSError):
        places += [each for each in active.parent.glob(NAMES) if each != active and active != path]
        for each in places:
            wal, shm = (each.with_name(each.name + end) for end in _BESIDE)
            if not wal.exists() or wal.stat().st_size == 0:
                wal.unlink(missing_ok=True)
                shm.unlink(missing_ok=True)


def drop(journal: "JournalReader", last: Seq, disk: Disk) -> None:
    """Take away the closed files of this journal that hold nothing behind `last`, the oldest first."""
    for each in journal.closed_files():
        if each.last.seq > last:
            return
        disk.remove(each.path)
        disk.sync_folder(each.path.parent)


@contextmanager
def closed(file: Closed) -> Iterator[Segment]:
    """A closed file, read. Raises JournalDamaged where it is gone meanwhile or cannot be read."""
    try:
        segment = Segment(file.path, open_closed(file.path))
    except FileNotFoundError as error:
        raise no_journal(file.path, "it was taken away meanwhile") from error
    with segment:
        yield segment
