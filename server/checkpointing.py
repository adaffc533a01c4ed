# gettext: audit
"""Checkpoints leave the office: made at the turn of the day, kept in a table, and mailed where there is a mail server.

It sleeps until the next day begins, or until another day is opened in the queue, whichever comes first; a mail that
was not taken is tried again, ever more seldom.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from server.audits import Audits
from server.checkpoints import CATCH_UP, Row, listed, missing
from server.config import MailConfig
from server.database import Unavailable
from server.door import Writes
from server.errors import MailFailed, ServerError
from server.ledger import Ledger
from server.mail import Send, message
from server.reads import Reads
from server.retries import LONGEST_WAIT_MS, retry_ms
from sync import checkpoint
from sync.clock import next_boundary, office_day
from sync.keys import DeviceKey
from sync.live import Live
from sync.types import UtcMs
from translations import LANGUAGES, N_, load
from translations.numerals import format_date

UNKNOWN_S = 3600.0
"""Nobody vouches for the clock: looked at so often whether somebody does."""
BEHIND_MS = 1000
SUBJECT = N_("Checkpoint of {date}")
LETTER = N_(
    "Keep this mail. With it, whoever changes the record of this day or of a day before does not stay unnoticed."
)
Pause = Callable[[asyncio.Event, float], Awaitable[None]]


class Told(Protocol):
    """The time that somebody vouches for; 0: nobody does."""

    def __call__(self) -> UtcMs: ...


async def until(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, or so long."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


class Checkpointer:
    """One office's. `send` None: no mail server is named, and checkpoints stay on the page and on paper."""

    def __init__(
        self,
        reads: Reads,
        writes: Writes,
        audits: Audits,
        key: DeviceKey,
        zone: ZoneInfo,
        told: Told,
        *,
        name: Mapping[str, str] | None = None,
        mail: MailConfig | None = None,
        send: Send | None = None,
        pause: Pause = until,
        waits: Callable[[], bool] = lambda: False,
    ) -> None:
        """`waits`: the office stands still, and the record of a day may not be all here."""
        self._waits = waits
        self._reads, self._writes, self._audits, self._key, self._zone = reads, writes, audits, key, zone
        self._told, self._name, self._mail, self._send, self._pause = told, name or {}, mail, send, pause
        self._wake = asyncio.Event()
        self._day: str | None = None

    @property
    def mails(self) -> bool:
        """Whether checkpoints are mailed."""
        return self._send is not None

    def queue_changed(self, live: Live) -> None:
        """The queue has changed: where another day was opened, the one before is over."""
        if live.day != self._day:  # also where the office stands again: while it stood still, no day was open
            self._day = live.day
            self._wake.set()

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self._wake.clear()
            try:
                await self.make()
                wait_ms = await self.mail()
            except (
                ServerError,
                Unavailable,
            ):  # the disk: whoever looks after it is told elsewhere
                wait_ms = LONGEST_WAIT_MS
            await self._pause(self._wake, self._seconds(wait_ms))

    async def make(self) -> None:
        """The checkpoints of the days that are over and have none."""
        if self._waits():
            return
        now_ms = self._told()
        today = office_day(now_ms, self._zone).isoformat() if now_ms else None
        for day in await self._reads.read(missing, today):
            found = (await self._reads.read(self._audits.day, day)).found
            if found.key != self._key.public.hex():
                continue  # of another key: it cannot be signed here
            calls, against = found.audit.totals.calls, len(found.audit.violations)
            made = checkpoint.Checkpoint(found.journal, day, found.end, calls, against, found.key)
            row = Row(found.journal, day, checkpoint.write(made, self._key.sign), now_ms)
            await self._write(partial(_keep, row))

    async def mail(self) -> int | None:
        """Send what has not left, the oldest first; milliseconds until the next try, None where nothing is left."""
        if self._send is None or self._mail is None:
            return None
        rows = [row for row in await self._reads.read(listed) if row.sent_ms is None][:CATCH_UP]
        for row in reversed(rows):
            now_ms = self._told()
            left_ms = retry_ms(row.tries) - (now_ms - row.tried_ms) if row.tried_ms is not None else 0
            if 0 < left_ms <= LONGEST_WAIT_MS:
                return left_ms
            trouble, sent = None, True
            try:
                await asyncio.to_thread(self._send, self._letter(row, self._mail))
            except MailFailed as error:
                trouble, sent = f"{error}. {error.hint}", error.sent
            await self._write(partial(_tried, row, self._told(), trouble, sent))
            if not sent:
                return retry_ms(row.tries + 1)
        return None

    def _letter(self, row: Row, config: MailConfig) -> Any:
        subjects, lines = [], []
        for language in LANGUAGES:
            words, day = load(language, "audit"), format_date(date.fromisoformat(row.day), language)
            subjects.append(words.gettext(SUBJECT).format(date=day))
            lines += [self._name.get(language, ""), subjects[-1], words.gettext(LETTER), ""]
        text = "\n".join([*lines, row.text])
        name = f"checkpoint-{row.day}-{row.journal[:8]}"
        return message(config, f"{subjects[0]} · {row.day}", text.lstrip(), name, row.text)

    async def _write(self, job: Callable[[Ledger], None]) -> None:
        await asyncio.wrap_future(self._writes.submit(job))

    def _seconds(self, wait_ms: int | None) -> float:
        now_ms = self._told()
        if not now_ms:
            return UNKNOWN_S if wait_ms is None else wait_ms / 1000
        turn_ms = next_boundary(now_ms, self._zone) - now_ms + BEHIND_MS
        return min(turn_ms, turn_ms if wait_ms is None else wait_ms) / 1000


def _keep(row: Row, ledger: Ledger) -> None:
    ledger.checkpoints.keep(row)


def _tried(row: Row, now_ms: UtcMs, trouble: str | None, sent: bool, ledger: Ledger) -> None:
    ledger.checkpoints.tried(row, now_ms, trouble, sent=sent)
