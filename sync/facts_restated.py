"""The queue as an office takes it up in a new journal: what stands, said again right behind `day.opened`.

An office that was restored from an old copy goes on in a new journal (docs/exchange.md, "Fork"). These facts say where
every ticket and counter of the day stood by the record before. They are no calls and no admissions: who was called is
in the journal before.
"""

from dataclasses import dataclass
from typing import ClassVar

from sync.body import TicketName
from sync.facts_office import CounterFact, OfficeFact
from sync.types import UtcMs

RECORD = "record"
"""Who opened such a day (`day.opened`, `by`)."""


@dataclass(frozen=True, slots=True)
class TicketRestated(OfficeFact):
    """Where this ticket stands by the record before: the fields of sync.tickets.QueueTicket, `status` as its value and
    `code` masked anew, for this journal."""

    kind: ClassVar[str] = "ticket.restated"
    unsaid: ClassVar[tuple[str, ...]] = ("code", "came_ms")
    ticket: TicketName
    label: str
    day: str
    services: tuple[str, ...]
    since_ms: UtcMs
    admitted: int
    at_ms: UtcMs
    status: str
    priority: bool = False
    cases: tuple[int, ...] = ()
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
    code: str | None = None
    came_ms: UtcMs | None = None


@dataclass(frozen=True, slots=True)
class CounterRestated(CounterFact):
    """How this counter stands by the record before. `ticket`: the one that is called or served there."""

    kind: ClassVar[str] = "counter.restated"
    services: tuple[str, ...]
    open: bool = False
    pause: str | None = None
    ticket: TicketName | None = None


@dataclass(frozen=True, slots=True)
class RecordWaived(OfficeFact):
    """The office goes on without the part of its record that is missing, or may be: a supervisor said so."""

    kind: ClassVar[str] = "record.waived"
    staff: str


RESTATED = (TicketRestated, CounterRestated)
