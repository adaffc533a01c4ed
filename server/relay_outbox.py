"""What an office has to relay: every journal in its ledger, in batches that end where the machine itself signed.

Read by a connection that cannot write. The rows and heads go out as they came in.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from server.database import Db
from server.lost import Lost
from sync.chain import START, Position
from sync.errors import JournalDamaged
from sync.exchange_terms import Send
from sync.journal import Entry
from sync.relaywire import Introduction
from sync.types import Chain, JournalId, Seq
from sync.wire import Batch, Head


@dataclass(frozen=True, slots=True)
class Carried:
    """A journal of this office: the key in it, its role, and the last place that its machine signed (0: none yet)."""

    journal_id: JournalId
    public_key: bytes
    secret: bytes
    role: str
    place: str
    lane: int | None
    own: int
    head: Seq

    def introduction(self, name: dict[str, str], time_zone: str) -> Introduction:
        """As the centre is told of it."""
        key, secret = self.public_key.hex(), self.secret.hex()
        return Introduction(self.journal_id, key, secret, self.role, self.place, time_zone, name, self.lane)


class LedgerOutbox:
    """One journal in the ledger, as sync.outbox.Outbox."""

    def __init__(self, db: Db, journal_id: JournalId) -> None:
        self._db, self._journal_id = db, journal_id

    def at(self, seq: int) -> Position | None:
        """The position of this seq, None where it does not reach it."""
        if seq == 0:
            return START
        query = "SELECT seq, chain FROM facts WHERE journal_id = ? AND seq = ?"
        found = self._db.execute(query, (self._journal_id, seq)).fetchone()
        return Position(Seq(found[0]), Chain(found[1])) if found else None

    def end(self) -> Seq:
        """How far it reaches here."""
        (last,) = self._db.execute("SELECT max(seq) FROM facts WHERE journal_id = ?", (self._journal_id,)).fetchone()
        return Seq(last or 0)

    def floor(self) -> Position:
        """An office prunes nothing."""
        return START

    def entries(self, after: int = 0, *, limit: int = -1) -> Iterator[Entry]:
        """The entries behind this seq, in order, at most `limit` of them (-1: all)."""
        query = "SELECT seq, row, chain FROM facts WHERE journal_id = ? AND seq > ? ORDER BY seq LIMIT ?"
        most = limit if limit >= 0 else sys.maxsize  # PostgreSQL knows no -1 there
        for seq, row, chain in self._db.execute(query, (self._journal_id, after, most)):
            yield Entry(Seq(seq), row, Chain(chain))

    def batch(self, ask: Send) -> Batch:
        """The facts behind `ask.after` up to the last signed place that is not too far; up to the next one where all
        are: places that were signed before are forgotten when later ones come. Raises JournalDamaged where there is
        none."""
        start = self.at(ask.after)
        head = self._head(ask)
        if start is None or head is None:
            raise JournalDamaged(
                f"journal {self._journal_id} cannot be relayed behind {ask.after}", last_good=0, hint=_HINT
            )
        found = self.entries(ask.after, limit=head.seq - ask.after)
        return Batch(self._journal_id, start.seq, start.chain, head, tuple(entry.row for entry in found))

    def _head(self, ask: Send) -> Head | None:
        most = min(ask.up_to, ask.after + ask.most_rows)
        query = """SELECT seq, chain, signature FROM heads WHERE journal_id = :journal AND seq >= :least
            ORDER BY seq > :most, CASE WHEN seq <= :most THEN -seq ELSE seq END LIMIT 1"""
        least = ask.after + (1 if ask.most_rows and ask.up_to > ask.after else 0)
        values = {"journal": self._journal_id, "least": least, "most": most}
        found = self._db.execute(query, values).fetchone()
        return Head(Seq(found[0]), Chain(found[1]), found[2]) if found else None


def carried(db: Db) -> list[Carried]:
    """Every journal of this office: its own ones first, the present one before all, then its machines'."""
    query = """SELECT journal_id, public_key, secret, role, place, lane, own,
            coalesce((SELECT max(seq) FROM heads WHERE heads.journal_id = journals.journal_id), 0)
        FROM journals WHERE office IS NULL ORDER BY own DESC, paired_ms, journal_id"""
    return [
        Carried(JournalId(name), key, secret, role, place, lane if lane >= 0 else None, own, Seq(head))
        for name, key, secret, role, place, lane, own, head in db.execute(query)
    ]


def reached_before(db: Db) -> dict[JournalId, tuple[Seq, Seq]]:
    """(received, safe) of each journal, as the centre said at last."""
    found = db.execute("SELECT journal_id, received, safe FROM relayed")
    return {JournalId(name): (Seq(received), Seq(safe)) for name, received, safe in found}


def predecessor_of(db: Db, journal_id: JournalId) -> JournalId | None:
    """The journal that this own one says it follows, which may not be here any more; None: it is the first."""
    found = Lost(db).predecessor(journal_id)
    return JournalId(found.journal_id) if found is not None else None


_HINT = "Run `python -m server export` and `python -m sync verify` on it."
