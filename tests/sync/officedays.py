"""Whole office days for the audit's tests: seeded, honest or with an officer who favours a cousin by one side door.

The office does what the product does (the same fold, the same rule); citizens and staff are simulated. Both sides are
kept: the office's facts, and those of the kiosk that issued the tickets.
"""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from sync.audit import Section, replay, sections
from sync.audit_kiosk import kiosks
from sync.audit_terms import Audit, Kiosks
from sync.body import Body, TicketName
from sync.codec import Fact
from sync.facts import ClockAnchored, DayOpened, JournalOpened, TicketIssued, TicketPriority, draft
from sync.facts_office import (
    CounterClosed,
    CounterOpened,
    CounterPaused,
    CounterResumed,
    CounterSetup,
    CountersSet,
    RuleAdopted,
    ServiceTicketless,
    TicketAdmitted,
    TicketCalled,
    TicketCarried,
    TicketFinished,
    TicketNoShow,
    TicketParked,
    TicketPlaced,
    TicketPrioritised,
    TicketRecalled,
    TicketServing,
    TicketTransferred,
)
from sync.live import Live
from sync.tickets import OPEN, Status
from sync.types import BootId, BootMs, JournalId, Seq, UtcMs

KIOSK, OFFICE = JournalId("aa" * 16), JournalId("0f" * 16)
BOOT = BootId("b007" * 8)
DAY, NEXT_DAY = "2026-11-30", "2026-12-01"
OPENS = 1_795_998_600_000 + 3_600_000
"""2026-11-30 08:30 in Bangkok, give or take."""
SECOND, MINUTE = 1000, 60_000
SERVICES = ("register", "tax", "waste")
CHEATS = ("quick-no-show", "ticketless", "transfer-then-call", "hand-pick", "gave-priority", "neglect")


@dataclass
class OfficeDay:
    """One day. `cheat`: what the officer at counter 2 does beside, one of CHEATS or None."""

    seed: int
    citizens: int = 110
    counters: int = 5
    cheat: str | None = None
    facts: list[Fact] = field(default_factory=list)
    kiosk: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.live = Live()
        self.now = OPENS
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._closes = OPENS + 7 * 60 * MINUTE

    # What comes out of it ----------------------------------------------------------------------------------------

    def run(self) -> "OfficeDay":
        """Let the day pass, to the opening of the next."""
        self._begin()
        for at in sorted(self._random.randrange(6 * 60 * MINUTE) for _ in range(self.citizens)):
            self._at(OPENS + at, self._arrive)
        for counter in range(1, self.counters + 1):
            self._at(OPENS + counter * SECOND, lambda counter=counter: self._open(counter))  # type: ignore[misc]
        while self._events:
            at, _, act = heapq.heappop(self._events)
            self.now = max(at, self.now)
            act()
        self._end()
        return self

    @property
    def section(self) -> Section:
        """The day's facts."""
        return sections(self.facts)[0]

    @property
    def kiosks(self) -> Kiosks:
        """The kiosk's side."""
        return kiosks({KIOSK: self.kiosk})

    def audit(self) -> Audit:
        """The audit of it, with the kiosk's side."""
        return replay(self.section, kiosks=self.kiosks)

    def do(self, *bodies: Body) -> None:
        """The office writes these. Raises IllegalStep."""
        for body in bodies:
            seq = Seq(len(self.facts) + 1)
            self.live = self.live.after(body, seq)
            self.facts.append(fact(seq, body, self.now))

    # The day -----------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        now = UtcMs(self.now)
        self.do(JournalOpened(OFFICE, "00" * 32, "office"), DayOpened(DAY, "clock"), RuleAdopted(now))
        every = [CounterSetup(each, SERVICES, f"cam-{each}") for each in range(1, self.counters + 1)]
        self.do(CountersSet(now, tuple(every)))
        self._issue(JournalOpened(KIOSK, "11" * 32, "kiosk"))
        self._issue(ClockAnchored(now, 50, "ntp"))

    def _end(self) -> None:
        self.now += 12 * 60 * MINUTE
        now = UtcMs(self.now)
        for ticket in [each for each in self.live.tickets.values() if each.status in OPEN]:
            if ticket.status is Status.CALLED:
                self.do(TicketPlaced(now, ticket.name, 0, "withdrawn", "office"))
            if ticket.status is Status.SERVING:
                self.do(TicketFinished(now, ticket.name, "office"))
            if self.live.tickets[ticket.name].status in OPEN:
                self.do(TicketCarried(now, ticket.name, NEXT_DAY))
        for counter in self.live.working():
            self.do(CounterClosed(now, counter.counter, "office"))
        self.do(DayOpened(NEXT_DAY, "clock"))

    def _at(self, ms: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (int(ms), next(self._numbers), act))

    def _in(self, ms: float, act: Callable[[], None]) -> None:
        self._at(self.now + ms, act)

    def _issue(self, body: Body) -> Seq:
        seq = Seq(len(self.kiosk) + 1)
        self.kiosk.append(fact(seq, body, self.now))
        return seq

    def _arrive(self) -> None:
        n = sum(each.kind == "ticket.issued" for each in self.kiosk) + 1
        wanted = tuple(self._random.sample(SERVICES, 2 if self._random.random() < 0.05 else 1))
        body = TicketIssued(DAY, "A", 0, n, f"A{n:03}", wanted, f"{n:064x}")
        name, since = TicketName(KIOSK, self._issue(body)), self.now
        priority = self._random.random() < 0.08
        if priority:
            self._issue(TicketPriority(name.seq))
        self.now += 300
        admitted = TicketAdmitted(
            UtcMs(self.now), name, DAY, body.label, wanted, UtcMs(since), "issued", priority
        )  # fmt: skip
        self.do(admitted)

    def _open(self, counter: int) -> None:
        self.do(CounterOpened(UtcMs(self.now), counter, f"s{counter}", SERVICES))
        self._at(OPENS + (180 + 30 * (counter % 2)) * MINUTE, lambda: self._lunch(counter))
        self._in(5 * SECOND, lambda: self._next(counter))

    def _lunch(self, counter: int) -> None:
        if self.live.counter(counter).ticket is not None:
            self._in(20 * SECOND, lambda: self._lunch(counter))
            return
        self.do(CounterPaused(UtcMs(self.now), counter, f"s{counter}", "lunch"))
        self._in(30 * MINUTE, lambda: self.do(CounterResumed(UtcMs(self.now), counter, f"s{counter}")))

    # A counter ---------------------------------------------------------------------------------------------------

    def _next(self, counter: int) -> None:
        at, now, staff = self.live.counter(counter), UtcMs(self.now), f"s{counter}"
        again = lambda: self._next(counter)  # noqa: E731 - a name for what is handed on below
        if self.now > self._closes or at.ticket is not None:
            return
        if not at.working or not self.live.order(at.services, now):
            self._in(100 * SECOND, again)
            return
        if self._does(counter, "neglect", 0.0, 0.1):
            self._in(30 * MINUTE, again)
            return
        if self._does(counter, "ticketless", 0.03, 0.35):
            self.do(ServiceTicketless(now, counter, staff, SERVICES[0], "question-only"))
            self._in(self._random.uniform(1, 4) * MINUTE, again)
            return
        if self._does(counter, "gave-priority", 0.01, 0.3):
            last = self.live.order(at.services, now)[-1]
            if not last.priority:
                self.do(TicketPrioritised(now, last.name, staff))
        if self._does(counter, "hand-pick", 0.01, 0.25):
            picked = self.live.order(at.services, now)[-1]
            self.do(TicketCalled(now, picked.name, counter, staff, "came-before"))
        else:
            named = self.live.choose(counter, now)
            assert named is not None
            self.do(TicketCalled(now, named.name, counter, staff))
        self._called(counter)

    def _called(self, counter: int) -> None:
        held = self.live.at_counter(counter)
        assert held is not None
        if self._does(counter, "quick-no-show", 0.01, 0.3):
            self._in(12 * SECOND, lambda: self._missed(counter, held.name, "gave-up"))
        elif self._random.random() < 0.06:
            for late in (40, 75):
                recalled = lambda: self.do(TicketRecalled(UtcMs(self.now), held.name, f"s{counter}"))  # noqa: E731
                self._in(late * SECOND, recalled)
            self._in((95 + self._random.randrange(40)) * SECOND, lambda: self._missed(counter, held.name, None))
        else:
            self._in(self._random.uniform(15, 60) * SECOND, lambda: self._came(counter, held.name))

    def _missed(self, counter: int, name: TicketName, reason: str | None) -> None:
        self.do(TicketNoShow(UtcMs(self.now), name, f"s{counter}", reason))
        back = 0.3 if reason is None else 0.7
        if self._random.random() < back:
            self._in(self._random.uniform(1, 8) * MINUTE, lambda: self._back(name))
        self._in(5 * SECOND, lambda: self._next(counter))

    def _back(self, name: TicketName) -> None:
        ticket, rule = self.live.tickets[name], self.live.rule
        place = rule.returned_place if ticket.status is Status.ABSENT else rule.parked_place
        self.do(TicketPlaced(UtcMs(self.now), name, place, "kiosk"))

    def _came(self, counter: int, name: TicketName) -> None:
        self.do(TicketServing(UtcMs(self.now), name, f"s{counter}"))
        self._in(self._random.uniform(3, 17) * MINUTE, lambda: self._served(counter, name))

    def _served(self, counter: int, name: TicketName) -> None:
        now, staff, odds = UtcMs(self.now), f"s{counter}", self._random.random()
        if self._does(counter, "transfer-then-call", 0.01, 0.3):
            other = SERVICES[(SERVICES.index(self.live.tickets[name].service) + 1) % len(SERVICES)]
            self.do(TicketTransferred(now, name, staff, other, "wrong-service"))
            if self.cheat == "transfer-then-call" and counter == 2:
                self.do(TicketCalled(now, name, counter, staff, "came-before"))
                self._in(20 * SECOND, lambda: self._came(counter, name))
                return
        elif odds < 0.03:
            self.do(TicketParked(now, name, staff, "copy"))
            self._in(self._random.uniform(4, 20) * MINUTE, lambda: self._back(name))
        else:
            self.do(TicketFinished(now, name, staff))
        self._in(self._random.uniform(3, 40) * SECOND, lambda: self._next(counter))

    def _does(self, counter: int, cheat: str, honest: float, cheating: float) -> bool:
        return self._random.random() < (cheating if self.cheat == cheat and counter == 2 else honest)


def fact(seq: int, body: Body, now: int) -> Fact:
    """A row of that moment, of the one boot of these days."""
    made = draft(body)
    return Fact(Seq(seq), made.kind, made.version, BOOT, BootMs(now - OPENS + 1_000_000), made.body)
