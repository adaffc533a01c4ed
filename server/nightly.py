"""When backups are made, and how it stands with them, for the event loop's thread of a running server.

The work is done by a process of its own (`python -m server backup`): copying, compressing and reading back for minutes
takes no turn from a call.
"""

import asyncio
from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from server.backups import AGAIN_MS, Alarm, Backup, Failure, alarm, due_ms, safe_of
from server.checkpointing import Pause, until
from sync.types import JournalId, UtcMs

LOOK_S = 600.0
"""So often it is looked at whether one is due: the clock may have been set."""
LOST = "failed"
Run = Callable[[], Awaitable[Failure | None]]
"""Makes one backup and has it entered (`Backups.take`); else why not."""


class Backups:
    """What is known of the backups. `configured`: whether any are made."""

    def __init__(self, last: Backup | None, *, configured: bool, now: Callable[[], UtcMs]) -> None:
        self.last = last
        self.failure: Failure | None = None
        self._configured, self._now = configured, now

    def safe(self, journal_id: JournalId) -> int:
        """Up to where the last verified backup has this journal."""
        return safe_of(self.last, journal_id)

    def take(self, backup: Backup) -> None:
        """This one was verified and is in the ledger, durably."""
        self.last, self.failure = backup, None

    @property
    def last_ms(self) -> UtcMs | None:
        """When the last verified one was made."""
        return self.last.at_ms if self.last is not None else None

    @property
    def alarm(self) -> Alarm | None:
        """What people have to be told."""
        return alarm(configured=self._configured, last_ms=self.last_ms, failure=self.failure, now_ms=self._now())

    @property
    def late(self) -> bool:
        """Whether there is none of the last LATE_MS."""
        return self.alarm is Alarm.LATE


class Nightly:
    """Has a backup made whenever one is due. `failed` is told of each that was not."""

    def __init__(
        self,
        backups: Backups,
        run: Run,
        hour: int,
        zone: ZoneInfo,
        now: Callable[[], UtcMs],
        failed: Callable[[Failure], None],
        pause: Pause = until,
    ) -> None:
        self._backups, self._run, self._hour, self._zone = backups, run, hour, zone
        self._now, self._failed, self._pause = now, failed, pause
        self._never = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._pause(self._never, await self.look())

    async def look(self) -> float:
        """Make a backup if one is due; seconds until the next look."""
        backups, now_ms = self._backups, self._now()
        left_ms = due_ms(backups.last_ms, backups.failure, self._hour, self._zone, now_ms) - now_ms
        if left_ms > 0 and (backups.failure is None or left_ms <= AGAIN_MS):
            return min(left_ms / 1000, LOOK_S)
        before = backups.last
        failure = await self._run()
        if failure is None and backups.last is before:
            failure = Failure(now_ms, LOST, "the backup was made, but is not in the ledger")
        if failure is not None:
            backups.failure = Failure(now_ms, failure.code, failure.text)
            self._failed(backups.failure)
        return LOOK_S
