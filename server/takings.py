"""What calls really took today and on the day before, followed from an office's own journal as it grows.

The kiosks reckon their waiting ranges from the same fold: the display, a ticket's page and the paper agree.
"""

import contextlib
from collections.abc import Mapping

from server.database import Db
from server.own import own_named
from sync.codec import decode
from sync.days import Days
from sync.errors import SyncError
from sync.live import Live
from sync.took import Calls
from sync.types import JournalId

DAYS = 2
"""The days that a start begins with: today, and what the calls of the day before took."""
_FACTS = "SELECT seq, row FROM facts WHERE journal_id = ? AND seq > ? ORDER BY seq"
_BEGIN = "SELECT seq FROM days WHERE journal_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?"


class Takings:
    """The calls by service, today and the day before. For one thread at a time: it is read with the ledger.

    `journal`: that of an office that relays to this server; None: the one that this server writes."""

    def __init__(self, journal: JournalId | None = None) -> None:
        self._theirs = journal
        self._journal: JournalId | None = None
        self._seq = 0
        self._days = Days()

    @property
    def lost(self) -> bool:
        """Whether a fact of the running day had no place: the queue is not known until the next day."""
        return self._days.lost

    def read(self, db: Db) -> tuple[Mapping[str, Calls], Mapping[str, Calls]]:
        """(before, today), with every fact that is durable now. Where a fact had no place, what was known stays."""
        self._follow(db)
        return self._days.before, self._days.took.services

    def queue(self, db: Db) -> Live:
        """The queue by the same facts."""
        self._follow(db)
        return self._days.live

    def _follow(self, db: Db) -> None:
        own = own_named(db) if self._theirs is None else None
        journal = own[0] if own is not None else self._theirs
        if journal is not None and journal != self._journal:
            begin = db.execute(_BEGIN, (journal, DAYS - 1)).fetchone()
            self._journal, self._seq, self._days = journal, begin[0] - 1 if begin else 0, Days()
        for seq, row in db.execute(_FACTS, (self._journal, self._seq)):
            self._seq, fact = seq, decode(row)
            with contextlib.suppress(SyncError):
                self._days.follow(fact)
