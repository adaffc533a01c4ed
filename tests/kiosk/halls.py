"""An office beside a kiosk for tests: its day as facts, and the mirror of them that sync would keep."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from kiosk.enquiry import Here
from kiosk.hall import OfficeHall
from kiosk.story import Own
from sync.body import Body, TicketName
from sync.calendar import ALWAYS_OPEN, Calendar
from sync.codec import Fact
from sync.facts import DayOpened, TicketIssued, TicketReturned, draft, understand
from sync.facts_office import CounterOpened, RuleAdopted, TicketAdmitted, TicketCalled, TicketPlaced
from sync.inbox import InboxState
from sync.journal import Instant
from sync.masked import mask
from sync.mirror import FeedState, News
from sync.tickets import Status
from sync.types import BootId, BootMs, JournalId, Seq, UtcMs
from tests.kiosk.fakes import BOOT, NOON, Kiosk, opened
from tests.sync.queueing import DAY, MINUTE, Queue

OWN = JournalId("07" * 16)
"""The journal of the fake kiosk."""
OFFICE = JournalId("0f" * 16)
OTHER = JournalId("0b" * 16)
"""The journal of another kiosk."""
SECRET = b"\x0f" * 32
"""Of the office's journal."""
TODAY = "2026-11-23"
"""The office day of the fake kiosk's clock."""


def as_facts(bodies: Iterable[Body]) -> list[Fact]:
    """These as facts 1, 2, ... of an office's journal."""
    return [
        Fact(Seq(seq), made.kind, made.version, BOOT, BootMs(seq), made.body)
        for seq, made in enumerate(map(draft, bodies), 1)
    ]


class FakeMirror:
    """Hands out `bodies` as sync.mirror.MirrorReader does. `journal` and `secret`: the one it has. `torn`: it cannot be
    read."""

    def __init__(self, bodies: Sequence[Body] = ()) -> None:
        self.bodies: Sequence[Body] = bodies
        self.journal: JournalId | None = OFFICE
        self.secret = SECRET
        self.feed: FeedState | None = FeedState("asking")
        self.most = 0
        self.torn = self.readable = False
        self._read: tuple[JournalId | None, int] = (None, 0)

    def news(self, most: int, days: int) -> News | None:
        """What is new."""
        self.readable = self.journal is not None and not self.torn
        if self.journal is None or self.torn:
            return None
        known, at = self._read
        anew = known != self.journal or at > len(self.bodies)
        found = as_facts(self.bodies)[0 if anew else at :][:most]
        if not found and not anew:
            return None
        self.most = max(self.most, len(found))
        self._read = self.journal, found[-1].seq if found else 0
        return News(self.journal, anew, tuple(found), self.secret)

    def state(self) -> FeedState | None:
        """How the way down stands."""
        return self.feed


def here(now_ms: int, *own: Own, minutes_ago: float | None = 0, **changes: Any) -> Here:
    """The kiosk at this moment; `minutes_ago` the office last answered sync (None: never)."""
    instant = Instant(BOOT, BootMs(100 * MINUTE))
    contact = None if minutes_ago is None else Instant(BOOT, BootMs(int((100 - minutes_ago) * MINUTE)))
    wall = datetime(2026, 11, 30, 10)  # noqa: DTZ001 the office's wall clock
    return replace(Here(instant, UtcMs(now_ms), wall, DAY, contact, lambda: own, len(own)), **changes)


def mine(seq: int, *services: str, since: int, priority: bool = False) -> Own:
    """A ticket of the fake kiosk."""
    return Own(TicketName(OWN, Seq(seq)), f"Z{seq:03}", services or ("a",), (), UtcMs(since), priority)


def hall_of(mirror: FakeMirror, calendar: Calendar = ALWAYS_OPEN, hall: type[OfficeHall] = OfficeHall) -> OfficeHall:
    """A hall that has taken everything in."""
    made = hall(mirror, OWN, {"a": 10, "b": 20}, calendar)
    follow(made)
    return made


def follow(hall: OfficeHall) -> int:
    """Let it look as long as there is something; how often."""
    looks = 1
    while hall.look(Instant(BOOT, BootMs(100 * MINUTE))):
        looks += 1
    return looks


class Beside:
    """A whole kiosk, and the office that it belongs to, with `counters` at work for these services."""

    def __init__(self, folder: Path, *counters: tuple[str, ...], calendar: Calendar = ALWAYS_OPEN) -> None:
        self.queue, self.mirror = Queue(now=UtcMs(NOON)), FakeMirror()
        self.office(DayOpened(TODAY, "clock"), RuleAdopted(self.queue.now))
        for number, services in enumerate(counters, 1):
            self.office(CounterOpened(self.queue.now, number, f"s{number}", services))
        standard = {"move-in": 15, "waste-fee": 10}
        self.hall = OfficeHall(self.mirror, OWN, standard, calendar)
        self.kiosk = opened(folder, self._answered, hall=self.hall, calendar=calendar)
        self.tell()

    @property
    def now(self) -> UtcMs:
        """The office's clock, which is the kiosk's."""
        return UtcMs(NOON + self.kiosk.clock.boottime_ms)

    def office(self, *bodies: Body) -> None:
        """Facts of the office."""
        for body in bodies:
            self.queue.do(body)

    def tell(self, *bodies: Body) -> None:
        """Facts of the office that are in the mirror at once, and sync has called."""
        self.office(*bodies)
        self.mirror.bodies = tuple(self.queue.facts)
        self._answered(self.kiosk)
        self.kiosk.machine.look_at_inbox()
        self.kiosk.later(0)

    def admit(self) -> None:
        """The office hears of this kiosk's tickets, and of whoever is back."""
        for entry in self.kiosk.disk.entries():
            body, name = understand(entry.fact), TicketName(OWN, entry.seq)
            if isinstance(body, TicketIssued) and name not in self.queue.live.tickets:
                self.office(TicketAdmitted(self.now, name, body.day, body.label, body.services, self.now, "issued"))
            if isinstance(body, TicketReturned):
                away = [each for each in self.queue.live.tickets.values() if each.status is Status.ABSENT]
                self.office(*(TicketPlaced(self.now, each.name, 3, "kiosk") for each in away))
        self.tell()

    def others(self, count: int, service: str = "move-in", **how: Any) -> None:
        """People with tickets of another kiosk."""
        self.queue.now = self.now
        for _ in range(count):
            self.queue.take(len(self.queue.live.tickets) + 500, service, **how)
        self.tell()

    def other(
        self, n: int, code: str | None, day: str = TODAY, masked: str | None = None, **changes: Any
    ) -> TicketName:
        """A ticket of another machine, B001, B002, ..., whose code is told; None: the fact holds `masked`."""
        name, label, service = TicketName(OTHER, Seq(n + 10)), f"B{n:03}", "move-in"
        if code is not None:
            masked = mask(code, SECRET, OTHER, day, label)
        body = TicketAdmitted(self.now, name, day, label, (service,), self.now, "issued", code=masked)
        self.tell(replace(body, **changes))
        return name

    def call(self, label: str, counter: int = 1) -> None:
        """The counter calls this number."""
        name = next(each.name for each in self.queue.live.waiting() if each.label == label)
        self.tell(TicketCalled(self.now, name, counter, f"s{counter}"))

    def cut(self) -> None:
        """From now on the office does not answer."""
        self.mirror.feed = FeedState("backoff", "unreachable", contact=self.kiosk.clock.instant())
        self.kiosk.machine.look_at_inbox()
        self.kiosk.later(0)

    def _answered(self, kiosk: Kiosk) -> None:
        kiosk.inbox = InboxState("idle", contact=kiosk.clock.instant())


OTHER_BOOT = BootId("cd" * 16)
