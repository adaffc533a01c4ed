"""What sync tells the kiosk, in its own small database: watermarks, the state in words, and the office's time.

One row, replaced at each change. All of it can be had again from pin.json and the server, so it is written with
synchronous=NORMAL (a lost change only means that facts are sent twice) and a file that cannot be read is made anew.
"""

import sqlite3
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import msgspec

from sync.database import open_for_writing, open_readonly
from sync.errors import SyncError
from sync.exchange_terms import Phase
from sync.journal import Instant
from sync.paircode import Fresh
from sync.schema import INBOX
from sync.types import BootId, BootMs, JournalId, Seq, UtcMs
from sync.wire import anchor
from sync.writer import LazyWriter


class InboxRefused(SyncError):
    """The inbox could not be written. The exchange goes on; the kiosk sees an older state."""


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """The server's clock stood at `utc_ms` at some moment between `before_ms` and `after_ms` of this boot."""

    utc_ms: UtcMs
    boot_id: BootId
    before_ms: BootMs
    after_ms: BootMs

    @property
    def boottime_ms(self) -> BootMs:
        """The boot time to tie `utc_ms` to: the middle of the round trip."""
        return BootMs(anchor(self.utc_ms, self.before_ms, self.after_ms)[0])

    @property
    def uncertainty_ms(self) -> int:
        """Half the round trip, rounded up."""
        return anchor(self.utc_ms, self.before_ms, self.after_ms)[1]


@dataclass(frozen=True, slots=True)
class InboxState:
    """What the kiosk may know of the exchange. `phase` is a value of sync.exchange_terms.Phase.

    `reason` is a code and `message` a sentence for the technician, None when all is well. `contact` is when the server
    last answered anything. `journal_id` is whose facts `received` and `safe` count; `lane` and `server_id` are None
    before pairing; `lane` stays while the device is paired anew. `common`: where the server holds another history of
    the journal, up to where it is the same (None: not known). `fresh`: what others gave in
    that lane before.
    """

    phase: str = "unpaired"
    received: Seq = Seq(0)  # noqa: RUF009 - a number
    safe: Seq = Seq(0)  # noqa: RUF009 - a number
    reason: str | None = None
    message: str | None = None
    journal_id: JournalId | None = None
    server_id: str | None = None
    lane: int | None = None
    contact: Instant | None = None
    office_time: OfficeTime | None = None
    common: Seq | None = None
    fresh: Fresh | None = None


class Inbox(LazyWriter):
    """The one writer. Opens lazily, so that a full or read-only disk stops the inbox and nothing else."""

    def read(self) -> InboxState:
        """What was written last, by this or an earlier process; the default state where nothing can be read."""
        return InboxReader(self._path).read() or InboxState()

    def write(self, state: InboxState) -> None:
        """Replace the row. Raises InboxRefused; the row before stays."""
        self._take_place()
        try:
            self._write_or_make_anew(state)
        except (sqlite3.Error, SyncError, OSError, UnicodeDecodeError) as error:
            self._forget()
            hint = "Check free space and mount of the data partition. Facts are sent all the same."
            raise InboxRefused(f"{self._path}: {error}", hint=hint) from error

    def _write_or_make_anew(self, state: InboxState) -> None:
        fresh = self._db is None
        try:
            self._write(state)
            whole = not fresh or InboxReader(self._path).read() == state
        except (sqlite3.Error, SyncError, UnicodeDecodeError) as error:
            if _is_the_disks_fault(error):
                raise
            whole = False
        if not whole:
            self._forget()
            for name in (self._path.name, self._path.name + "-wal", self._path.name + "-shm"):
                self._path.with_name(name).unlink(missing_ok=True)
            self._write(state)

    def _write(self, state: InboxState) -> None:
        if self._db is None:
            self._db = _with_tables(self._path)
        row = _row(state)
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        self._db.execute(f"INSERT OR REPLACE INTO inbox (one, {names}) VALUES (1, {marks})", row)


class InboxReader:
    """The kiosk's side: opens read-only at each look, so a file that comes, goes or is made anew is no trouble."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> InboxState | None:
        """The state, or None where nothing was written yet or nothing can be read."""
        try:
            connection = open_readonly(self._path)
        except (FileNotFoundError, SyncError):
            return None
        try:
            connection.row_factory = sqlite3.Row
            row = connection.execute("SELECT * FROM inbox WHERE one = 1").fetchone()
            return _state(dict(row)) if row else None
        except (sqlite3.Error, UnicodeDecodeError, KeyError, msgspec.DecodeError):
            return None
        finally:
            connection.close()


_DISK = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
    }
)
"""Primary result codes that a new file would not mend (sqlite.org/rescode.html). Read-only is not among them: a turned
bit in the file says so too, and on a disk that truly is, the old file cannot be taken away either."""


def _is_the_disks_fault(error: Exception) -> bool:
    cause = error.__cause__ if isinstance(error, SyncError) else error
    return isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorcode", 0) & 0xFF in _DISK


def _with_tables(path: Path) -> sqlite3.Connection:
    connection = open_for_writing(path, "NORMAL")
    try:
        connection.execute(INBOX)
    except BaseException:
        connection.close()
        raise
    return connection


_FLAT = ("phase", "received", "safe", "reason", "message", "journal_id", "server_id", "lane", "common")


def _row(state: InboxState) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(state, name) for name in _FLAT}
    for name, value in (("contact", state.contact), ("office", state.office_time)):
        shape = Instant if name == "contact" else OfficeTime
        given = asdict(value) if value else dict.fromkeys(field.name for field in fields(shape))
        row.update({f"{name}_{key}": item for key, item in given.items()})
    row["fresh"] = msgspec.json.encode(state.fresh).decode() if state.fresh is not None else None
    return row


def _state(row: dict[str, object]) -> InboxState:
    """Read as strictly as a stranger's message: a bit on a card may have turned."""
    plain: dict[str, object] = {name: row[name] for name in _FLAT}
    for name, prefix, shape in (("contact", "contact", Instant), ("office_time", "office", OfficeTime)):
        values = {field.name: row[f"{prefix}_{field.name}"] for field in fields(shape)}
        plain[name] = None if None in values.values() else values
    fresh = row["fresh"]
    plain["fresh"] = msgspec.json.decode(str(fresh)) if fresh is not None else None
    state = msgspec.convert(plain, InboxState, strict=True)
    if state.phase not in _PHASES or min(state.received, state.safe, state.lane or 0, state.common or 0) < 0:
        raise msgspec.ValidationError("no state of the exchange")
    return state


_PHASES = frozenset(phase.value for phase in Phase)
