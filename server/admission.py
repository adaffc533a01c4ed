"""How tickets come into the queue, and how a day begins: the facts for it. Pure.

A ticket waits since its kiosk issued it where that moment is certain on the office's clock, else since the office heard
of it; one with an online place since that was asked for, within the published bounds (sync.online). Nobody expires at
closing: whoever still waits is carried over and first in the morning.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sync.body import Body, TicketName
from sync.facts import DayOpened, TicketIssued
from sync.facts_office import (
    CounterClosed,
    CountersSet,
    RuleAdopted,
    TicketAdmitted,
    TicketCarried,
    TicketFinished,
    TicketPlaced,
    TicketPrioritised,
)
from sync.live import Live
from sync.online import HOW, Online, Void
from sync.tickets import OPEN, QueueTicket, Status
from sync.types import Seq, UtcMs

CERTAIN_MS = 60_000
"""A moment that is known less well than to a minute (a date set by hand) does not make a ticket older."""
AT_THE_KIOSK = "kiosk"
"""Who gave a ticket priority that was asked for at the kiosk, where the office heard of it later."""
THE_OFFICE = "office"
"""Who ended what was under way when a day ended."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A ticket as it came: its issue on the UTC, give or take `slack_ms`; both None where nothing dates it. `code`: its
    4 digits, masked for the office's own journal (sync.masked)."""

    name: TicketName
    body: TicketIssued
    priority: bool = False
    utc_ms: int | None = None
    slack_ms: int | None = None
    code: str | None = None


def admit(live: Live, tickets: Iterable[Issued], now_ms: UtcMs) -> tuple[Body, ...]:
    """The facts that let these tickets wait: those of today that do not wait yet, the longest waiting first."""
    new = [each for each in tickets if each.body.day == live.day and each.name not in live.tickets]
    plain = sorted((_admitted(each, now_ms) for each in new), key=lambda body: (body.since_ms, body.ticket))
    online, admitted = live.online, list[Body]()
    for body in plain:
        admitted.append(by_place(online, body))
        online = online.after(admitted[-1])
    return tuple(admitted)


def by_place(online: Online, body: TicketAdmitted) -> TicketAdmitted:
    """The admission of a ticket with an online place, by the rule; of any other one, as it is.

    It is let in behind whoever came before, however old it is: the order of admission is what overtakes count by.
    """
    if body.place is None or not body.services:
        return body
    since = online.since(body.place, body.services, body.since_ms, body.now_ms)
    if isinstance(since, Void):
        return replace(body, void=since.value)
    return replace(body, since_ms=since, how=HOW, came_ms=body.since_ms)


def prioritise(live: Live, name: TicketName, now_ms: UtcMs) -> tuple[Body, ...]:
    """The facts for a priority that was asked for at the kiosk and came after the ticket itself."""
    ticket = live.tickets.get(name)
    if ticket is None or ticket.priority or ticket.status is not Status.WAITING:
        return ()
    return (TicketPrioritised(now_ms, name, AT_THE_KIOSK),)


def returned(live: Live, day: str, label: str, now_ms: UtcMs) -> tuple[Body, ...]:
    """The facts for whoever says at a kiosk that they are back: nothing where the ticket was not missed or parked."""
    for ticket in live.tickets.values():
        if (ticket.day, ticket.label) == (day, label) and ticket.status in (Status.ABSENT, Status.PARKED):
            place = live.rule.returned_place if ticket.status is Status.ABSENT else live.rule.parked_place
            return (TicketPlaced(now_ms, ticket.name, place, "kiosk"),)
    return ()


def turn_of_day(
    live: Live, day: str, now_ms: UtcMs, rule: RuleAdopted | None = None, by: str = "clock"
) -> tuple[Body, ...]:
    """The facts that end the day before and begin this one; none where it has begun.

    `rule`: the calling rule from this day on (None: as before). `by`: who says which day it is, clock or staff.
    """
    if live.day is not None and live.day >= day:
        return ()
    left = [each for each in live.tickets.values() if each.status in OPEN]
    ended = [body for each in left for body in _ended(each, day, now_ms)]
    closed = [CounterClosed(now_ms, each.counter, THE_OFFICE) for each in live.counters.values() if each.open]
    setups = [CountersSet(now_ms, tuple(live.setups.values()))] if live.setups else []
    begun: list[Body] = [DayOpened(day, by), replace(rule or live.rule, now_ms=now_ms), *setups]
    return (*ended, *closed, *begun, *_again(live, ended, now_ms))


def _admitted(ticket: Issued, now_ms: UtcMs) -> TicketAdmitted:
    certain = ticket.utc_ms is not None and ticket.slack_ms is not None and ticket.slack_ms <= CERTAIN_MS
    since = min(ticket.utc_ms, now_ms) if certain and ticket.utc_ms is not None else now_ms
    body = ticket.body
    return TicketAdmitted(
        now_ms,
        ticket.name,
        body.day,
        body.label,
        body.services,
        UtcMs(since),
        "issued" if certain else "arrived",
        ticket.priority,
        body.cases,
        ticket.code,
        body.place,
    )


def _ended(ticket: QueueTicket, to_day: str, now_ms: UtcMs) -> Sequence[Body]:
    """What was under way at a counter: a call is taken back, a service counts as done."""
    carried = TicketCarried(now_ms, ticket.name, to_day)
    match ticket.status:
        case Status.CALLED:
            return TicketPlaced(now_ms, ticket.name, 0, "withdrawn", THE_OFFICE), carried
        case Status.SERVING if ticket.step + 1 < len(ticket.services):
            return TicketFinished(now_ms, ticket.name, THE_OFFICE), carried
        case Status.SERVING:
            return (TicketFinished(now_ms, ticket.name, THE_OFFICE),)
        case _:
            return (carried,)


def _again(live: Live, ended: Iterable[Body], now_ms: UtcMs) -> Sequence[Body]:
    """The tickets that were carried over, now or by a supervisor, in their old order of admission."""
    for body in ended:
        live = live.after(body, Seq(live.seq))
    over = [each for each in live.tickets.values() if each.status is Status.CARRIED]
    return [
        TicketAdmitted(
            now_ms,
            each.name,
            each.day,
            each.label,
            each.services[each.step :],
            each.since_ms,
            "carried",
            each.priority,
            each.cases[each.step :],
            each.code,  # in the same journal it is masked the same
        )
        for each in sorted(over, key=lambda ticket: ticket.admitted)
    ]
