"""How far alerts were delivered, by way and journal: a watermark, as everywhere else. What lies behind it and is not
older than KEEP_MS is still to be sent."""

from dataclasses import dataclass

from server.database import Db
from server.retries import retry_ms
from sync.facts_alerts import AlertEnded, AlertRaised
from sync.types import JournalId, Seq, UtcMs

KEEP_MS = 3 * 86_400_000
"""After so long an alert that could not be delivered is no news any more, and is passed over."""
RAISED = (AlertRaised.kind,)
BOTH = (AlertRaised.kind, AlertEnded.kind)


@dataclass(frozen=True, slots=True)
class Item:
    """What is to be sent next of one journal: the fact at `seq`, and the alert that it is of. `tries` failed so far,
    the last one at `tried_ms`. `office`: whose, None: this server's own."""

    journal: JournalId
    seq: Seq
    kind: str
    at_ms: UtcMs
    code: str
    about: str
    value: int
    bound: int
    office: str | None
    tries: int = 0
    tried_ms: UtcMs | None = None

    @property
    def id(self) -> str:
        """The same at every try: a receiver drops what it has."""
        return f"{self.journal}-{self.seq}"

    def wait_ms(self, now_ms: int) -> int:
        """How long until the next try."""
        if self.tried_ms is None or not self.tries:
            return 0
        whole_ms = retry_ms(self.tries)
        left_ms = whole_ms - (now_ms - self.tried_ms)
        return left_ms if 0 < left_ms <= whole_ms else 0  # a clock that was set back does not hold it up


@dataclass(frozen=True, slots=True)
class Standing:
    """How a way stands with one journal, where something went wrong."""

    way: str
    tries: int
    tried_ms: UtcMs
    trouble: str


class Deliveries:
    """Writes the table. Within the ledger's transactions."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def begin(self, way: str) -> None:
        """Take up a way: what was before it was named is not sent."""
        query = """INSERT INTO deliveries (way, journal_id, seq)
            SELECT ?, journal_id, received FROM journals
            WHERE role = 'office' AND NOT EXISTS (SELECT 1 FROM deliveries WHERE way = ?)"""
        self._db.execute(query, (way, way))

    def sent(self, way: str, item: Item) -> None:
        """It was taken."""
        query = """INSERT INTO deliveries (way, journal_id, seq) VALUES (?, ?, ?) ON CONFLICT (way, journal_id)
            DO UPDATE SET seq = excluded.seq, tries = 0, tried_ms = NULL, trouble = NULL"""
        self._db.execute(query, (way, item.journal, item.seq))

    def failed(self, way: str, item: Item, trouble: str, now_ms: UtcMs) -> None:
        """It was not."""
        query = """INSERT INTO deliveries (way, journal_id, seq, tries, tried_ms, trouble) VALUES (?, ?, 0, 1, ?, ?)
            ON CONFLICT (way, journal_id)
            DO UPDATE SET tries = deliveries.tries + 1, tried_ms = excluded.tried_ms, trouble = excluded.trouble"""
        self._db.execute(query, (way, item.journal, now_ms, trouble))


def due(db: Db, way: str, kinds: tuple[str, ...], now_ms: int) -> list[Item]:
    """The next one of each journal."""
    query = f"""SELECT episodes.journal_id, episodes.seq, episodes.kind, episodes.at_ms, raised.name, raised.about,
            raised.value, raised.bound, journals.office, coalesce(tries, 0), tried_ms
        FROM episodes JOIN journals ON journals.journal_id = episodes.journal_id AND role = 'office'
        JOIN episodes AS raised ON raised.journal_id = episodes.of_journal AND raised.seq = episodes.of_seq
            AND raised.kind = ?
        LEFT JOIN deliveries ON way = ? AND deliveries.journal_id = episodes.journal_id
        WHERE episodes.kind IN ({", ".join("?" for _ in kinds)}) AND episodes.at_ms >= ?
            AND episodes.seq > coalesce(deliveries.seq, 0)
        ORDER BY episodes.journal_id, episodes.seq"""
    found: dict[JournalId, Item] = {}
    for row in db.execute(query, (AlertRaised.kind, way, *kinds, now_ms - KEEP_MS)):
        found.setdefault(row[0], Item(*row))
    return list(found.values())


def troubles(db: Db) -> list[Standing]:
    """What is not delivered at the moment, and why."""
    query = (
        """SELECT way, tries, tried_ms, trouble FROM deliveries WHERE trouble IS NOT NULL ORDER BY way, journal_id"""
    )
    return [Standing(*row) for row in db.execute(query)]
