"""What an audit speaks of: what was wrong, calls, tickets on their way, counters that stood idle. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from sync.body import TicketName
from sync.facts_office import RuleAdopted
from sync.live import Live
from sync.tickets import QueueTicket
from sync.types import JournalId, Seq, UtcMs


class Wrong(Enum):
    """Every violation that an audit can name. The value is the code that stays stable for programs."""

    NOT_THE_RULE = "not-the-rule"
    RULE_CHANGED = "rule-changed"
    RULE_MISSING = "rule-missing"
    RULE_UNKNOWN = "rule-unknown"
    NEVER_ADMITTED = "never-admitted"
    TWO_COUNTERS = "two-counters"
    COUNTER_BUSY = "counter-busy"
    COUNTER_CLOSED = "counter-closed"
    COUNTER_PAUSED = "counter-paused"
    COUNTER_UNABLE = "counter-unable"
    COUNTER_SERVICES = "counter-services"
    PICK_UNLISTED = "pick-unlisted"
    REASON_UNLISTED = "reason-unlisted"
    NO_SHOW_EARLY = "no-show-early"
    OTHER_PLACE = "other-place"
    ONLINE_TERMS = "online-terms"
    ONLINE_UNFOUNDED = "online-unfounded"
    ONLINE_DENIED = "online-denied"
    SINCE_EARLIER = "since-earlier"
    SINCE_LATER = "since-later"
    PRIORITY_UNASKED = "priority-unasked"
    PRIORITY_LOST = "priority-lost"
    TICKET_CHANGED = "ticket-changed"
    NEVER_ISSUED = "never-issued"
    VANISHED = "vanished"
    NUMBER_TWICE = "number-twice"
    ADMITTED_TWICE = "admitted-twice"
    ADMISSION_ORDER = "admission-order"
    CARRIED_LOST = "carried-lost"
    CARRIED_CHANGED = "carried-changed"
    EXPIRED = "expired"
    TIME_BACKWARDS = "time-backwards"
    CLOCK_MOVED = "clock-moved"
    OUTSIDE_DAY = "outside-day"
    DAY_ORDER = "day-order"
    ROW_MISSING = "row-missing"
    NOT_UNDERSTOOD = "not-understood"
    ILLEGAL_STEP = "illegal-step"
    RESTATED_OTHERWISE = "restated-otherwise"
    CALLED_AGAIN = "called-again"
    TAIL_FORGED = "tail-forged"
    RECORD_LOST = "record-lost"


@dataclass(frozen=True, slots=True)
class Violation:
    """`what` is wrong at fact `seq` of the office's journal (0: it is in no fact, something is missing).

    `values` fill the sentence: `ticket`, `other`, `counter`, `detail`, each only where it is known. `part`: in which
    part of the day, from 0.
    """

    what: Wrong
    seq: Seq
    values: Mapping[str, str] = field(default_factory=dict)
    part: int = 0


@dataclass(frozen=True, slots=True)
class Dated:
    """One clock anchor's word for when a ticket was issued: UTC, give or take `slack_ms`; `before`: it was in the
    kiosk's journal before the ticket, so that the office knew it when the ticket came."""

    utc_ms: int
    slack_ms: int
    before: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """A ticket as its kiosk's own journal has it, to hold the office against. `dated`: by every anchor of its boot."""

    name: TicketName
    day: str
    label: str
    services: tuple[str, ...]
    cases: tuple[int, ...] = ()
    priority: bool = False
    dated: tuple[Dated, ...] = ()
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Kiosks:
    """The kiosks' side of a day: `tickets` that they issued, and the `journals` whose rows are all at hand. `reached`:
    how far, for an office that was restored may not have all of them again."""

    tickets: Mapping[TicketName, Taken] = field(default_factory=dict)
    journals: frozenset[JournalId] = frozenset()
    reached: Mapping[JournalId, Seq] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Before:
    """What a day's replay needs of the time before: tickets as they stood when the day before ended (None: not known),
    what people are trained for (none: everything), and the day before itself. `record`: the queue by the record of the
    journal that this one continues in mid-day (None: not at hand)."""

    tickets: Mapping[TicketName, QueueTicket] | None = None
    skills: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    day: str | None = None
    record: Live | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `conforming`: the rule named this ticket (False also for a pick by hand, whose `why` tells it).

    `ended_ms` and `how` it ended: `finished`, `no-show`, `withdrawn`, `parked`, `transferred`; None: it has not.
    `early`: the listed reason of a no-show before its time. `back_ms`: when whoever missed it was there again.
    `part`: in which part of the day, from 0.
    """

    seq: Seq
    ticket: TicketName
    label: str
    service: str
    counter: int
    staff: str
    at_ms: UtcMs
    waited_ms: int
    why: str
    conforming: bool
    recalls: int = 0
    came_ms: UtcMs | None = None
    ended_ms: UtcMs | None = None
    how: str | None = None
    early: str | None = None
    back_ms: UtcMs | None = None
    part: int = 0


@dataclass(frozen=True, slots=True)
class Deed:
    """A thing that staff did beside calling: at a counter (None: the person had none open) at a moment.

    `what`: a service without a ticket, priority given, a transfer; `detail`: its reason, or the ticket's label.
    """

    what: str
    seq: Seq
    staff: str
    counter: int | None
    at_ms: UtcMs
    detail: str
    ticket: TicketName | None = None


COUNTED, NOBODY_CAME = "counted", "nobody-came"
"""What became of an online place, where it was not void."""
TICKETLESS, GAVE_PRIORITY, TRANSFER = "ticketless", "gave-priority", "transfer"


@dataclass(frozen=True, slots=True)
class Idle:
    """A counter was at work and free while somebody waited whom it serves. `called`: a call or a service ended it."""

    counter: int
    staff: str
    from_ms: UtcMs
    to_ms: UtcMs
    called: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """A ticket's way through the day. `how` it was admitted; `status`: sync.tickets.Status at the end."""

    name: TicketName
    label: str
    day: str
    services: tuple[str, ...]
    since_ms: UtcMs
    admitted_ms: UtcMs
    how: str
    priority: bool
    status: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a day.

    Of `calls`, `by_rule` are as the rule says; `by_hand` counts picks by their reason. `no_shows` counts all, `early`
    those before their time by reason. `power_cut`: numbers that were served by hand, power cut: neither by the rule nor
    against it. `online`: online places that were asked for, by what became of them: `counted`, `nobody-came`, or why
    they count for nothing (sync.online.Void). `unserved`: who still waited when the day ended, `carried_over` or not.
    """

    calls: int
    by_rule: int
    by_hand: Mapping[str, int]
    admitted: int
    finished: int
    recalls: int
    no_shows: int
    early: Mapping[str, int]
    transfers: int
    parked: int
    cancelled: int
    prioritised: int
    carried_in: int
    carried_over: int
    unserved: int
    ticketless: Mapping[str, int]
    power_cut: int
    online: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audit:
    """One office day, replayed. `whole`: the day has ended; else some of it is still to come.

    `unchecked`: tickets whose kiosk's rows are not at hand. `strange`: facts that this release does not know.
    `last_ms`: the office's time at its last fact. `after`: what the next day's replay needs of this one.
    """

    day: str
    first: Seq
    last: Seq
    whole: bool
    rule: RuleAdopted
    totals: Totals
    unchecked: int
    strange: int
    violations: tuple[Violation, ...]
    calls: tuple[Call, ...]
    journeys: tuple[Journey, ...]
    deeds: tuple[Deed, ...]
    idle: tuple[Idle, ...]
    last_ms: UtcMs
    after: Before

    def journey(self, name: TicketName) -> Journey | None:
        """This ticket's way through the day; None where it never came into the queue."""
        return next((each for each in self.journeys if each.name == name), None)
