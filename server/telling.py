"""Alerts leave the office: by mail, and to webhooks. Each way has a task of its own; none waits for another one, and
nothing waits for them.

At least once: the watermark moves once a receiver took it, so what was taken and not answered comes again, with the
same id. What is not taken is tried again ever more seldom, and passed over after server.deliveries.KEEP_MS.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial

from server import mail, reading
from server.alert_words import Names, alert_words, remedy
from server.alerts import Code
from server.checkpointing import until
from server.config import MailConfig
from server.database import Db, Unavailable
from server.deliveries import BOTH, RAISED, Item, due
from server.door import Writes
from server.errors import DeliveryFailed, MailFailed, ServerError
from server.ledger import Ledger
from server.mail import message
from server.offices import names_of as named
from server.reads import Reads
from server.retries import FIRST_WAIT_MS
from sync.facts_alerts import AlertRaised
from sync.types import JournalId, Seq, UtcMs
from translations import LANGUAGES

OF_SERVICES = (Code.SCORES_SERVICE.value, Code.WAITING.value)
"""Alerts that are about a service."""
LOOK_S = 60.0
"""What other offices bring is looked for so often."""
Send = Callable[[Item, Names], None]
"""Hands one over; blocking. Raises DeliveryFailed, MailFailed."""


@dataclass(frozen=True, slots=True)
class Way:
    """How alerts leave. `name`: by which the table knows it; `kinds`: of the facts that it tells."""

    name: str
    kinds: tuple[str, ...]
    send: Send


class Teller:
    """Delivers by one way. `refusing` gives since when the ledger takes nothing, None: it does."""

    def __init__(
        self,
        way: Way,
        reads: Reads,
        writes: Writes,
        now: Callable[[], UtcMs],
        *,
        server: str = "",
        refusing: Callable[[], UtcMs | None] = lambda: None,
        pause: Callable[[asyncio.Event, float], Awaitable[None]] = until,
    ) -> None:
        self._way, self._reads, self._writes, self._now, self._pause = way, reads, writes, now, pause
        self._server, self._refusing, self._wake = server, refusing, asyncio.Event()
        self._told_refusing = False

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        begun = False
        while True:
            self._wake.clear()
            wait_ms = FIRST_WAIT_MS
            try:
                if not begun:
                    await self._write(lambda ledger: ledger.deliveries.begin(self._way.name))
                    begun = True
                wait_ms = await self.round()
            except (ServerError, Unavailable):  # the ledger: what could not be noted is sent again
                pass
            await self._pause(self._wake, min(wait_ms / 1000, LOOK_S))

    async def round(self) -> int:
        """Send what is due, each journal in its order; milliseconds until something is due again."""
        await self._ledger_refuses()
        wait_ms = int(LOOK_S * 1000)
        stuck = set[JournalId]()
        while True:
            items = await self._reads.read(due, self._way.name, self._way.kinds, self._now())
            left = [(item, item.wait_ms(self._now())) for item in items if item.journal not in stuck]
            ready = [item for item, later_ms in left if not later_ms]
            if not ready:
                return min([wait_ms, *(later_ms for _, later_ms in left)])
            names = await self._reads.read(names_of, [(each.code, each.about, each.office) for each in ready])
            for item in ready:
                trouble = await self._sent(item, names)
                if trouble is None:
                    await self._write(partial(_sent, self._way.name, item))
                else:
                    stuck.add(item.journal)
                    await self._write(partial(_failed, self._way.name, item, trouble, self._now()))

    async def _ledger_refuses(self) -> None:
        """What the ledger cannot hold is told without it, once; again only where it was not taken."""
        since_ms = self._refusing()
        if since_ms is None:
            self._told_refusing = False
        elif not self._told_refusing:
            journal = JournalId(self._server)
            item = Item(journal, Seq(since_ms), AlertRaised.kind, since_ms, Code.LEDGER.value, "", 0, 0, None)
            self._told_refusing = await self._sent(item, Names()) is None

    async def _sent(self, item: Item, names: Names) -> str | None:
        """Why it was not taken; None: it was."""
        try:
            await asyncio.to_thread(self._way.send, item, names)
        except MailFailed as error:
            return None if error.sent else f"{error}. {error.hint}"
        except DeliveryFailed as error:
            return f"{error}. {error.hint}"
        return None

    async def _write(self, job: Callable[[Ledger], None]) -> None:
        await asyncio.wrap_future(self._writes.submit(job))


def _sent(way: str, item: Item, ledger: Ledger) -> None:
    ledger.deliveries.sent(way, item)


def _failed(way: str, item: Item, trouble: str, now_ms: UtcMs, ledger: Ledger) -> None:
    ledger.deliveries.failed(way, item, trouble, now_ms)


def names_of(db: Db, told: Iterable[tuple[str, str, str | None]]) -> Names:
    """What services, machines and offices are called in these: (code of an alert, what it is about, whose it is)."""
    them = list(told)
    services = {about for code, about, _ in them if code in OF_SERVICES}
    others = {about for code, about, _ in them if code not in OF_SERVICES}
    query = f"SELECT journal_id, place FROM journals WHERE journal_id IN ({', '.join('?' for _ in others)})"
    places = {name: place for name, place in db.execute(query, sorted(others)) if place} if others else {}
    offices = named(db, others | {office for *_, office in them if office is not None})
    return Names(reading.services_told(db, "", services) if services else {}, places, offices)


def document(item: Item, names: Names, own: Mapping[str, str]) -> bytes:
    """The body of a webhook (docs/alerts.md)."""
    office = names.offices.get(item.office) if item.office is not None else own
    told = {
        "id": item.id,
        "event": item.kind,
        "alert": item.code,
        "about": item.about,
        "value": item.value,
        "bound": item.bound,
        "at": datetime.fromtimestamp(item.at_ms / 1000, UTC).isoformat(timespec="seconds"),
        "office": item.office,
        "office_name": dict(office or {}),
        "text": {each: _said(item, names, each) for each in LANGUAGES},
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def letter(config: MailConfig, item: Item, names: Names, own: Mapping[str, str]) -> EmailMessage:
    """The same as a mail in every language."""
    office = names.offices.get(item.office, {}) if item.office is not None else own
    lines = []
    for each in LANGUAGES:
        lines += [office.get(each, ""), _said(item, names, each), remedy(item.code, each), ""]
    subject = _said(item, names, LANGUAGES[0])
    return message(config, subject, "\n".join(lines).strip() + "\n", f"alert-{item.id}")


def _said(item: Item, names: Names, language: str) -> str:
    return alert_words(item.code, item.about, item.value, item.bound, names, language)


def by_mail(config: MailConfig, send: mail.Send, own: Mapping[str, str]) -> Way:
    """Alerts by mail, to those who get the checkpoints."""
    return Way("mail", RAISED, lambda item, names: send(letter(config, item, names, own)))


def by_webhook(name: str, post: Callable[[bytes], None], own: Mapping[str, str]) -> Way:
    """Alerts to a receiver; that they are over, too."""
    return Way(name, BOTH, lambda item, names: post(document(item, names, own)))
