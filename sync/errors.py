"""The errors of this room: one family, each with a hint of what to do."""

from sync.disk import DiskTrouble


class SyncError(Exception):
    """Base of every error this room raises. `hint` says what the reader can do about it."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class NotCanonical(SyncError):
    """Bytes or values that are not one canonical row (docs/journal.md, "Row")."""


class NotUnderstood(SyncError):
    """A row that is canonical, but whose body does not have the shape its kind and version promise."""


class JournalDamaged(SyncError):
    """The journal does not prove itself. `last_good` is the last seq that still does (0: none)."""

    def __init__(self, message: str, *, last_good: int, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.last_good = last_good


class JournalBusy(SyncError):
    """Another process already writes this journal."""


class JournalRefused(SyncError):
    """The journal could not store a fact (disk full, read-only, failed: `trouble`). Nothing of the batch was stored."""

    def __init__(self, message: str, *, trouble: DiskTrouble, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.trouble = trouble


class BadKey(SyncError):
    """A device key or signature that cannot be used."""


class BadBatch(SyncError):
    """A batch of facts that does not follow docs/exchange.md."""


class ConfigError(SyncError):
    """A configuration that cannot be used. `line` is the 1-based line of the mistake, where one can be named; `path`:
    its keys from the root down."""

    def __init__(self, message: str, *, hint: str, line: int | None = None, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.line, self.path = line, path


class CatalogueError(SyncError):
    """A service catalogue with something missing or wrong; the message lists every problem."""


class CalendarError(SyncError):
    """Opening hours with something missing or wrong; the message lists every problem."""


class ClockError(SyncError):
    """A time that cannot be trusted or does not exist in the office's zone."""
