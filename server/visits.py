"""What became of everybody who came: the unit of all figures is one service of one ticket. A fold of an office's facts
of one day. Pure.

All times are the office's clock, which the facts hold. Who goes to a second service waits for that from when the first
one was done; an errand outside the hall is neither waiting nor service. A ticket that nobody served stays in the
figures with what became of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from sync.body import Body, TicketName
from sync.facts_office import (
    CounterClosed,
    CounterOpened,
    CounterPaused,
    CounterResumed,
    ServedByHand,
    ServiceTicketless,
    TicketAdmitted,
    TicketCalled,
    TicketCancelled,
    TicketCarried,
    TicketFact,
    TicketFinished,
    TicketNoShow,
    TicketParked,
    TicketPlaced,
    TicketPrioritised,
    TicketServing,
    TicketTransferred,
)
from sync.facts_restated import CounterRestated, TicketRestated
from sync.tickets import IllegalStep, QueueTicket, admit, restated
from sync.tickets import step as queue_step
from sync.types import UtcMs


class Outcome(Enum):
    """What became of a visit. `OPEN`: nothing yet, or nothing that is on record."""

    SERVED = "served"
    NO_SHOW = "no-show"
    CANCELLED = "cancelled"
    TRANSFERRED = "transferred"
    CARRIED = "carried"
    OPEN = "open"


class Stint(Struct, frozen=True):
    """Somebody was at a counter, from when to when (None: still)."""

    counter: int
    from_ms: UtcMs
    to_ms: UtcMs | None = None


class Visit(Struct, frozen=True):
    """One service of one ticket on one day.

    `ready_ms`: from when it waited for this service; `called_ms`: its first call that was not taken back; `ended_ms`:
    when its outcome came. `stints`: its times at a counter, more than one where an errand lay between. `missed`: calls
    to which nobody came. `untimed`: why its wait is not known, None: it is. `late`: it was carried over from the day
    before. `by_hand`: one of its calls was not by the rule. `first`: nothing went before it on this ticket.
    """

    ticket: TicketName
    step: int
    service: str
    cases: int
    ready_ms: UtcMs
    priority: bool = False
    late: bool = False
    untimed: str | None = None
    called_ms: UtcMs | None = None
    counter: int | None = None
    staff: str | None = None
    by_hand: bool = False
    first: bool = True
    missed: int = 0
    stints: tuple[Stint, ...] = ()
    ended_ms: UtcMs | None = None
    outcome: Outcome = Outcome.OPEN
    reason: str | None = None

    @property
    def waited_ms(self) -> int | None:
        """From ready to the first call; None where nobody called, or `untimed`."""
        if self.called_ms is None or self.untimed is not None:
            return None
        return max(self.called_ms - self.ready_ms, 0)

    @property
    def served_ms(self) -> int:
        """How long it was at a counter together."""
        return sum(max(each.to_ms - each.from_ms, 0) for each in self.stints if each.to_ms is not None)


CARRIED, HEARD_LATE, RESTATED = "carried", "heard-late", "restated"
"""Why a wait is not known: it began on another day; the kiosk's clock was not tied to the office's; the record before a
restored office did not come back."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Somebody was served without a ticket."""

    service: str
    counter: int
    staff: str
    at_ms: UtcMs


@dataclass(frozen=True, slots=True)
class Visited:
    """A day's visits in the order in which they began to wait, and what was served beside them: `ticketless`, and how
    many by hand with emergency numbers. `at_work`: when counters were at work, breaks left out."""

    visits: tuple[Visit, ...] = ()
    ticketless: tuple[Aside, ...] = ()
    by_hand: int = 0
    at_work: tuple[Stint, ...] = ()


@dataclass(slots=True)
class _Ticket:
    queue: QueueTicket
    visit: Visit


@dataclass(slots=True)
class _Fold:
    tickets: dict[TicketName, _Ticket] = field(default_factory=dict)
    done: list[Visit] = field(default_factory=list)
    ticketless: list[Aside] = field(default_factory=list)
    by_hand: int = 0
    working: dict[int, UtcMs] = field(default_factory=dict)
    at_work: list[Stint] = field(default_factory=list)

    def follow(self, body: Body) -> None:
        match body:
            case TicketAdmitted():
                self._admitted(body)
            case TicketRestated():
                self._restated(body)
            case TicketFact() if body.ticket in self.tickets:
                self._happened(self.tickets[body.ticket], body)
            case ServiceTicketless():
                self.ticketless.append(Aside(body.service, body.counter, body.staff, body.now_ms))
            case ServedByHand(first=first, last=last):
                self.by_hand += max(last - first + 1, 0)
            case CounterOpened() | CounterResumed() | CounterRestated(open=True, pause=None):
                self.working.setdefault(body.counter, body.now_ms)
            case CounterClosed() | CounterPaused() if body.counter in self.working:
                self.at_work.append(Stint(body.counter, self.working.pop(body.counter), body.now_ms))

    def visited(self) -> Visited:
        running = (each.visit for each in self.tickets.values())
        visits = sorted((*self.done, *running), key=lambda each: (each.ready_ms, each.ticket, each.step))
        at_work = [*self.at_work, *(Stint(counter, since) for counter, since in self.working.items())]
        at_work.sort(key=lambda each: (each.counter, each.from_ms))
        return Visited(tuple(visits), tuple(self.ticketless), self.by_hand, tuple(at_work))

    def _admitted(self, body: TicketAdmitted) -> None:
        if body.ticket in self.tickets or not body.services:
            return
        late = body.how == "carried"
        untimed = CARRIED if late else HEARD_LATE if body.how == "arrived" else None
        ready_ms = UtcMs(min(body.here_ms, body.now_ms))
        visit = Visit(
            body.ticket, 0, body.services[0], _cases(body.cases, 0), ready_ms, body.priority, late=late, untimed=untimed
        )
        self.tickets[body.ticket] = _Ticket(admit(body, 0), visit)

    def _restated(self, body: TicketRestated) -> None:
        """Of a ticket whose facts are here, nothing new; of another one, all that is known."""
        if body.ticket in self.tickets:
            return
        try:
            queue = restated(body)
        except IllegalStep:
            return
        step = min(body.step, len(body.services) - 1)
        visit = Visit(
            body.ticket,
            step,
            body.services[step],
            _cases(body.cases, step),
            body.since_ms,
            body.priority,
            late=body.carried,
            untimed=RESTATED,
            called_ms=body.called_ms,
            counter=body.counter,
            stints=_stints(body),
            outcome=_STANDS.get(body.status, Outcome.OPEN),
            ended_ms=body.at_ms if body.status in _STANDS else None,
        )
        self.tickets[body.ticket] = _Ticket(queue, visit)

    def _happened(self, ticket: _Ticket, body: TicketFact) -> None:
        """What has no place in the ticket's life is passed over: a restored office may have done on an old copy what
        was done before (server.takeup)."""
        try:
            ticket.queue = queue_step(ticket.queue, body)
        except IllegalStep:
            return
        visit, now_ms = ticket.visit, body.now_ms
        match body:
            case TicketCalled():
                ticket.visit = replace(
                    visit,
                    called_ms=visit.called_ms if visit.called_ms is not None else now_ms,
                    counter=body.counter,
                    staff=body.staff,
                    by_hand=visit.by_hand or body.why != "rule",
                    outcome=Outcome.OPEN,
                    ended_ms=None,
                )
            case TicketServing() if visit.counter is not None:
                ticket.visit = replace(visit, stints=(*visit.stints, Stint(visit.counter, now_ms)))
            case TicketPrioritised():
                ticket.visit = replace(visit, priority=True)
            case TicketPlaced(how="withdrawn"):
                ticket.visit = visit if visit.stints or visit.missed else replace(visit, called_ms=None)
            case TicketPlaced():
                ticket.visit = replace(visit, outcome=Outcome.OPEN, ended_ms=None)
            case TicketParked():
                ticket.visit = _left(visit, now_ms)
            case TicketNoShow():
                ticket.visit = _ended(replace(visit, missed=visit.missed + 1), Outcome.NO_SHOW, now_ms, body.reason)
            case TicketCancelled():
                ticket.visit = _ended(visit, Outcome.CANCELLED, now_ms, body.reason)
            case TicketCarried():
                ticket.visit = _ended(visit, Outcome.CARRIED, now_ms)
            case TicketTransferred():
                self._transferred(ticket, body)
            case TicketFinished():
                self._finished(ticket, now_ms)

    def _finished(self, ticket: _Ticket, now_ms: UtcMs) -> None:
        ticket.visit = _ended(_left(ticket.visit, now_ms), Outcome.SERVED, now_ms)
        step = ticket.visit.step + 1
        if step < len(ticket.queue.services):
            self._next(ticket, step, ticket.queue.services[step], now_ms)

    def _transferred(self, ticket: _Ticket, body: TicketTransferred) -> None:
        """Whoever was at a counter waits anew from now on; who still waited goes on waiting, for something else."""
        left = _left(ticket.visit, body.now_ms)
        if left == ticket.visit:
            ticket.visit = replace(ticket.visit, service=body.service)
            return
        ticket.visit = _ended(left, Outcome.TRANSFERRED, body.now_ms, body.reason)
        self._next(ticket, left.step, body.service, body.now_ms)

    def _next(self, ticket: _Ticket, step: int, service: str, now_ms: UtcMs) -> None:
        self.done.append(ticket.visit)
        before = ticket.visit
        ticket.visit = Visit(
            before.ticket,
            step,
            service,
            _cases(ticket.queue.cases, step),
            now_ms,
            before.priority,
            late=before.late,
            first=False,
        )


def visits_of(facts: Iterable[Body]) -> Visited:
    """The visits of one office day, from the office's facts in order (those that came back after a restore first)."""
    fold = _Fold()
    for body in facts:
        fold.follow(body)
    return fold.visited()


def _ended(visit: Visit, outcome: Outcome, now_ms: UtcMs, reason: str | None = None) -> Visit:
    return replace(visit, outcome=outcome, ended_ms=now_ms, reason=reason)


def _left(visit: Visit, now_ms: UtcMs) -> Visit:
    """The visit once it has left the counter; the same where it was at none."""
    if not visit.stints or visit.stints[-1].to_ms is not None:
        return visit
    return replace(visit, stints=(*visit.stints[:-1], replace(visit.stints[-1], to_ms=now_ms)))


def _stints(body: TicketRestated) -> tuple[Stint, ...]:
    """What is known of a ticket's time at the counter where its facts are not here: that it is there now."""
    there = body.counter if body.status == "serving" else None
    return () if there is None else (Stint(there, body.at_ms),)


def _cases(cases: tuple[int, ...], step: int) -> int:
    return cases[step] if step < len(cases) else 1


_STANDS: Mapping[str, Outcome] = {
    "absent": Outcome.NO_SHOW,
    "served": Outcome.SERVED,
    "cancelled": Outcome.CANCELLED,
    "carried": Outcome.CARRIED,
}
