"""Looks after the office: every minute it reads what the conditions of alerts look at, and writes which begin and end.

What is written is on record before anybody is told. That the ledger itself refuses cannot be written while it does: it
is told from here, and written once the disk takes it again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Protocol

from server import asked, followups, reading
from server.alerts import SCORES, Begin, Code, Machine, Seen, decide
from server.audits import Audits
from server.database import Unavailable
from server.door import Writes
from server.errors import ServerError
from server.ledger import Ledger
from server.offices import contacts
from server.queue import Moment, stands_still
from server.reading import Device
from server.reads import Reads
from server.watch_reading import Held, Scores, held, overdue, violations
from sync.body import FactName
from sync.facts_alerts import AlertEnded, AlertRaised
from sync.live import Live
from sync.types import UtcMs

LOOK_S = 60.0
AUDIT_EVERY = 15
"""A running day is audited every so many rounds."""


class Backups(Protocol):
    """How it stands with the backups (server.nightly.Backups)."""

    @property
    def late(self) -> bool: ...

    @property
    def last_ms(self) -> UtcMs | None: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a watch looks. `reads` sees this server's own journals, `auditor` too, on a thread where seconds do not
    matter; `everywhere` sees all. `trouble`: why the ledger takes nothing, None: it does."""

    reads: Reads
    auditor: Reads
    everywhere: Reads
    audits: Audits
    live: Callable[[], Live]
    devices: Callable[[], Awaitable[Sequence[Device]]]
    backups: Backups
    trouble: Callable[[], str | None]


class Watch:
    """One server's. `told` is called when alerts were written; `refusing_ms`: since when the ledger takes nothing."""

    def __init__(
        self,
        sources: Sources,
        writes: Writes,
        moment: Callable[[], Moment | None],
        *,
        told: Callable[[], None] = lambda: None,
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._from, self._writes, self._moment, self._told, self._wait = sources, writes, moment, told, wait
        self._scores, self._rounds = Scores(), 0
        self._violations: Mapping[str, int] = {}
        self._began_ms: UtcMs | None = None
        self.refusing_ms: UtcMs | None = None
        self.unseen = 0
        """How many open alerts nobody has seen."""
        self.unread = 0
        """How many open requests of the centre nobody has taken note of."""

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            with suppress(ServerError, Unavailable):  # the disk: what could not be read or written is looked at again
                await self.round()
            await self._wait(LOOK_S)

    async def round(self) -> None:
        """Look once, and write what changed. Nothing is written while nobody vouches for the time."""
        at = self._moment()
        if at is None:
            return
        await self._refusing(at)
        on_record = await self._from.reads.read(held)
        begins, over = decide(await self._look(at, on_record), {each.key for each in on_record.alerts}, on_record.ever)
        if begins or over:
            await self._write(partial(write, begins, over, at))
            self._told()
        await self.count()

    async def count(self) -> None:
        """Count anew what nobody has seen."""
        self.unread = await self._from.reads.read(asked.unread)
        on_record = await self._from.reads.read(held)
        self.unseen = sum(each.seen_ms is None for each in on_record.alerts) + (self.refusing_ms is not None)

    def counts(self) -> Mapping[str, int]:
        """What stands in the console's menu, by the path of the page."""
        return {"/alerts": self.unseen, "/requests": self.unread}

    async def _look(self, at: Moment, on_record: Held) -> Seen:
        self._began_ms = at.now_ms if self._began_ms is None else self._began_ms
        if self._rounds % AUDIT_EVERY == 0:
            self._violations = await self._from.auditor.read(violations, self._from.audits)
        self._rounds += 1
        live = self._from.live()
        today = live if live.day == at.day else Live()
        return Seen(
            at.now_ms,
            at.now_ms - self._began_ms,
            bool(today.working()),
            await self._from.auditor.read(self._scores.read),
            _waits(today, at.now_ms),
            await self._from.reads.read(reading.standard_minutes),
            [_machine(each) for each in await self._from.devices() if not each.revoked],
            await self._offices(),
            self._from.backups.late,
            self._from.backups.last_ms,
            self._violations,
            overdue(on_record, date.fromisoformat(at.day)),
        )

    async def _offices(self) -> dict[str, int | None]:
        return await self._from.everywhere.read(contacts)

    async def _refusing(self, at: Moment) -> None:
        """Begin, or end, the one alert that is not on record while it lasts."""
        if self._from.trouble() is not None and self.refusing_ms is None:
            self.refusing_ms = at.now_ms
            self.unseen += 1
            self._told()
        elif self.refusing_ms is not None:
            await self._write(partial(_refused, self.refusing_ms, at))  # raises while the disk still refuses
            self.refusing_ms = None
            self._told()

    async def _write(self, job: Callable[[Ledger], None]) -> None:
        await asyncio.wrap_future(self._writes.submit(job))


def write(begins: Sequence[Begin], over: Sequence[tuple[str, str]], at: Moment, ledger: Ledger) -> None:
    """Raise and end these alerts, where that is still to be done; low scores are to be answered. In a transaction.

    While the office stands still nothing is written: its journal may have another end.
    """
    if stands_still(ledger):
        return
    open_ = ledger.episodes.open_alerts()
    ledger.append([AlertEnded(at.now_ms, open_[key].name) for key in over if key in open_], at.instant)
    for each in begins:
        code, found = each.code.value, each.found
        if (code, found.about) in open_:
            continue
        (fact,) = ledger.append([AlertRaised(at.now_ms, code, found.about, found.value, found.bound)], at.instant)
        if code in SCORES:
            followups.open_for(ledger, fact.seq, code, found.about, at)


def _refused(since_ms: UtcMs, at: Moment, ledger: Ledger) -> None:
    """Write that the ledger refused, from then until now."""
    if stands_still(ledger):
        return
    (fact,) = ledger.append([AlertRaised(since_ms, Code.LEDGER.value, "", 0, 0)], at.instant)
    ledger.append([AlertEnded(at.now_ms, FactName(ledger.own_next()[0], fact.seq))], at.instant)


def _waits(live: Live, now_ms: UtcMs) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for each in live.waiting():
        found.setdefault(each.service, []).append(now_ms - each.waits_ms)
    return found


def _machine(of: Device) -> Machine:
    return Machine(of.journal_id, of.contact_ms, of.paper == "out", of.cloned or of.follows)
