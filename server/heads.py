"""The signed heads that are kept of each journal: the last, and one at least every BATCH_ROWS facts, for a relay needs
places to cut its batches."""

from collections.abc import Iterable

from server.database import Db, together
from sync.types import JournalId
from sync.wire import BATCH_ROWS, Head

_LAST_TWO = "SELECT seq FROM heads WHERE journal_id = ? ORDER BY seq DESC LIMIT 2"


class Heads:
    """Writes them. Within the ledger's transactions."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def keep(self, journal_id: JournalId, head: Head) -> None:
        """Keep this one, where it is later than the last."""
        last, before, *_ = (*(row[0] for row in self._db.execute(_LAST_TWO, (journal_id,))), 0, 0)
        self.keep_all([(journal_id, head, (last, before))])

    def keep_all(self, heads: Iterable[tuple[JournalId, Head, tuple[int, int]]]) -> None:
        """Keep these of different journals, each with the last two that are kept so far (0: none)."""
        later = [(name, head, kept) for name, head, kept in heads if head.seq > kept[0]]
        replaced = [(name, last) for name, head, (last, before) in later if last and head.seq - before <= BATCH_ROWS]
        if replaced:
            self._db.execute(*together("DELETE FROM heads WHERE (journal_id, seq) IN (VALUES {})", replaced))
        if later:
            rows = [(name, head.seq, head.chain, head.signature) for name, head, _ in later]
            self._db.execute(*together("INSERT INTO heads (journal_id, seq, chain, signature) VALUES {}", rows))
