"""Counters that stand free while somebody waits whom they serve: how long, fact by fact. Pure but for its own state."""

from collections import Counter as Tally

from sync.audit_terms import Idle
from sync.body import Body
from sync.facts_office import OfficeFact, ServiceTicketless, TicketFact
from sync.live import Counter, Live
from sync.tickets import QueueTicket, Status
from sync.types import UtcMs


class IdleWatch:
    """Watches one day. What it is given are the states before and after each fact."""

    def __init__(self) -> None:
        self._waiting: Tally[str] = Tally()
        self._since: dict[int, UtcMs] = {}
        self._found: list[Idle] = []

    def after(self, body: Body, before: Live, after: Live) -> None:
        """One more fact."""
        if not isinstance(body, OfficeFact):
            return
        if isinstance(body, TicketFact):
            self._count(before.tickets.get(body.ticket), -1)
            self._count(after.tickets.get(body.ticket), 1)
        for counter in after.counters.values():
            self._look(counter, before, body)

    def ended(self) -> tuple[Idle, ...]:
        """All that was found, the day over."""
        return tuple(self._found)

    def _count(self, ticket: QueueTicket | None, by: int) -> None:
        if ticket is not None and ticket.status is Status.WAITING:
            self._waiting[ticket.service] += by

    def _look(self, counter: Counter, before: Live, body: OfficeFact) -> None:
        served = isinstance(body, ServiceTicketless) and body.counter == counter.counter
        free = counter.working and counter.ticket is None and any(self._waiting[each] for each in counter.services)
        since = self._since.get(counter.counter)
        if since is not None and (served or not free):
            took = served or counter.ticket is not None
            staff = before.counter(counter.counter).staff or ""
            self._found.append(Idle(counter.counter, staff, since, body.now_ms, took))
            del self._since[counter.counter]
            since = None
        if free and since is None:
            self._since[counter.counter] = body.now_ms
