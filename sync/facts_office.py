"""What an office writes in its own journal: the queue, its counters, its rule.

Each fact holds `now_ms` of the office's clock, which the calling rule counts by: the office's journal alone is enough
to replay every call (docs/queue.md). `staff` is an opaque id; `counter` the number on the counter's sign.
"""

from dataclasses import dataclass
from typing import ClassVar

from sync.body import Body, TicketName
from sync.types import UtcMs


@dataclass(frozen=True, slots=True)
class OfficeFact(Body):
    """Base of what happens in the queue."""

    now_ms: UtcMs


@dataclass(frozen=True, slots=True)
class TicketFact(OfficeFact):
    """Base of what happens to a ticket."""

    ticket: TicketName


# The day -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleAdopted(OfficeFact):
    """From here on numbers are called by this rule (sync.rule): `rule` is its version, the rest its settings.

    `priority_rate`: how many times as fast a ticket with priority grows old. `overtakes`: the most later-admitted
    tickets that may be called before a ticket, at counters that serve it. `returned_place`, `parked_place`: after how
    many others a ticket is called that comes back from a missed call, or from an errand staff sent it on.
    `recalls`, `no_show_ms`: how often, and how long after the first call, before a ticket counts as not there.
    """

    kind: ClassVar[str] = "rule.adopted"
    rule: int = 1
    priority_rate: int = 3
    overtakes: int = 5
    returned_place: int = 3
    parked_place: int = 0
    recalls: int = 2
    no_show_ms: int = 90_000


@dataclass(frozen=True, slots=True)
class CounterSetup:
    """A counter: the services it is equipped for, and the camera that sees it (None: none does)."""

    counter: int
    services: tuple[str, ...]
    camera: str | None = None


@dataclass(frozen=True, slots=True)
class CountersSet(OfficeFact):
    """The counters of the office, whole."""

    kind: ClassVar[str] = "counters.set"
    counters: tuple[CounterSetup, ...]


@dataclass(frozen=True, slots=True)
class StaffSkilled(OfficeFact):
    """What this person is trained for, whole; empty: everything."""

    kind: ClassVar[str] = "staff.skilled"
    staff: str
    services: tuple[str, ...]


# Tickets -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TicketAdmitted(TicketFact):
    """The ticket waits from now on. The order of these facts is the order of admission.

    `since_ms`: since when it waits on the office's clock. `how` that is known: `issued`, by a kiosk whose clock was
    tied to the office's; `arrived`, when the office heard of it; `console`, issued here; `carried`, the day before;
    `online`, by its online place, where `came_ms` is since when it would wait without one (sync.online).
    `services` in the order of the visit, `cases` of each (empty: one). `code`: the 4 digits that *my ticket* asks for,
    masked for this journal (sync.masked); None: whoever issued it did not tell them. `place`: its online place; `void`:
    why that counts for nothing (sync.online.Void).
    """

    kind: ClassVar[str] = "ticket.admitted"
    unsaid: ClassVar[tuple[str, ...]] = ("code", "place", "came_ms", "void")
    day: str
    label: str
    services: tuple[str, ...]
    since_ms: UtcMs
    how: str
    priority: bool = False
    cases: tuple[int, ...] = ()
    code: str | None = None
    place: str | None = None
    came_ms: UtcMs | None = None
    void: str | None = None

    @property
    def here_ms(self) -> UtcMs:
        """Since when it waits in the hall: what figures of waiting go by."""
        return self.since_ms if self.came_ms is None else self.came_ms


@dataclass(frozen=True, slots=True)
class TicketCalled(TicketFact):
    """The ticket is called to a counter. `why`: `rule`, or the listed reason of a pick by hand (sync.reasons)."""

    kind: ClassVar[str] = "ticket.called"
    counter: int
    staff: str
    why: str = "rule"


@dataclass(frozen=True, slots=True)
class TicketRecalled(TicketFact):
    """The ticket is called again to the same counter."""

    kind: ClassVar[str] = "ticket.recalled"
    staff: str


@dataclass(frozen=True, slots=True)
class TicketNoShow(TicketFact):
    """Nobody came with the ticket. `reason`: None, or the listed reason why it was said before its time."""

    kind: ClassVar[str] = "ticket.no_show"
    staff: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TicketServing(TicketFact):
    """Whoever holds the ticket has come to the counter."""

    kind: ClassVar[str] = "ticket.serving"
    staff: str


@dataclass(frozen=True, slots=True)
class TicketFinished(TicketFact):
    """The present service is done. With another one in the visit the ticket waits again, as long as it has waited."""

    kind: ClassVar[str] = "ticket.finished"
    staff: str


@dataclass(frozen=True, slots=True)
class TicketTransferred(TicketFact):
    """From here on the present service is `service`: the ticket waits for it, as long as it has waited."""

    kind: ClassVar[str] = "ticket.transferred"
    staff: str
    service: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketParked(TicketFact):
    """Whoever holds the ticket was sent on an errand (a copy, a form) and comes back to the same service."""

    kind: ClassVar[str] = "ticket.parked"
    staff: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketPlaced(TicketFact):
    """The ticket waits again, and is called after `place` others at counters that serve it.

    `how`: `kiosk` (*I'm back* there), `console`, or `withdrawn`: its call was taken back.
    """

    kind: ClassVar[str] = "ticket.placed"
    place: int
    how: str
    staff: str | None = None


@dataclass(frozen=True, slots=True)
class TicketCancelled(TicketFact):
    """The ticket is given up. `reason`: listed."""

    kind: ClassVar[str] = "ticket.cancelled"
    staff: str
    reason: str


@dataclass(frozen=True, slots=True)
class TicketPrioritised(TicketFact):
    """Staff gave the ticket priority. Why is never asked."""

    kind: ClassVar[str] = "ticket.prioritised"
    staff: str


@dataclass(frozen=True, slots=True)
class TicketCarried(TicketFact):
    """The office closed before the ticket was served: it is first on `to_day` (YYYY-MM-DD)."""

    kind: ClassVar[str] = "ticket.carried"
    to_day: str


# Counters ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CounterFact(OfficeFact):
    """Base of what happens to a counter."""

    counter: int
    staff: str


@dataclass(frozen=True, slots=True)
class CounterOpened(CounterFact):
    """The counter serves from here on what it is equipped and this person is trained for: `services`, at least one."""

    kind: ClassVar[str] = "counter.opened"
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CounterPaused(CounterFact):
    """The counter takes a break. `reason`: listed."""

    kind: ClassVar[str] = "counter.paused"
    reason: str


@dataclass(frozen=True, slots=True)
class CounterResumed(CounterFact):
    """The break is over."""

    kind: ClassVar[str] = "counter.resumed"


@dataclass(frozen=True, slots=True)
class CounterClosed(CounterFact):
    """The counter is closed."""

    kind: ClassVar[str] = "counter.closed"


@dataclass(frozen=True, slots=True)
class ServiceTicketless(CounterFact):
    """Somebody was served who held no ticket. `reason`: listed."""

    kind: ClassVar[str] = "service.ticketless"
    service: str
    reason: str


@dataclass(frozen=True, slots=True)
class ServedByHand(OfficeFact):
    """While nothing worked, pre-printed numbers, `first` to `last` of `series`, were served from `from_ms` to `to_ms`.

    Entered afterwards by a supervisor: by hand, never by the rule.
    """

    kind: ClassVar[str] = "service.by_hand"
    staff: str
    series: str
    first: int
    last: int
    from_ms: UtcMs
    to_ms: UtcMs


# Cameras and complaints: they change nothing in the queue ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CameraSetup:
    """A camera and for how many days its pictures are kept before they are overwritten (None: not known)."""

    camera: str
    retention_days: int | None = None


@dataclass(frozen=True, slots=True)
class CamerasSet(OfficeFact):
    """The cameras of the office, whole. Which one sees a counter is in `counters.set`."""

    kind: ClassVar[str] = "cameras.set"
    cameras: tuple[CameraSetup, ...]


@dataclass(frozen=True, slots=True)
class CameraChecked(OfficeFact):
    """The clock in the camera's picture was held against the office's: it shows `offset_ms` more (less: below zero),
    give or take `uncertainty_ms`."""

    kind: ClassVar[str] = "camera.checked"
    camera: str
    offset_ms: int
    uncertainty_ms: int
    staff: str


@dataclass(frozen=True, slots=True)
class ComplaintNoted(OfficeFact):
    """Somebody complained about how this ticket was treated. `category`: listed (sync.reasons).

    No word of theirs and nothing about them is kept here.
    """

    kind: ClassVar[str] = "complaint.noted"
    ticket: TicketName
    category: str
    staff: str


OFFICE: tuple[type[Body], ...] = (
    RuleAdopted,
    CountersSet,
    StaffSkilled,
    TicketAdmitted,
    TicketCalled,
    TicketRecalled,
    TicketNoShow,
    TicketServing,
    TicketFinished,
    TicketTransferred,
    TicketParked,
    TicketPlaced,
    TicketCancelled,
    TicketPrioritised,
    TicketCarried,
    CounterOpened,
    CounterPaused,
    CounterResumed,
    CounterClosed,
    ServiceTicketless,
    ServedByHand,
    CamerasSet,
    CameraChecked,
    ComplaintNoted,
)
"""Every kind of fact that this module adds."""
