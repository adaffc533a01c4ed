"""What calls really took today and on the day before, followed from the office's own journal as it grows.

The kiosks reckon their waiting ranges from the same fold: the display, a ticket's page and the paper agree.
"""

import contextlib
from collections.abc import Mapping

from server.database import Db
from server.own import own_named
from sync.codec import decode
from sync.days import Days
from sync.errors import SyncError
from sync.took import Calls
from sync.types import JournalId

DAYS = 2
"""The days that a start begins with: today, and what the calls of the day before took."""
_FACTS = "SELECT seq, row FROM facts WHERE journal_id = ? AND seq > ? ORDER BY seq"
_BEGIN = "SELECT seq FROM days WHERE journal_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?"


class Takings:
    """The calls by service, today and the day before. For one thread at a time: it is read with the ledger."""

    def __init__(self) -> None:
        self._journal: JournalId | None = None
        self._seq = 0
        self._days = Days()

    def read(self, db: Db) -> tuple[Mapping[str, Calls], Mapping[str, Calls]]:
        """(before, today), with every fact that is durable now. Where a fact had no place, what was known stays."""
        own = own_named(db)
        if own is not None and own[0] != self._journal:
            begin = db.execute(_BEGIN, (own[0], DAYS - 1)).fetchone()
            self._journal, self._seq, self._days = own[0], begin[0] - 1 if begin else 0, Days()
        for seq, row in db.execute(_FACTS, (self._journal, self._seq)):
            self._seq, fact = seq, decode(row)
            with contextlib.suppress(SyncError):
                self._days.follow(fact)
        return self._days.before, self._days.took.services
