"""The queue of an office as it stands: a fold of the office's own facts, the same at office, kiosk, display and audit.

`Live` is a value; `after` gives the next one. It holds one office day: `day.opened` begins anew, and the rule and the
counters are restated behind it, so that a day can be replayed from its own facts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sync.body import Body, TicketName
from sync.changing import replace
from sync.codec import Fact
from sync.facts import DayOpened, understand
from sync.facts_office import (
    CounterClosed,
    CounterFact,
    CounterOpened,
    CounterPaused,
    CounterResumed,
    CounterSetup,
    CountersSet,
    RuleAdopted,
    ServedByHand,
    ServiceTicketless,
    TicketAdmitted,
    TicketCalled,
    TicketFact,
    TicketPlaced,
)
from sync.facts_online import OnlineAdopted, OnlineAsked, OnlineRestated
from sync.facts_restated import CounterRestated, TicketRestated
from sync.online import Online
from sync.rule import choose, is_overtaken, order
from sync.tickets import AT_A_COUNTER, IllegalStep, QueueTicket, Status, admit, restated, step
from sync.types import Seq, UtcMs


def _none() -> Mapping[Any, Any]:
    return MappingProxyType({})


NOTHING = Seq(0)


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter as it stands. `changed`: the seq of the last fact that concerned it, which a request names so that two
    hands on one counter cannot undo each other. `ticket`: the one that is called or served there."""

    counter: int
    services: tuple[str, ...] = ()
    staff: str | None = None
    open: bool = False
    pause: str | None = None
    ticket: TicketName | None = None
    changed: Seq = NOTHING

    @property
    def working(self) -> bool:
        """Whether it is open and takes no break."""
        return self.open and self.pause is None


@dataclass(frozen=True, slots=True)
class Live:
    """One office day. `seq`: the last fact that is in it. `admitted`: how many tickets there have been. `begun`: the
    queue has moved since the day was opened, so that nothing of it can be restated any more. `online`: the day's online
    places."""

    day: str | None = None
    seq: Seq = NOTHING
    rule: RuleAdopted = field(default_factory=lambda: RuleAdopted(UtcMs(0)))
    setups: Mapping[int, CounterSetup] = field(default_factory=_none)
    tickets: Mapping[TicketName, QueueTicket] = field(default_factory=_none)
    counters: Mapping[int, Counter] = field(default_factory=_none)
    admitted: int = 0
    placed: int = 0
    ticketless: int = 0
    by_hand: int = 0
    now_ms: UtcMs = UtcMs(0)  # noqa: RUF009 - a number
    begun: bool = False
    online: Online = field(default_factory=Online)

    # Questions ----------------------------------------------------------------------------------------------------

    def waiting(self) -> list[QueueTicket]:
        """The tickets that wait, in the order of admission."""
        return [each for each in self.tickets.values() if each.status is Status.WAITING]

    def order(self, services: Iterable[str], now_ms: UtcMs) -> list[QueueTicket]:
        """Those that a counter with these services would call, the next one first."""
        return order(self.waiting(), frozenset(services), now_ms, self.rule)

    def choose(self, counter: int, now_ms: UtcMs) -> QueueTicket | None:
        """The ticket that the rule gives this counter now; None where none waits for it."""
        return choose(self.waiting(), self.counter(counter).services, now_ms, self.rule)

    def counter(self, counter: int) -> Counter:
        """This counter; one that was never opened today is closed."""
        return self.counters.get(counter) or Counter(counter)

    def at_counter(self, counter: int) -> QueueTicket | None:
        """The ticket that is called to this counter or served there."""
        name = self.counter(counter).ticket
        return self.tickets[name] if name is not None else None

    def working(self) -> list[Counter]:
        """The counters at work, by number."""
        return [self.counters[each] for each in sorted(self.counters) if self.counters[each].working]

    # The fold -----------------------------------------------------------------------------------------------------

    def after(self, body: Body, seq: Seq) -> "Live":
        """The queue after this fact. Raises IllegalStep where the fact has no place in it."""
        live = self._after(body, seq)
        return live if live.begun or not isinstance(body, _MOVES) else replace(live, begun=True)

    def _after(self, body: Body, seq: Seq) -> "Live":
        match body:
            case DayOpened(day=day):
                return Live(day=day, seq=seq, rule=self.rule, setups=self.setups, now_ms=self.now_ms)
            case RuleAdopted():
                return replace(self, rule=body, seq=seq, now_ms=body.now_ms)
            case CountersSet(counters=counters):
                setups = {each.counter: each for each in counters}
                return replace(self, setups=setups, seq=seq, now_ms=body.now_ms)
            case OnlineAdopted() | OnlineAsked() | OnlineRestated():
                return replace(self, online=self.online.after(body), seq=seq, now_ms=body.now_ms)
            case TicketAdmitted():
                return self._admitted(body, seq)
            case TicketFact():
                return self._ticket(body, seq)
            case TicketRestated():
                return self._restated(body, seq)
            case CounterRestated():
                return self._counter_restated(body, seq)
            case ServiceTicketless():
                self._open_counter(body.counter, body)
                counted = replace(self, ticketless=self.ticketless + 1, now_ms=body.now_ms)
                return counted._with(seq, counter=replace(self.counter(body.counter), changed=seq))
            case CounterFact():
                return self._counter(body, seq)
            case ServedByHand(first=first, last=last):
                return replace(self, by_hand=self.by_hand + last - first + 1, seq=seq, now_ms=body.now_ms)
            case _:
                return replace(self, seq=seq)

    def _admitted(self, body: TicketAdmitted, seq: Seq) -> "Live":
        if body.ticket in self.tickets:
            raise IllegalStep(f"{body.label} was admitted before", hint="A ticket is admitted once.")
        ticket = admit(body, self.admitted + 1)
        online = self.online.after(body)
        return replace(self, admitted=ticket.admitted, online=online, now_ms=body.now_ms)._with(seq, ticket)

    def _restated(self, body: TicketRestated, seq: Seq) -> "Live":
        if self.begun or body.ticket in self.tickets:
            raise IllegalStep(f"{body.label} cannot be restated now", hint=_RESTATED)
        ticket = restated(body)
        admitted, placed = max(self.admitted, ticket.admitted), max(self.placed, ticket.placed)
        return replace(self, admitted=admitted, placed=placed, now_ms=body.now_ms)._with(seq, ticket)

    def _counter_restated(self, body: CounterRestated, seq: Seq) -> "Live":
        held = self.tickets.get(body.ticket) if body.ticket is not None else None
        free = held is None or held.status not in AT_A_COUNTER or held.counter != body.counter
        if self.begun or body.counter in self.counters or free is not (body.ticket is None):
            raise IllegalStep(f"counter {body.counter} cannot be restated so", hint=_RESTATED)
        counter = Counter(body.counter, body.services, body.staff or None, body.open, body.pause, body.ticket, seq)
        return replace(self, now_ms=body.now_ms)._with(seq, counter=counter)

    def _ticket(self, body: TicketFact, seq: Seq) -> "Live":
        before = self.tickets.get(body.ticket)
        if before is None:
            raise IllegalStep("the ticket was never admitted today", hint="Look at the queue again.")
        if isinstance(body, TicketCalled):
            return self._called(before, body, seq)
        counter = self.counter(before.counter) if before.counter is not None else None
        if before.status in AT_A_COUNTER and (counter is None or counter.ticket != before.name):
            raise IllegalStep(f"{before.label} is at no counter", hint="Look at the queue again.")
        placed = self.placed + isinstance(body, TicketPlaced)
        after = step(before, body, placed)
        live = replace(self, placed=placed, now_ms=body.now_ms)
        if counter is not None and before.status in AT_A_COUNTER:
            held = before.name if after.status in AT_A_COUNTER else None
            return live._with(seq, after, replace(counter, ticket=held, changed=seq))
        return live._with(seq, after)

    def _called(self, before: QueueTicket, body: TicketCalled, seq: Seq) -> "Live":
        counter = self._open_counter(body.counter, body)
        if counter.pause is not None:
            raise IllegalStep(f"counter {counter.counter} takes a break", hint="End the break first.")
        if counter.ticket is not None:
            busy = self.tickets[counter.ticket].label
            raise IllegalStep(f"counter {counter.counter} has {busy}", hint="Finish it first, or say that nobody came.")
        if before.service not in counter.services:
            hint = "Transfer the ticket, or let another counter call it."
            raise IllegalStep(f"counter {counter.counter} does not serve {before.service}", hint=hint)
        called = step(before, body)
        tickets = {
            name: _passed(each, before, counter.services) if each.status is Status.WAITING else each
            for name, each in self.tickets.items()
        }
        held = replace(counter, ticket=before.name, changed=seq)
        return replace(self, tickets=tickets, now_ms=body.now_ms)._with(seq, called, held)

    def _counter(self, body: CounterFact, seq: Seq) -> "Live":
        counter = replace(self.counter(body.counter), changed=seq, staff=body.staff)
        match body:
            case CounterOpened(services=services):
                if not services:
                    hint = "Give the counter services, or the person skills for them."
                    raise IllegalStep(f"counter {body.counter} would serve nothing", hint=hint)
                counter = replace(counter, open=True, pause=None, services=services)
            case CounterPaused(reason=reason):
                self._open_counter(body.counter, body)
                counter = replace(counter, pause=reason)
            case CounterResumed():
                self._open_counter(body.counter, body)
                counter = replace(counter, pause=None)
            case CounterClosed():
                self._open_counter(body.counter, body)
                counter = replace(counter, open=False, pause=None)
        if counter.ticket is not None and not counter.working:
            busy = self.tickets[counter.ticket].label
            raise IllegalStep(f"counter {body.counter} has {busy}", hint="Finish it first.")
        return replace(self, now_ms=body.now_ms)._with(seq, counter=counter)

    def _open_counter(self, number: int, body: Body) -> Counter:
        counter = self.counter(number)
        if not counter.open:
            raise IllegalStep(f"counter {number} is closed: no {body.kind} now", hint="Open the counter first.")
        return counter

    def _with(self, seq: Seq, ticket: QueueTicket | None = None, counter: Counter | None = None) -> "Live":
        tickets = {**self.tickets, ticket.name: ticket} if ticket is not None else self.tickets
        counters = {**self.counters, counter.counter: counter} if counter is not None else self.counters
        return replace(self, seq=seq, tickets=tickets, counters=counters)


_MOVES = (TicketFact, CounterOpened, CounterPaused, CounterResumed, CounterClosed, ServiceTicketless, ServedByHand)
"""Facts that move the queue."""
_RESTATED = "The queue is restated once, right behind day.opened."


def _passed(ticket: QueueTicket, called: QueueTicket, services: Iterable[str]) -> QueueTicket:
    """A ticket that waits while `called` is called to a counter with these services."""
    if ticket.name == called.name or ticket.service not in services:
        return ticket
    if ticket.hold:
        return replace(ticket, hold=ticket.hold - 1)
    overtaken = is_overtaken(called.admitted, ticket, frozenset(services))
    return replace(ticket, overtaken=ticket.overtaken + 1) if overtaken else ticket


def fold(facts: Iterable[Fact], live: Live | None = None) -> Live:
    """The queue after these facts of an office's journal; what is not understood is passed over. Raises IllegalStep."""
    live = live or Live()
    for fact in facts:
        body = understand(fact)
        if body is not None:
            live = live.after(body, fact.seq)
    return live
