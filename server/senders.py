"""What is known here of those who send, of many at once: a database across a network is asked once for a group."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.database import Db
from sync.chain import Position
from sync.judge import KnownJournal
from sync.types import Chain, JournalId, Seq

_QUERY = """SELECT journal_id, public_key, secret, received, chain, revoked_ms IS NOT NULL, successor, office,
        EXISTS (SELECT 1 FROM unfolded WHERE unfolded.journal_id = journals.journal_id),
        coalesce((SELECT seq FROM heads WHERE heads.journal_id = journals.journal_id
            ORDER BY seq DESC LIMIT 1), 0),
        coalesce((SELECT seq FROM heads WHERE heads.journal_id = journals.journal_id
            ORDER BY seq DESC LIMIT 1 OFFSET 1), 0)
    FROM journals WHERE own = 0 AND journal_id IN ({})"""


@dataclass(frozen=True, slots=True)
class Sender:
    """A journal that was paired or introduced here. `office`: that which brings it; None: it is this server's own
    machine's. `waits`: facts of it are not folded yet. `heads`: the last two that are kept, 0 for none."""

    known: KnownJournal
    successor: JournalId | None
    office: str | None
    waits: bool
    heads: tuple[int, int]


def senders(db: Db, journals: Iterable[JournalId]) -> dict[JournalId, Sender]:
    """Those of these journals that are known here."""
    names = sorted(set(journals))
    rows = db.execute(_QUERY.format(", ".join("?" * len(names))), names).fetchall() if names else []
    return {JournalId(row[0]): _sender(db, *row) for row in rows}


def _sender(
    db: Db,
    name: str,
    public_key: bytes,
    secret: bytes,
    received: int,
    chain: bytes,
    revoked: object,
    successor: str | None,
    office: str | None,
    waits: object,
    *heads: int,
) -> Sender:
    def chain_at(seq: Seq) -> Chain | None:
        row = db.execute("SELECT chain FROM facts WHERE journal_id = ? AND seq = ?", (name, seq)).fetchone()
        return Chain(row[0]) if row else None

    position = Position(Seq(received), Chain(chain))
    known = KnownJournal(JournalId(name), public_key, secret, position, chain_at, bool(revoked))
    follows = JournalId(successor) if successor else None
    return Sender(known, follows, office, bool(waits), (heads[0], heads[1]))
