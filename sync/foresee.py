"""The queue played on from where it stands, with the calling rule itself: when will this ticket be called? Pure.

Every counter at work calls whom the rule names, holds them for the mean time of such a call, and calls again; a visit
of several services comes back between them. Younger tickets with priority that will still come are let in as they came
in the last hour, for the rule will call some of them first. Nothing is drawn by chance: it is the middle of what may
happen, and `sync.estimate` puts the range around it.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sync.body import TicketName
from sync.live import Counter, Live
from sync.rule import choose, is_overtaken
from sync.tickets import QueueTicket
from sync.types import JournalId, Seq, UtcMs

HOUR_MS = 3_600_000
LEAST_SEEN_MS = HOUR_MS // 4
"""Arrivals are counted over the last hour, or since the first ticket of the day, but no less than this: one early
ticket with priority is not a stream of them."""
LATER_MS = 4 * HOUR_MS
"""How far ahead younger tickets with priority are let in. The cap ends their effect long before."""
LEAST_LEFT = 1 / 3
"""Of the mean time of a call: what is at least left of one that is under way. Long services are longer than their mean
by a good part of it (docs/queue.md has the sizes)."""

_NOBODY = TicketName(JournalId(""), Seq(0))

MeanMs = Callable[[str], float]
"""The mean milliseconds of a call for a service."""


class Waits:
    """A ticket of the play, as sync.rule wants it."""

    __slots__ = ("admitted", "carried", "hold", "mine", "overtaken", "placed", "priority", "service", "services",
                 "since_ms")  # fmt: skip

    def __init__(self, ticket: QueueTicket, mine: bool = False) -> None:
        self.admitted, self.since_ms, self.priority = ticket.admitted, ticket.since_ms, ticket.priority
        self.overtaken, self.hold, self.placed = ticket.overtaken, ticket.hold, ticket.placed
        self.carried, self.mine = ticket.carried, mine
        self.services = ticket.services[min(ticket.step, len(ticket.services) - 1) :]
        self.service = self.services[0]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`ms` of work until the call; `calls` that end or begin before it, at the `counters` that serve the ticket."""

    ms: float
    calls: int
    counters: int


def ahead(live: Live, ticket: QueueTicket, now_ms: UtcMs, at_work: Iterable[Counter]) -> int:
    """How many of those who wait are called before this one as things stand, at the counters that serve it.

    As if these counters were one and all were called this instant: the order that the console shows. Places of tickets
    that came back count down on the way, and the cap holds.
    """
    services = {service for each in at_work if ticket.service in each.services for service in each.services}
    waiting = [Waits(each, each.name == ticket.name) for each in live.waiting()]
    if not any(each.mine for each in waiting):
        waiting.append(Waits(ticket, mine=True))
    called = 0
    while (found := choose(waiting, services, now_ms, live.rule)) is not None and not found.mine:
        _call(waiting, found, services)
        called += 1
    return called


def foresee(
    live: Live, ticket: QueueTicket, now_ms: UtcMs, at_work: Sequence[Counter], mean_ms: MeanMs
) -> Foreseen | None:
    """When this ticket is called; None where no counter at work serves it."""
    able = [each for each in at_work if ticket.service in each.services]
    if not able:
        return None
    play = _Play(live, ticket, now_ms, at_work, mean_ms)
    ms = play.run()
    return Foreseen(ms, play.calls, len(able))


class _Play:
    """The counters and the queue from now on; times in milliseconds of work since now."""

    def __init__(
        self, live: Live, ticket: QueueTicket, now_ms: UtcMs, at_work: Sequence[Counter], mean_ms: MeanMs
    ) -> None:
        self._rule, self._now, self._mean, self._service = live.rule, now_ms, mean_ms, ticket.service
        self._waiting = [Waits(each) for each in live.waiting() if each.name != ticket.name]
        self._waiting.append(Waits(ticket, mine=True))
        self._order = 0
        self._coming: list[tuple[float, int, Waits]] = []
        self._free: list[tuple[float, int, frozenset[str]]] = []
        self.calls = 0
        for counter in at_work:
            self._begin(live, counter)
        for at, younger in _younger(live, now_ms):
            self._comes(at, younger)

    def run(self) -> float:
        """Milliseconds of work until the ticket is called."""
        while True:
            at, number, services = heapq.heappop(self._free)
            while self._coming and self._coming[0][0] <= at:
                self._waiting.append(heapq.heappop(self._coming)[2])
            found = choose(self._waiting, services, UtcMs(self._now + int(at)), self._rule)
            if found is None:
                if self._coming:
                    heapq.heappush(self._free, (max(self._coming[0][0], at), number, services))
                continue
            if found.mine:
                return at
            _call(self._waiting, found, services)
            self.calls += self._service in services
            ends = at + self._mean(found.service)
            self._goes_on(ends, found)
            heapq.heappush(self._free, (ends, number, services))

    def _begin(self, live: Live, counter: Counter) -> None:
        held = live.tickets[counter.ticket] if counter.ticket is not None else None
        left = 0.0
        if held is not None and held.called_ms is not None:
            mean = self._mean(held.service)
            left = max(mean - (self._now - held.called_ms), mean * LEAST_LEFT)
            self.calls += self._service in counter.services
            self._goes_on(left, Waits(held))
        heapq.heappush(self._free, (left, counter.counter, frozenset(counter.services)))

    def _goes_on(self, at: float, done: Waits) -> None:
        """The next service of a visit, with its old time of waiting."""
        if len(done.services) > 1:
            done.services = done.services[1:]
            done.service, done.hold, done.carried = done.services[0], None, False
            self._comes(at, done)

    def _comes(self, at: float, ticket: Waits) -> None:
        self._order += 1
        heapq.heappush(self._coming, (at, self._order, ticket))


def _call(waiting: list[Waits], called: Waits, services: Iterable[str]) -> None:
    """What a call does to those that go on waiting: as sync.live has it."""
    waiting.remove(called)
    able = frozenset(services)
    for each in waiting:
        if each.service not in able:
            continue
        if each.hold:
            each.hold -= 1
        elif is_overtaken(called.admitted, each, able):
            each.overtaken += 1


def _younger(live: Live, now_ms: UtcMs) -> list[tuple[float, Waits]]:
    """Tickets with priority that will still come: as many an hour for each service as came in the last one."""
    tickets = live.tickets.values()
    first = min((each.since_ms for each in tickets), default=now_ms)
    seen = min(max(now_ms - first, LEAST_SEEN_MS), HOUR_MS)
    came: dict[str, list[QueueTicket]] = {}
    for each in tickets:
        if each.priority and each.since_ms > now_ms - seen:
            came.setdefault(each.services[0], []).append(each)
    found = []
    for service in sorted(came):
        apart, like = seen / len(came[service]), came[service][0]
        for number in range(int(LATER_MS / apart)):
            at = (number + 0.5) * apart
            found.append((at, Waits(_newcomer(like, service, UtcMs(now_ms + int(at)), live.admitted + 1))))
    found.sort(key=lambda pair: pair[0])
    for number, (_, younger) in enumerate(found):
        younger.admitted = live.admitted + 2 + number
    return found


def _newcomer(like: QueueTicket, service: str, at_ms: UtcMs, admitted: int) -> QueueTicket:
    return QueueTicket(like.name, "", like.day, (service,), at_ms, admitted, at_ms, priority=True)


def about_to_take(live: Live, services: tuple[str, ...], now_ms: UtcMs, priority: bool = False) -> QueueTicket:
    """The ticket that somebody would get now."""
    return QueueTicket(_NOBODY, "", live.day or "", services, now_ms, live.admitted + 1, now_ms, priority=priority)
