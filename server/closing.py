"""The end of an office day: who is still here, who comes another day, and which one. Pure.

Nobody who waits expires silently: served, or carried over and first on the day when the office opens next.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sync.body import Body
from sync.calendar import Calendar, Closed
from sync.facts_office import TicketCarried
from sync.live import Live
from sync.tickets import AT_A_COUNTER, QueueTicket, Status
from sync.types import UtcMs


@dataclass(frozen=True, slots=True)
class Closing:
    """An office day as it stands, each group in the order of admission. `ticketless` and `by_hand` are counts."""

    waiting: tuple[QueueTicket, ...]
    parked: tuple[QueueTicket, ...]
    at_counters: tuple[QueueTicket, ...]
    missed: tuple[QueueTicket, ...]
    carried: tuple[QueueTicket, ...]
    served: int
    cancelled: int
    ticketless: int
    by_hand: int

    @property
    def left(self) -> tuple[QueueTicket, ...]:
        """Those that can be carried over now."""
        return tuple(sorted((*self.waiting, *self.parked), key=lambda each: each.admitted))


def closing(live: Live) -> Closing:
    """The day as it stands."""

    def those(*statuses: Status) -> tuple[QueueTicket, ...]:
        return tuple(each for each in live.tickets.values() if each.status in statuses)

    return Closing(
        waiting=those(Status.WAITING),
        parked=those(Status.PARKED),
        at_counters=those(*AT_A_COUNTER),
        missed=those(Status.ABSENT),
        carried=those(Status.CARRIED),
        served=len(those(Status.SERVED)),
        cancelled=len(those(Status.CANCELLED)),
        ticketless=live.ticketless,
        by_hand=live.by_hand,
    )


def carry_over(live: Live, seen: Collection[str], to_day: date, now_ms: UtcMs) -> tuple[Body, ...]:
    """The facts that carry these numbers over, as far as they still wait or are away on an errand."""
    left = (each for each in closing(live).left if each.label in seen)
    return tuple(TicketCarried(now_ms, each.name, to_day.isoformat()) for each in left)


def next_open_day(calendar: Calendar | None, today: date) -> date:
    """The day after this one on which the office opens; without a calendar, or where it names none, tomorrow."""
    tomorrow = today + timedelta(days=1)
    if calendar is None:
        return tomorrow
    morning = calendar.at(datetime.combine(tomorrow, time()))
    if isinstance(morning, Closed):
        return morning.opens.date() if morning.opens is not None else tomorrow
    return tomorrow
