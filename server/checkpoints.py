"""The table of checkpoints: one signed text for each office day that is over, and whether it has left the office."""

from dataclasses import dataclass

from server.database import Db
from server.places import days
from sync.types import JournalId, UtcMs

CATCH_UP = 7
"""So many days back a checkpoint is made that is missing: a later one covers all that came before it."""
LISTED = 31
_OWN = "FROM checkpoints JOIN journals USING (journal_id) WHERE own > 0"


@dataclass(frozen=True, slots=True)
class Row:
    """A checkpoint and its way: `tries` that failed or not, `trouble` of the last one (None: there was none)."""

    journal: JournalId
    day: str
    text: str
    made_ms: UtcMs
    sent_ms: UtcMs | None = None
    tries: int = 0
    tried_ms: UtcMs | None = None
    trouble: str | None = None


class Checkpoints:
    """Writes the table. Within the ledger's transactions."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def keep(self, row: Row) -> None:
        """Keep a checkpoint that was made; one that is there stays as it is."""
        query = """INSERT INTO checkpoints (journal_id, day, text, made_ms) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING"""
        self._db.execute(query, (row.journal, row.day, row.text, row.made_ms))

    def tried(self, row: Row, now_ms: UtcMs, trouble: str | None, *, sent: bool) -> None:
        """It was handed to the mail, or could not be."""
        query = """UPDATE checkpoints SET tries = tries + 1, tried_ms = ?, trouble = ?, sent_ms = ?
            WHERE journal_id = ? AND day = ?"""
        self._db.execute(query, (now_ms, trouble, now_ms if sent else None, row.journal, row.day))

    def again(self) -> None:
        """What has not left is tried without waiting any longer."""
        self._db.execute("UPDATE checkpoints SET tried_ms = NULL WHERE sent_ms IS NULL")


def listed(db: Db) -> list[Row]:
    """The last checkpoints, the newest first."""
    query = f"""SELECT journal_id, day, text, made_ms, sent_ms, tries, tried_ms, trouble {_OWN}
        ORDER BY day DESC, own DESC LIMIT ?"""
    return [Row(*row) for row in db.execute(query, (LISTED,))]


def kept(db: Db, day: str) -> str | None:
    """The text of this day's checkpoint; None: there is none yet."""
    found = db.execute(f"SELECT text {_OWN} AND day = ? ORDER BY own DESC LIMIT 1", (day,)).fetchone()
    return found[0] if found else None


def missing(db: Db, today: str | None) -> list[str]:
    """The days that are over and have none, the first one first. `today` None: nobody vouches for the clock, and only
    the days behind which another one was opened are known to be over."""
    last = {place.day: place for place in days(db)}  # a day that was taken up again is over where its last part is
    newest = max(last, default="")
    over = {
        day
        for day, place in last.items()
        if place.end is not None or day < newest or (today is not None and day < today)
    }
    have = {day for (day,) in db.execute(f"SELECT day {_OWN}")}
    return [day for day in sorted(over)[-CATCH_UP:] if day not in have]
