"""What calls really took today and on the day before, followed from the office's own journal as it grows.

The kiosks reckon their waiting ranges from the same fold: the display, a ticket's page and the paper agree.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.own import own_named
from sync.codec import decode
from sync.errors import SyncError
from sync.facts import DayOpened, understand
from sync.live import Live
from sync.took import Calls, Took
from sync.types import JournalId

DAYS = 2
"""The days that a start begins with: today, and what the calls of the day before took."""
_FACTS = "SELECT seq, row FROM facts WHERE journal_id = ? AND seq > ? ORDER BY seq"
_BEGIN = "SELECT seq FROM days WHERE journal_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?"


@dataclass
class Takings:
    """The calls by service, `today` and the day `before`. For one thread at a time: it is read with the ledger."""

    before: Mapping[str, Calls] = field(default_factory=dict)
    _journal: JournalId | None = None
    _seq: int = 0
    _live: Live = field(default_factory=Live)
    _took: Took = field(default_factory=Took)
    _lost: bool = False

    def read(self, db: sqlite3.Connection) -> tuple[Mapping[str, Calls], Mapping[str, Calls]]:
        """(before, today), with every fact that is durable now. Where a fact had no place, what was known stays."""
        own = own_named(db)
        if own is None:
            return self.before, self._took.services
        if own[0] != self._journal:
            begin = db.execute(_BEGIN, (own[0], DAYS - 1)).fetchone()
            self._journal, self._seq = own[0], begin[0] - 1 if begin else 0
            self.before, self._live, self._took, self._lost = {}, Live(), Took(), False
        for seq, row in db.execute(_FACTS, (own[0], self._seq)):
            self._seq = seq
            self._take(row)
        return self.before, self._took.services

    def _take(self, row: bytes) -> None:
        fact = decode(row)
        try:
            body = understand(fact)
            if isinstance(body, DayOpened):
                self.before, self._lost = self._took.services or self.before, False
            if body is None or self._lost:
                return
            live, self._live = self._live, self._live.after(body, fact.seq)
        except SyncError:
            self._lost = True
            return
        self._took = self._took.after(live, body)
