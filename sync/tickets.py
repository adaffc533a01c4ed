"""A ticket in the queue as a machine: waiting, called, serving, and the ways out. Pure.

A ticket is a visit of one or more services; `step` counts the ones that are done. TABLE lists every legal pair of
status and fact, with where it may lead; any other raises IllegalStep and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from sync.body import Body, TicketName
from sync.changing import replace
from sync.errors import SyncError
from sync.facts_office import (
    RuleAdopted,
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
    TicketRecalled,
    TicketServing,
    TicketTransferred,
)
from sync.facts_restated import TicketRestated
from sync.types import UtcMs


class IllegalStep(SyncError):
    """A fact that the queue has no place for now. Nothing changed."""


class Status(Enum):
    """Where a ticket is."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    ABSENT = "absent"
    SERVED = "served"
    CANCELLED = "cancelled"
    CARRIED = "carried"


@dataclass(frozen=True, slots=True)
class QueueTicket:
    """A ticket as the office has it.

    `admitted`: its place in the order of admission, from 1. `at_ms`: when its status began; `called_ms`: when it was
    first called for the present service, `said_ms`: when its number was last called out, then or by a recall.
    `overtaken`, `hold`, `placed`, `carried`: see sync.rule. `waited_ms`: how long it had waited when it was last
    called. `by_hand`: it was last called so. `counter` stays after it was served. `code`: its 4 digits, masked for the
    journal that this is folded from (sync.masked): the same ticket has others in another journal, so that they do not
    count when two are compared. `came_ms`: when its holder came, where it waits by its online place (sync.online), or
    when this day took it over from the one before.
    """

    name: TicketName
    label: str
    day: str
    services: tuple[str, ...]
    since_ms: UtcMs
    admitted: int
    at_ms: UtcMs
    priority: bool = False
    cases: tuple[int, ...] = ()
    status: Status = Status.WAITING
    step: int = 0
    counter: int | None = None
    called_ms: UtcMs | None = None
    recalls: int = 0
    overtaken: int = 0
    hold: int | None = None
    placed: int = 0
    carried: bool = False
    waited_ms: int | None = None
    by_hand: bool = False
    said_ms: UtcMs | None = None
    code: str | None = field(default=None, compare=False)
    came_ms: UtcMs | None = field(default=None, compare=False)

    @property
    def here_ms(self) -> UtcMs:
        """Since when it waits in the hall: what figures of waiting go by."""
        return self.since_ms if self.came_ms is None else self.came_ms

    @property
    def waits_ms(self) -> UtcMs:
        """Since when it waits for its present service: what is told of waits that go on."""
        return self.at_ms if self.step else self.here_ms

    @property
    def service(self) -> str:
        """The service it waits for, or is called or served for; the last one at the end."""
        return self.services[min(self.step, len(self.services) - 1)]


_STATUSES = frozenset(each.value for each in Status)

TABLE: Mapping[tuple[Status, type[TicketFact]], tuple[Status, ...]] = {
    (Status.WAITING, TicketCalled): (Status.CALLED,),
    (Status.WAITING, TicketPrioritised): (Status.WAITING,),
    (Status.WAITING, TicketTransferred): (Status.WAITING,),
    (Status.WAITING, TicketCancelled): (Status.CANCELLED,),
    (Status.WAITING, TicketCarried): (Status.CARRIED,),
    (Status.CALLED, TicketRecalled): (Status.CALLED,),
    (Status.CALLED, TicketServing): (Status.SERVING,),
    (Status.CALLED, TicketNoShow): (Status.ABSENT,),
    (Status.CALLED, TicketPlaced): (Status.WAITING,),
    (Status.SERVING, TicketFinished): (Status.SERVED, Status.WAITING),
    (Status.SERVING, TicketTransferred): (Status.WAITING,),
    (Status.SERVING, TicketParked): (Status.PARKED,),
    (Status.PARKED, TicketPlaced): (Status.WAITING,),
    (Status.PARKED, TicketCancelled): (Status.CANCELLED,),
    (Status.PARKED, TicketCarried): (Status.CARRIED,),
    (Status.ABSENT, TicketPlaced): (Status.WAITING,),
    (Status.ABSENT, TicketCancelled): (Status.CANCELLED,),
}
"""Every legal step: from (status, fact) to these."""

AT_A_COUNTER = frozenset({Status.CALLED, Status.SERVING})
OPEN = frozenset({Status.WAITING, Status.CALLED, Status.SERVING, Status.PARKED})
"""Somebody with such a ticket still expects to be served."""


def admit(body: TicketAdmitted, admitted: int) -> QueueTicket:
    """A ticket that begins to wait, `admitted` in the order of admission. Raises IllegalStep: it is for no service."""
    if not body.services:
        raise IllegalStep(f"ticket {body.label} is for no service", hint="Look at the kiosk that issued it.")
    return QueueTicket(
        body.ticket,
        body.label,
        body.day,
        body.services,
        UtcMs(min(body.since_ms, body.now_ms)),
        admitted,
        body.now_ms,
        priority=body.priority,
        cases=body.cases,
        carried=body.how == "carried",
        code=body.code,
        came_ms=body.now_ms if body.how == "carried" else body.came_ms,
    )


def restated(body: TicketRestated) -> QueueTicket:
    """The ticket as this fact has it. Raises IllegalStep where no ticket can be so."""
    if not body.services or body.status not in _STATUSES or not 0 <= body.step <= len(body.services):
        raise IllegalStep(f"no ticket can be as {body.label} is restated", hint="Look at the office's record.")
    return QueueTicket(
        body.ticket,
        body.label,
        body.day,
        body.services,
        body.since_ms,
        body.admitted,
        body.at_ms,
        body.priority,
        body.cases,
        Status(body.status),
        body.step,
        body.counter,
        body.called_ms,
        body.recalls,
        body.overtaken,
        body.hold,
        body.placed,
        body.carried,
        body.waited_ms,
        body.by_hand,
        body.said_ms,
        body.code,
        body.came_ms,
    )


def step(ticket: QueueTicket, body: TicketFact, placed: int = 0) -> QueueTicket:
    """The ticket after this fact; `placed` is the order of coming back. Raises IllegalStep."""
    if (ticket.status, type(body)) not in TABLE:
        hint = "Look at the queue again: somebody else was faster, or the page was old."
        raise IllegalStep(f"{ticket.label} is {ticket.status.value}: no {body.kind} now", hint=hint)
    after = replace(ticket, at_ms=body.now_ms)
    match body:
        case TicketCalled(counter=counter, why=why):
            return replace(
                after,
                status=Status.CALLED,
                counter=counter,
                called_ms=body.now_ms,
                recalls=0,
                hold=None,
                carried=False,
                waited_ms=max(body.now_ms - ticket.since_ms, 0),
                by_hand=why != "rule",
                said_ms=body.now_ms,
            )
        case TicketRecalled():
            return replace(ticket, recalls=ticket.recalls + 1, said_ms=body.now_ms)
        case TicketServing():
            return replace(after, status=Status.SERVING)
        case TicketNoShow():
            return replace(after, status=Status.ABSENT)
        case TicketFinished():
            return _finished(after)
        case TicketTransferred(service=service):
            services = (*ticket.services[: ticket.step], service, *ticket.services[ticket.step + 1 :])
            return replace(_waits_again(after), services=services)
        case TicketParked():
            return replace(after, status=Status.PARKED)
        case TicketPlaced(place=place):
            return replace(_waits_again(after), hold=max(place, 0), placed=placed)
        case TicketPrioritised():
            return replace(ticket, priority=True)
        case TicketCancelled():
            return replace(after, status=Status.CANCELLED)
        case _:
            return replace(after, status=Status.CARRIED)


def until_no_show(ticket: QueueTicket, rule: RuleAdopted, now_ms: UtcMs) -> tuple[int, int]:
    """(calls, milliseconds) that a called ticket still has before it counts as not there without a reason."""
    over_ms = (ticket.called_ms or now_ms) + rule.no_show_ms
    return max(rule.recalls - ticket.recalls, 0), max(over_ms - now_ms, 0)


def _finished(ticket: QueueTicket) -> QueueTicket:
    done = replace(ticket, step=ticket.step + 1)
    return _waits_again(done) if done.step < len(done.services) else replace(done, status=Status.SERVED)


def _waits_again(ticket: QueueTicket) -> QueueTicket:
    return replace(ticket, status=Status.WAITING, counter=None, called_ms=None, said_ms=None, recalls=0, hold=None)


def is_ticket_fact(body: Body) -> bool:
    """Whether this is something that happens to a ticket that was admitted before."""
    return isinstance(body, TicketFact) and not isinstance(body, TicketAdmitted)
