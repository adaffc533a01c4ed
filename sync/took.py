"""What calls really took at the counters today, and how long people really waited: a fold of the office's facts. Pure.

A call takes a counter from the moment of the call until the counter is free: the way to it, the service, and also the
minutes in which nobody came. That is what whoever waits behind it has to wait for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sync.body import Body, TicketName
from sync.facts import DayOpened
from sync.facts_office import (
    TicketCalled,
    TicketFact,
    TicketFinished,
    TicketNoShow,
    TicketParked,
    TicketTransferred,
)
from sync.live import Live
from sync.tickets import AT_A_COUNTER

FREES = (TicketFinished, TicketTransferred, TicketParked, TicketNoShow)
"""After these the counter is free. A call that was taken back says nothing of how long a call takes."""


@dataclass(frozen=True, slots=True)
class Calls:
    """How many calls, and how many milliseconds they took together."""

    count: int = 0
    ms: int = 0

    def __add__(self, other: "Calls") -> "Calls":
        return Calls(self.count + other.count, self.ms + other.ms)


@dataclass(frozen=True, slots=True)
class Took:
    """One office day. `services`: the calls for each service that are over.

    `waits`: milliseconds from the beginning of the wait to the first call, for each ticket that was called. One that
    was carried over from the day before is not in it: no range was printed for that.
    """

    services: Mapping[str, Calls] = field(default_factory=lambda: MappingProxyType({}))
    waits: Mapping[TicketName, int] = field(default_factory=lambda: MappingProxyType({}))

    def after(self, before: Live, body: Body) -> "Took":
        """The figures after this fact; `before` is the queue before it."""
        if isinstance(body, DayOpened):
            return Took()
        if not isinstance(body, TicketFact) or body.ticket not in before.tickets:
            return self
        ticket = before.tickets[body.ticket]
        if isinstance(body, TicketCalled):
            if ticket.name in self.waits or ticket.carried:
                return self
            waited = max(body.now_ms - ticket.here_ms, 0)
            return replace(self, waits={**self.waits, ticket.name: waited})
        if not isinstance(body, FREES) or ticket.status not in AT_A_COUNTER or ticket.called_ms is None:
            return self
        call = Calls(1, max(body.now_ms - ticket.called_ms, 0))
        return replace(self, services={**self.services, ticket.service: self.of(ticket.service) + call})

    def of(self, service: str) -> Calls:
        """The calls for this service."""
        return self.services.get(service, Calls())


def together(days: Iterable[Took]) -> Mapping[str, Calls]:
    """The calls of several days by service: what the days before really took."""
    found: dict[str, Calls] = {}
    for day in days:
        for service, calls in day.services.items():
            found[service] = found.get(service, Calls()) + calls
    return found
