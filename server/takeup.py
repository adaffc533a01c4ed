"""How an office takes its queue up from its record in another journal. Pure.

`merged` is the queue by the record before, with what the office did since it was restored: where both speak of a
ticket, the record before is believed, and what then has no place is passed over (it stays in the record). Nobody is
called by it. The office says the outcome again in its new journal (sync.facts_restated); an audit does the same sum.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from server.admission import turn_of_day
from sync.body import Body, TicketName
from sync.codec import Fact
from sync.facts import DayOpened, understood
from sync.facts_office import CountersSet, RuleAdopted, TicketAdmitted
from sync.facts_online import OnlineRestated
from sync.facts_restated import RECORD, RESTATED, CounterRestated, TicketRestated
from sync.live import Counter, Live
from sync.online import Place
from sync.tickets import IllegalStep, QueueTicket
from sync.types import JournalId, UtcMs

_SETTINGS = (RuleAdopted, CountersSet)
NO_CODES: Mapping[TicketName, str] = MappingProxyType({})
Digits = Mapping[str, tuple[str, JournalId]]
"""By place: its code as it is masked for another journal (empty: it is of no use any more), and whose secret its digits
follow from."""
NO_DIGITS: Digits = MappingProxyType({})


def merged(base: Live, since: Iterable[Fact], day: str | None) -> Live:
    """`base` with what the office did `since`, in order of its facts. `day`: the office day of its copy then."""
    live, opening = base, False
    for fact in since:
        body = understood(fact)
        if isinstance(body, DayOpened):
            day, opening = body.day, base.day is not None
            live = _turned(live, day)
            continue
        if body is None or isinstance(body, (*RESTATED, OnlineRestated)) or (opening and isinstance(body, _SETTINGS)):
            continue  # settings that a copy restates are as old as the copy
        opening = False
        if day == live.day:
            live = _with(live, body)
    return live


def _turned(live: Live, day: str) -> Live:
    """The queue on this day, if it is a later one: whoever is left is carried over."""
    for body in turn_of_day(live, day, live.now_ms):
        live = live.after(body, live.seq)
    return live


def _with(live: Live, body: Body) -> Live:
    if isinstance(body, TicketAdmitted) and body.how == "carried":
        return live  # who is carried over follows from the evening, not from a copy's idea of it
    try:
        return live.after(body, live.seq)
    except IllegalStep:
        return live


def restating(
    live: Live, now_ms: UtcMs, codes: Mapping[TicketName, str] = NO_CODES, digits: Digits = NO_DIGITS
) -> tuple[Body, ...]:
    """The facts that say this queue again in a new journal; none where there is no day in it. `codes`: the 4 digits of
    its tickets, masked for that journal; `digits`: the codes of its online places."""
    if live.day is None:
        return ()
    setups = [CountersSet(now_ms, tuple(live.setups.values()))] if live.setups else []
    tickets = sorted(live.tickets.values(), key=lambda each: each.admitted)
    return (
        DayOpened(live.day, RECORD),
        replace(live.rule, now_ms=now_ms),
        *setups,
        *(_ticket(each, now_ms, codes.get(each.name)) for each in tickets),
        *(_counter(live.counters[each], now_ms) for each in sorted(live.counters)),
        *([replace(live.online.terms, now_ms=now_ms)] if live.online.terms is not None else ()),
        *(_place(name, each, live, now_ms, digits) for name, each in live.online.places.items() if name in digits),
    )


def _place(name: str, place: Place, live: Live, now_ms: UtcMs, digits: Digits) -> OnlineRestated:
    code, journal = digits[name]
    ticket = live.tickets.get(place.ticket) if place.ticket is not None else None
    counts = ticket is not None and ticket.came_ms is not None
    return OnlineRestated(
        now_ms, name, code, place.services, place.asked_ms, place.until_ms, journal, place.ticket, counts
    )


def _ticket(ticket: QueueTicket, now_ms: UtcMs, code: str | None) -> TicketRestated:
    return TicketRestated(
        now_ms,
        ticket.name,
        ticket.label,
        ticket.day,
        ticket.services,
        ticket.since_ms,
        ticket.admitted,
        ticket.at_ms,
        ticket.status.value,
        ticket.priority,
        ticket.cases,
        ticket.step,
        ticket.counter,
        ticket.called_ms,
        ticket.recalls,
        ticket.overtaken,
        ticket.hold,
        ticket.placed,
        ticket.carried,
        ticket.waited_ms,
        ticket.by_hand,
        ticket.said_ms,
        code,
        ticket.came_ms,
    )


def _counter(counter: Counter, now_ms: UtcMs) -> CounterRestated:
    return CounterRestated(
        now_ms, counter.counter, counter.staff or "", counter.services, counter.open, counter.pause, counter.ticket
    )
