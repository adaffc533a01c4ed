"""The server's own journal, which lies in the ledger among those of the devices (column `own` of `journals`).

The office writes what it does into it: one row a fact, chained and signed as a device's. It takes no lane, is no
device in any view, and nobody sends to it from outside.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from server.database import Db
from server.pairing import NO_LANE
from sync.chain import START, Position, head_message
from sync.codec import Fact, decode
from sync.facts import JournalOpened, Predecessor
from sync.keys import DeviceKey
from sync.types import Chain, JournalId, Seq
from sync.wire import Head

KEY_FILE = "office.key"
CENTRE_ROLE = "centre"
"""Of a journal that a server writes for one of its offices."""


@dataclass(frozen=True, slots=True)
class Own:
    """Which journal this process writes, and by which key. How far it reaches is in the tables alone."""

    journal_id: JournalId
    secret: bytes
    key: DeviceKey

    @classmethod
    def begun(cls, db: Db, key: DeviceKey, random: Callable[[int], bytes]) -> "Own":
        """Enter a new journal of this server, without its first fact."""
        (last,) = db.execute("SELECT coalesce(max(own), 0) FROM journals").fetchone()
        return cls._entered(db, key, random, last + 1, "office", None)

    @classmethod
    def begun_for(cls, db: Db, key: DeviceKey, random: Callable[[int], bytes], office: str) -> "Own":
        """Enter a new journal that this server writes for an office (column `own` below 0, the last one the lowest),
        without its first fact."""
        (last,) = db.execute("SELECT coalesce(min(own), 0) FROM journals WHERE own < 0").fetchone()
        return cls._entered(db, key, random, last - 1, CENTRE_ROLE, office)

    @classmethod
    def _entered(
        cls, db: Db, key: DeviceKey, random: Callable[[int], bytes], number: int, role: str, office: str | None
    ) -> "Own":
        own = cls(JournalId(random(16).hex()), random(32), key)
        db.execute(
            """INSERT INTO journals
                (journal_id, public_key, secret, role, place, lane, paired_ms, paired_by, chain, office, own)
            VALUES (?, ?, ?, ?, '', ?, 0, ?, ?, ?, ?)""",
            (own.journal_id, key.public, own.secret, role, NO_LANE, b"", START.chain, office, number),
        )
        return own

    @classmethod
    def found(cls, db: Db, journal_id: JournalId, key: DeviceKey) -> "Own":
        """The journal with this id."""
        row = db.execute("SELECT secret FROM journals WHERE journal_id = ?", (journal_id,)).fetchone()
        return cls(journal_id, row[0], key)

    def opening(self, role: str, predecessor: Predecessor | None) -> JournalOpened:
        """Its first fact."""
        return JournalOpened(self.journal_id, self.key.public.hex(), role, predecessor)

    def end(self, db: Db) -> Position:
        """The position of its last fact."""
        query = "SELECT received, chain FROM journals WHERE journal_id = ?"
        received, chain = db.execute(query, (self.journal_id,)).fetchone()
        return Position(Seq(received), Chain(chain))

    def reached(self, db: Db, end: Position) -> None:
        """Its last fact is now here."""
        query = "UPDATE journals SET received = ?, chain = ? WHERE journal_id = ?"
        db.execute(query, (end.seq, end.chain, self.journal_id))

    def head(self, at: Position) -> Head:
        """The signed head of this place in it."""
        return Head(at.seq, at.chain, self.key.sign(head_message(self.journal_id, at)))

    def dating(self, db: Db) -> Iterator[Fact]:
        """The facts that date it, in order, and the last one: enough to tell which times are over."""
        query = """SELECT row FROM facts WHERE journal_id = :journal_id AND seq IN (
                SELECT seq FROM anchors WHERE journal_id = :journal_id
                UNION SELECT received FROM journals WHERE journal_id = :journal_id)
            ORDER BY seq"""
        return (decode(row) for (row,) in db.execute(query, {"journal_id": self.journal_id}))


def named_for(db: Db, office: str) -> JournalId | None:
    """The journal that this server writes for an office; None: it has begun none."""
    query = "SELECT journal_id FROM journals WHERE own < 0 AND office = ? ORDER BY own LIMIT 1"
    found = db.execute(query, (office,)).fetchone()
    return JournalId(found[0]) if found is not None else None


def written_for(db: Db, journal_id: JournalId, office: str) -> bool:
    """Whether this journal, where it is known here at all, is one that this server wrote for this office."""
    found = db.execute("SELECT own < 0 AND office = ? FROM journals WHERE journal_id = ?", (office, journal_id))
    row = found.fetchone()
    return row is None or bool(row[0])


def own_named(db: Db) -> tuple[JournalId, bytes] | None:
    """The journal that this server writes, and its public key."""
    query = "SELECT journal_id, public_key FROM journals WHERE own > 0 ORDER BY own DESC LIMIT 1"
    found: tuple[JournalId, bytes] | None = db.execute(query).fetchone()
    return found


def own_secret(db: Db, journal_id: JournalId | None = None) -> bytes:
    """The secret of one of the journals of this server's own; None: of the one that it writes."""
    if journal_id is not None:
        query = """SELECT secret FROM journals WHERE journal_id = :journal AND own > 0
            UNION ALL SELECT secret FROM losses WHERE journal_id = :journal AND secret IS NOT NULL"""
        return bytes(db.execute(query, {"journal": journal_id}).fetchone()[0])
    query = "SELECT secret FROM journals WHERE own > 0 ORDER BY own DESC LIMIT 1"
    return bytes(db.execute(query).fetchone()[0])
