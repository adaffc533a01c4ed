"""A second medium: copies of this machine's journals on a stick beside the card, a few seconds behind it.

    scorecard/box.json         whose copies these are
    scorecard/kiosk/ID.db      a journal of this machine, as one file (docs/journal.md, "File")
    scorecard/office/ID.db     the office's journal, as this machine has it
    scorecard/office/ID.json   the office's signed word for that
    scorecard/device.key …     what else a restore needs

Facts are appended, each held against its chain as it comes; nothing is written while nothing happens. A copy that does
not fit its journal is set aside, never changed; one that reaches further than the journal is left as it is.
"""

import contextlib
import itertools
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from sync.chain import Position, extend
from sync.copies import add_rows, begin_copy
from sync.database import open_for_writing
from sync.durable import write_durably
from sync.errors import JournalDamaged, SyncError
from sync.journal import Entry, JournalReader, unfinished

FOLDER, MARK = "scorecard", "box.json"
KIOSK, OFFICE = "kiosk", "office"
SMALL = ("device.key", "pin.json")
"""Files beside the journal that a restored machine needs to be the same one."""
AT_ONCE = 500
"""Facts in one step: others get a turn in between, and no reader stands in the kiosk's way for long."""

Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]


class Foreign(SyncError):
    """The medium holds copies of another machine; nothing is written there."""


class Ahead(SyncError):
    """The copy reaches further than the journal on the card: it is left as it is, for a restore."""


class SourceDamaged(SyncError):
    """The journal on the card cannot be read, or its facts do not fit their chain: nothing of it is copied."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The machine's journal, and the office's that it has a copy of (None: none yet)."""

    journal: Id
    office: Id | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """The office's signed word for its journal, all in hex."""

    public_key: str
    seq: int
    chain: str
    signature: str


def read_mark(medium: Path) -> Mark | None:
    """Whose copies lie here; None: nobody's. Raises Foreign where that cannot be read."""
    path = medium / FOLDER / MARK
    try:
        return msgspec.json.decode(path.read_bytes(), type=Mark)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Foreign(f"{path} cannot be read", hint=_EMPTY) from error


def claim(medium: Path, mark: Mark, predecessor: str | None) -> None:
    """From here on this machine's copies lie here. Raises Foreign, OSError."""
    found = read_mark(medium)
    if found == mark:
        return
    if found is not None and found.journal not in (mark.journal, predecessor):
        raise Foreign(f"the medium holds copies of the journal {found.journal}, of another machine", hint=_EMPTY)
    for name in (KIOSK, OFFICE):
        (medium / FOLDER / name).mkdir(parents=True, exist_ok=True)
    write_durably(medium / FOLDER / MARK, msgspec.json.encode(mark))


class Copy:
    """The copy of one journal, which a `source` is read for. Raises sqlite3.Error, OSError where the medium fails."""

    def __init__(self, path: Path, source: JournalReader) -> None:
        """Go on with the copy in this file, else begin it. Raises Ahead, SourceDamaged too."""
        self.path = path
        self._reader = self._fitting(source) or self._begun(source)
        self.end = self._reader.last()
        self._proven = self._reader.base
        self._proof_until = self.end.seq

    @property
    def connection(self) -> sqlite3.Connection:
        """To the file."""
        return self._reader.connection

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()

    def step(self, source: JournalReader) -> bool:
        """Copy the next facts; whether there may be more at once. Raises SourceDamaged too."""
        entries, at = _read(source, self.end), self.end
        for entry in entries:
            at = extend(source.secret, at, entry.row)
            if at != Position(entry.seq, entry.chain):
                raise SourceDamaged(f"fact {entry.seq} of {source.path} does not fit its chain", hint=_VERIFY)
        if entries:
            self.write(entries)
            self.end = at
        return len(entries) == AT_ONCE

    def write(self, entries: list[Entry]) -> None:
        """Make these durable, all or none."""
        db = self.connection
        db.execute("BEGIN IMMEDIATE")
        try:
            add_rows(db, entries)
            db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                if db.in_transaction:
                    db.execute("ROLLBACK")
            raise

    def prove(self) -> bool:
        """Read on in what was here before this start; whether there is more. Raises JournalDamaged where it does not
        hold: the medium does not give back what it was given."""
        if self._proven.seq >= self._proof_until:
            return False
        before = self._proven
        for entry in self._reader.own_entries(self._proven.seq, AT_ONCE):
            reached = extend(self._reader.secret, self._proven, entry.row)
            if reached != Position(entry.seq, entry.chain):
                raise JournalDamaged(f"{self.path}: fact {entry.seq}", last_good=self._proven.seq, hint=_AGAIN)
            self._proven = reached
        if self._proven == before:
            raise JournalDamaged(f"{self.path}: fact {before.seq + 1}", last_good=before.seq, hint=_AGAIN)
        return self._proven.seq < self._proof_until

    def _fitting(self, source: JournalReader) -> "_Own | None":
        """The copy that is here, where this journal goes on from it; else it is out of the way."""
        if not self.path.exists():
            return None
        if unfinished(self.path):
            _remove(self.path)
            return None
        try:
            reader = _Own(self.path, open_for_writing(self.path))
        except JournalDamaged:
            set_aside(self.path)
            return None
        last = reader.base
        try:
            last = reader.last()
            fits = reader.secret == source.secret and _holds(reader, last)
        except (sqlite3.OperationalError, OSError):
            reader.close()
            raise
        except sqlite3.DatabaseError:
            fits = False
        try:
            theirs, reaches = (source.at(last.seq), source.last().seq) if fits else (None, 0)
        except (sqlite3.Error, SyncError) as error:
            reader.close()
            raise SourceDamaged(f"{source.path}: {error}", hint=_VERIFY) from error
        if fits and theirs == last:
            return reader
        reader.close()
        if fits and theirs is None and last.seq > reaches:
            raise Ahead(f"{self.path} holds {last.seq} facts, {source.path} {reaches}", hint=_RESTORE)
        set_aside(self.path)
        return None

    def _begun(self, source: JournalReader) -> "_Own":
        begin_copy(self.path, source.secret, beginning=source.oldest()).close()
        return _Own(self.path, open_for_writing(self.path))


class _Own(JournalReader):
    """A copy that is written."""

    @property
    def connection(self) -> sqlite3.Connection:
        return self._db


def set_aside(path: Path) -> Path:
    """Give this file another name: it is no copy to go on with, and not ours to throw away."""
    names = (path.with_name(f"{path.stem}.aside-{n}.db") for n in itertools.count(1))
    other = next(each for each in names if not each.exists())
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.replace(other)
    return other


def _remove(path: Path) -> None:
    for end in ("-wal", "-shm", ""):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _holds(reader: JournalReader, last: Position) -> bool:
    """Whether the last fact fits the one before: the first thing that a cut, or a medium that lies, breaks."""
    if last == reader.base:
        return True
    before, entry = reader.own_at(last.seq - 1), next(reader.own_entries(last.seq - 1, 1), None)
    return before is not None and entry is not None and extend(reader.secret, before, entry.row) == last


def _read(source: JournalReader, end: Position) -> list[Entry]:
    try:
        return list(source.entries(end.seq, limit=AT_ONCE))
    except (sqlite3.Error, SyncError) as error:
        raise SourceDamaged(f"{source.path}: {error}", hint=_VERIFY) from error


_EMPTY = "Restore that machine from it, or delete the folder scorecard on it at a computer; then plug it in again."
_RESTORE = "The card lost facts that are on the medium. Keep the medium; see docs/second-medium.md, 'Restoring'."
_VERIFY = "Run `python -m sync verify`; it names the last good fact. The copy keeps what it has."
_AGAIN = "The copy is set aside and made anew. If it happens again, exchange the medium."
