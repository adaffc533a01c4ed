"""Which facts are durable and acknowledged here and not folded yet: those that came in a press of batches from offices
(server.intake). The table is empty while nothing presses."""

from collections.abc import Iterator, Sequence

from server.database import Db, together
from sync.types import JournalId, Seq


class Unfolded:
    """Reads and writes that table. Within the ledger's transactions."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def note(self, behind: Sequence[tuple[JournalId, Seq]]) -> None:
        """What lies behind these facts waits, and what waited before goes on to. At least one."""
        insert = "INSERT INTO unfolded (journal_id, after) VALUES {} ON CONFLICT DO NOTHING"
        self._db.execute(*together(insert, behind))

    def each(self, most: int) -> Iterator[tuple[JournalId, Seq, Seq]]:
        """So many of the journals with facts that wait: behind which fact, up to which."""
        query = """SELECT journal_id, after, received FROM unfolded JOIN journals USING (journal_id)
            ORDER BY journal_id LIMIT ?"""
        for name, after, received in self._db.execute(query, (most,)).fetchall():
            yield JournalId(name), Seq(after), Seq(received)

    def reached(self, journal_id: JournalId, seq: Seq, end: Seq) -> None:
        """Up to this fact all of the journal is folded."""
        if seq >= end:
            self._db.execute("DELETE FROM unfolded WHERE journal_id = ?", (journal_id,))
        else:
            self._db.execute("UPDATE unfolded SET after = ? WHERE journal_id = ?", (seq, journal_id))

    def forget(self) -> None:
        """All was folded."""
        self._db.execute("DELETE FROM unfolded")
