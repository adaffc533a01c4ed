"""What a counter's people see, as plain data: the counter, the one at it, and who waits for it. Pure."""

import msgspec

from sync.live import Live
from sync.tickets import QueueTicket, Status, until_no_show
from sync.types import UtcMs

MOST_SHOWN = 50
"""More than that nobody reads; the count is told beside."""


class TicketState(msgspec.Struct, frozen=True):
    """A ticket. Times in milliseconds; `minutes`: how long it has waited. `day`: only where it is another one."""

    label: str
    status: str
    service: str
    services: tuple[str, ...]
    priority: bool
    minutes: int
    step: int = 0
    counter: int | None = None
    called_ms: int | None = None
    recalls: int = 0
    day: str | None = None


class CounterState(msgspec.Struct, frozen=True):
    """A counter. `changed` goes with the next request (server.calls). `next`: in the order they would be called now.

    `no_show_ms`: how long until nobody's coming may be said without a reason, from when this was drawn; None: nobody is
    called. `recalls_left`: how many more calls that takes.
    """

    counter: int
    changed: int
    open: bool
    pause: str | None
    services: tuple[str, ...]
    staff: str | None
    ticket: TicketState | None
    next: tuple[TicketState, ...]
    waiting: int
    waiting_in_all: int
    away: tuple[TicketState, ...]
    no_show_ms: int | None = None
    recalls_left: int = 0


def counter_state(live: Live, number: int, now_ms: UtcMs) -> CounterState:
    """The counter at this moment."""
    counter, held = live.counter(number), live.at_counter(number)
    order = live.order(counter.services, now_ms)
    away = [each for each in live.tickets.values() if each.status in (Status.PARKED, Status.ABSENT)]
    called = held if held is not None and held.status is Status.CALLED else None
    calls, left_ms = (0, None) if called is None else until_no_show(called, live.rule, now_ms)
    return CounterState(
        counter=number,
        changed=int(counter.changed),
        open=counter.open,
        pause=counter.pause,
        services=counter.services,
        staff=counter.staff,
        ticket=None if held is None else ticket_state(held, live, now_ms),
        next=tuple(ticket_state(each, live, now_ms) for each in order[:MOST_SHOWN]),
        waiting=len(order),
        waiting_in_all=len(live.waiting()),
        away=tuple(ticket_state(each, live, now_ms) for each in away[-MOST_SHOWN:]),
        no_show_ms=left_ms,
        recalls_left=calls,
    )


def ticket_state(ticket: QueueTicket, live: Live, now_ms: UtcMs) -> TicketState:
    """The ticket at this moment."""
    before_ms = ticket.here_ms - ticket.since_ms  # nobody stood there: asked for from a phone, or the night
    counted_ms = now_ms - ticket.since_ms if ticket.status is Status.WAITING else ticket.waited_ms or 0
    return TicketState(
        label=ticket.label,
        status=ticket.status.value,
        service=ticket.service,
        services=ticket.services,
        priority=ticket.priority,
        minutes=max(counted_ms - before_ms, 0) // 60_000,
        step=ticket.step,
        counter=ticket.counter,
        called_ms=ticket.called_ms,
        recalls=ticket.recalls,
        day=None if ticket.day == live.day else ticket.day,
    )
