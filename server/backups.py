"""Verified backups: the table of them, when the next one is due, which old ones go, and what people are told. Pure but
for the table.

`safe` of a journal is how far the last verified backup reaches: who prunes by it loses nothing when this server is
lost.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from server.database import Db
from sync.types import JournalId, UtcMs

HOUR_MS = 3_600_000
LATE_MS = 48 * HOUR_MS
"""Without a verified backup for so long, the banner is red."""
AGAIN_MS = HOUR_MS
"""A backup that failed is tried again after this."""
ROWS_KEPT = 100
DAILY, MONTHLY = 14, 12
"""So many files are kept: the last of each of so many days, and of each of so many months, that have one."""
_NAME = re.compile(r"scorecard-(?P<server>[0-9a-f]{8})-(?P<month>\d{4}-\d\d)-(?P<day>\d\d)T\d{6}\.age")


@dataclass(frozen=True, slots=True)
class Backup:
    """A verified backup. `path`: where it lay; `digest`: SHA-256 of the file in hex; `reached`: by journal, the last
    seq that is in it."""

    at_ms: UtcMs
    path: str
    digest: str
    size: int
    reached: Mapping[JournalId, int]


class BackupTable:
    """Writes the table. Within the ledger's transactions."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def keep(self, backup: Backup) -> None:
        """This one was verified."""
        query = "INSERT INTO backups (at_ms, path, digest, size, reached) VALUES (?, ?, ?, ?, ?)"
        reached = json.dumps(dict(backup.reached))
        self._db.execute(query, (backup.at_ms, backup.path, backup.digest, backup.size, reached))
        self._db.execute("DELETE FROM backups WHERE number <= (SELECT max(number) FROM backups) - ?", (ROWS_KEPT,))


def last_backup(db: Db) -> Backup | None:
    """The last one that was verified."""
    query = "SELECT at_ms, path, digest, size, reached FROM backups ORDER BY number DESC LIMIT 1"
    found = db.execute(query).fetchone()
    if found is None:
        return None
    at_ms, path, digest, size, reached = found
    return Backup(UtcMs(at_ms), path, digest, size, json.loads(reached))


def safe_of(backup: Backup | None, journal_id: JournalId) -> int:
    """Up to where this journal may be pruned, by the last verified backup."""
    return backup.reached.get(journal_id, 0) if backup is not None else 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A backup that was not made, or not verified: when, why (server.medium's codes), and the same for a technician."""

    at_ms: UtcMs
    code: str
    text: str


def due_ms(last_ms: UtcMs | None, failure: Failure | None, hour: int, zone: ZoneInfo, now_ms: UtcMs) -> UtcMs:
    """When the next backup is due: at the hour of the office's night, an hour after one that failed, or at once (0).

    A server that was switched off at night makes it when it starts. One that is dated more than a day ahead was made
    by a wrong clock, and counts as none.
    """
    if failure is not None:
        return UtcMs(failure.at_ms + AGAIN_MS)
    if last_ms is None or last_ms > now_ms + 24 * HOUR_MS:
        return UtcMs(0)
    last = datetime.fromtimestamp(last_ms / 1000, zone)
    at = last.replace(hour=hour, minute=0, second=0, microsecond=0)
    if at <= last:
        at += timedelta(days=1)
    return UtcMs(round(at.timestamp() * 1000))


class Alarm(Enum):
    """What people are told of the backups. The values are codes."""

    NOWHERE = "nowhere"
    FAILED = "failed"
    LATE = "late"


def alarm(*, configured: bool, last_ms: UtcMs | None, failure: Failure | None, now_ms: UtcMs) -> Alarm | None:
    """None: there is nothing to tell.

    One that is dated ahead of this clock says as little as an old one. A server that has tried none yet is not late.
    """
    if not configured:
        return Alarm.NOWHERE
    if last_ms is None:
        return Alarm.LATE if failure is not None else None
    if abs(now_ms - last_ms) >= LATE_MS:
        return Alarm.LATE
    return Alarm.FAILED if failure is not None else None


def name_of(server_id: str, at_ms: UtcMs) -> str:
    """The name of a backup's file: whose, and when by UTC."""
    return f"scorecard-{server_id[:8]}-{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%dT%H%M%S}.age"


def thinned(names: Iterable[str], made: str) -> list[str]:
    """Which files go once `made` is verified. Those of other servers and other programs stay, and so does `made`."""
    own = _NAME.fullmatch(made)
    dated = [(name, found) for name in sorted(names, reverse=True) if (found := _NAME.fullmatch(name))]
    mine = [(name, found) for name, found in dated if own is not None and found["server"] == own["server"]]
    days: dict[str, str] = {}
    months: dict[str, str] = {}
    for name, found in mine:
        days.setdefault(f"{found['month']}-{found['day']}", name)
        months.setdefault(found["month"], name)
    kept: Collection[str] = {made, *list(days.values())[:DAILY], *list(months.values())[:MONTHLY]}
    return [name for name, _ in mine if name not in kept]
