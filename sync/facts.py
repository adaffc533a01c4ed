"""What can happen: every kind of fact that this version writes, as frozen dataclasses.

The class is the shape of the body; `kind` and `version` name it. A kind that is not listed, or a newer version, is no
error: such a fact is stored and passed on as it came, and `understand` says None.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import msgspec

from sync.body import Body as Body
from sync.codec import Draft, Fact, Json
from sync.errors import NotUnderstood
from sync.facts_access import ACCESS
from sync.facts_alerts import EPISODES
from sync.facts_forked import NumbersMoved
from sync.facts_machine import MACHINE
from sync.facts_office import OFFICE
from sync.facts_online import ONLINE
from sync.facts_published import PUBLISHED
from sync.facts_requests import REQUESTS
from sync.facts_restated import RESTATED, RecordWaived
from sync.facts_service import AdministratorInvited, ServiceOpened, ServiceRefused, ServiceUsed
from sync.facts_survey import SURVEY
from sync.types import JournalId, Level, Seq, UtcMs


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The journal that this one continues, as far as it is known: its id, last seq and chain (hex)."""

    journal_id: JournalId
    seq: Seq
    chain: str


@dataclass(frozen=True, slots=True)
class JournalOpened(Body):
    """Fact 1 of every journal: who writes it. `public_key` is Ed25519, hex; `role` is kiosk, display
    or office."""

    kind: ClassVar[str] = "journal.opened"
    journal_id: JournalId
    public_key: str
    role: str
    predecessor: Predecessor | None = None


@dataclass(frozen=True, slots=True)
class MachineStarted(Body):
    """A process that writes the journal began to run. `configuration` is the SHA-256 of its file, hex."""

    kind: ClassVar[str] = "machine.started"
    release: str
    configuration: str


@dataclass(frozen=True, slots=True)
class ClockAnchored(Body):
    """At this fact's boot time it was `utc_ms`, give or take `uncertainty_ms`.

    `source`: ntp, rtc, office, staff or system.
    """

    kind: ClassVar[str] = "clock.anchored"
    utc_ms: UtcMs
    uncertainty_ms: int
    source: str


@dataclass(frozen=True, slots=True)
class DayOpened(Body):
    """The office day `day` (YYYY-MM-DD, boundary 03:00 office time) began at this machine.

    `by`: clock or staff; record: it was open before, in the journal that this one continues (sync.facts_restated).
    """

    kind: ClassVar[str] = "day.opened"
    day: str
    by: str


@dataclass(frozen=True, slots=True)
class CatalogueAdopted(Body):
    """From here on this machine shows this service catalogue, whole. `digest` is the SHA-256 of its file, hex."""

    kind: ClassVar[str] = "catalogue.adopted"
    digest: str
    catalogue: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TicketIssued(Body):
    """A visit got its number. `label` is what the citizen reads (A012).

    `token` is the SHA-256 (hex) of the 16 bytes that the ticket's QR shows in hex.
    The ticket is named by its journal and seq in every later fact.
    """

    kind: ClassVar[str] = "ticket.issued"
    unsaid: ClassVar[tuple[str, ...]] = ("code", "place")
    day: str
    series: str
    lane: int
    n: int
    label: str
    services: tuple[str, ...]
    token: str
    cases: tuple[int, ...] = ()
    """How many cases of each service, in the same order; empty: one of each."""
    code: str | None = None
    """The 4 digits that *my ticket* asks for, masked for this journal (sync.masked); None: they are not told."""
    place: str | None = None
    """The online place whose code was typed for it (sync.facts_online)."""


@dataclass(frozen=True, slots=True)
class TicketLanguage(Body):
    """The language a ticket was taken in: a fact of its own, since it can stand for ethnicity and may be withheld."""

    kind: ClassVar[str] = "ticket.language"
    ticket: Seq
    language: str


@dataclass(frozen=True, slots=True)
class TicketPriority(Body):
    """Whoever took this ticket asked for priority; why is never asked. A fact of its own: it can be withheld."""

    kind: ClassVar[str] = "ticket.priority"
    ticket: Seq


@dataclass(frozen=True, slots=True)
class TicketPromised(Body):
    """The waiting range that this ticket was printed with, in minutes: how well such ranges hold is published.

    `ahead`: the people who would be called before it, as it was printed; None: that was not told.
    """

    kind: ClassVar[str] = "ticket.promised"
    ticket: Seq
    low: int
    high: int
    ahead: int | None = None


@dataclass(frozen=True, slots=True)
class TicketReturned(Body):
    """Whoever holds the ticket says at the kiosk that they are back in the hall. `day` and `label` as on the paper.

    By label, for the ticket may be of another kiosk's journal.
    """

    kind: ClassVar[str] = "ticket.returned"
    day: str
    label: str


@dataclass(frozen=True, slots=True)
class CalendarAdopted(Body):
    """From here on this machine keeps these opening hours, whole. `digest` is the SHA-256 of their file, hex."""

    kind: ClassVar[str] = "calendar.adopted"
    digest: str
    calendar: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HelpAsked(Body):
    """Somebody at the kiosk asks for staff; `screen` is what was in sight."""

    kind: ClassVar[str] = "help.asked"
    screen: str


@dataclass(frozen=True, slots=True)
class HelpEnded(Body):
    """The help that was asked for with fact `asked` came, or is no longer wanted."""

    kind: ClassVar[str] = "help.ended"
    asked: Seq


@dataclass(frozen=True, slots=True)
class BoardChanged(Body):
    """What is wrong with the board, as codes in alphabetical order (hardware.board); empty: nothing."""

    kind: ClassVar[str] = "board.changed"
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintSending(Body):
    """The first byte of attempt `attempt` (1, 2, ...) for this ticket may leave from now on."""

    kind: ClassVar[str] = "print.sending"
    ticket: Seq
    attempt: int


@dataclass(frozen=True, slots=True)
class PrintEnded(Body):
    """What is known of that attempt. `outcome`: confirmed, sent, not-started, interrupted, uncertain."""

    kind: ClassVar[str] = "print.ended"
    ticket: Seq
    attempt: int
    outcome: str
    mm: int = 0
    """Millimetres of paper that a whole ticket of this attempt takes; 0: none was begun, or it is not known."""


@dataclass(frozen=True, slots=True)
class PrintAsked(Body):
    """Whoever holds this number says that no paper of it came, and wants another: it is printed as a copy."""

    kind: ClassVar[str] = "print.asked"
    ticket: Seq


@dataclass(frozen=True, slots=True)
class SlipAsked(Body):
    """Whoever holds this ticket, which the office carried over to `to_day` (YYYY-MM-DD), wants that on paper.

    The slip is printed as a ticket is: in print.sending, print.ended and print.asked, `ticket` is then the seq of this
    fact. Its language is on no record.
    """

    kind: ClassVar[str] = "slip.asked"
    ticket: Seq
    to_day: str


@dataclass(frozen=True, slots=True)
class PrinterChanged(Body):
    """The printer's fault, or None when it can print.

    unreachable, paper-out, cover-open, cutter, mechanism, overheated, offline.
    """

    kind: ClassVar[str] = "printer.changed"
    fault: str | None


@dataclass(frozen=True, slots=True)
class PrinterMet(Body):
    """The printer at the cable is not the one that was last met, or can do other things.

    What it says of itself, None where it does not; the profile it is treated by; its abilities, in alphabetical order
    (fields of hardware.profile.Abilities that were seen).
    """

    kind: ClassVar[str] = "printer.met"
    maker: str | None
    model: str | None
    firmware: str | None
    profile: str
    abilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperChanged(Body):
    """What the printer says of its roll: ok, near-end, out; None: it does not say."""

    kind: ClassVar[str] = "paper.changed"
    level: str | None


@dataclass(frozen=True, slots=True)
class PaperRefilled(Body):
    """A roll of `roll_mm` millimetres was put in: from here on its paper is counted anew."""

    kind: ClassVar[str] = "paper.refilled"
    roll_mm: int


@dataclass(frozen=True, slots=True)
class PrinterTested(Body):
    """The printer was tried without a citizen. `reason`: night, refill, asked.

    `outcome`: passed, or what stood in the way: a fault of printer.changed, or an outcome of print.ended.
    """

    kind: ClassVar[str] = "printer.tested"
    reason: str
    outcome: str
    mm: int = 0
    """Millimetres of paper that it took."""


@dataclass(frozen=True, slots=True)
class ScoreGiven(Body):
    """Somebody at this counter pressed a level, 5 most satisfied ... 1 least, on this version of the scale."""

    kind: ClassVar[str] = "score.given"
    counter: int
    level: Level
    scale: int = 1


@dataclass(frozen=True, slots=True)
class ScoreRepeated(Body):
    """Presses during the lockout after a score (`score` is its seq), in order of pressing."""

    kind: ClassVar[str] = "score.repeated"
    score: Seq
    counter: int
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class ButtonStuck(Body):
    """A button has been down for longer than a hand would hold it, or is free again (`stuck` false)."""

    kind: ClassVar[str] = "button.stuck"
    counter: int
    level: Level
    stuck: bool


@dataclass(frozen=True, slots=True)
class CounterPressed(Body):
    """Somebody pressed the wired *next* button of this counter, shortly or `long`. The office says what it means."""

    kind: ClassVar[str] = "counter.pressed"
    counter: int
    long: bool = False


_ALL: tuple[type[Body], ...] = (
    JournalOpened,
    MachineStarted,
    ClockAnchored,
    DayOpened,
    CatalogueAdopted,
    TicketIssued,
    TicketLanguage,
    TicketPriority,
    TicketPromised,
    TicketReturned,
    CalendarAdopted,
    HelpAsked,
    HelpEnded,
    BoardChanged,
    PrintSending,
    PrintEnded,
    PrintAsked,
    SlipAsked,
    PrinterChanged,
    PrinterMet,
    PaperChanged,
    PaperRefilled,
    PrinterTested,
    ScoreGiven,
    ScoreRepeated,
    ButtonStuck,
    CounterPressed,
    NumbersMoved,
    *MACHINE,
    *OFFICE,
    *ONLINE,
    *PUBLISHED,
    *REQUESTS,
    *SURVEY,
    *EPISODES,
    *ACCESS,
    *RESTATED,
    RecordWaived,
    ServiceOpened,
    ServiceRefused,
    ServiceUsed,
    AdministratorInvited,
)
KINDS: dict[tuple[str, int], type[Body]] = {(body.kind, body.version): body for body in _ALL}

AnyBody = TypeVar("AnyBody", bound=Body)


def draft(body: Body) -> Draft:
    """The draft of a fact from its typed body."""
    return Draft(body.kind, body.version, _plain(body))


def drafts(*bodies: Body) -> list[Draft]:
    """Several drafts, to be committed together."""
    return [draft(body) for body in bodies]


def understand(fact: Fact | Draft) -> Body | None:
    """The typed body of a fact, or None where its kind or version is not known here.

    Raises NotUnderstood where kind and version are known but the body has another shape.
    """
    shape = KINDS.get((fact.kind, fact.version))
    if shape is None:
        return None
    try:
        return msgspec.convert(fact.body, type=shape, strict=True)
    except msgspec.ValidationError as error:
        hint = "The fact is kept as it came. Compare the sender's release with this one."
        raise NotUnderstood(f"{fact.kind} v{fact.version}: {error}", hint=hint) from error


def understood(fact: Fact | Draft) -> Body | None:
    """As `understand`; None also where the body has another shape."""
    try:
        return understand(fact)
    except NotUnderstood:
        return None


def of_kind(facts: Iterable[Fact], shape: type[AnyBody]) -> list[tuple[Fact, AnyBody]]:
    """The facts of one kind with their bodies, in order."""
    pairs = ((fact, understand(fact)) for fact in facts if (fact.kind, fact.version) == (shape.kind, shape.version))
    return [(fact, body) for fact, body in pairs if isinstance(body, shape)]


def _plain(body: Body) -> dict[str, Json]:
    plain: dict[str, Json] = _listed(msgspec.to_builtins(body))
    return {name: value for name, value in plain.items() if value is not None or name not in body.unsaid}


def _listed(value: Any) -> Any:
    """Without tuples, which are no JSON."""
    if isinstance(value, dict):
        return {key: _listed(each) for key, each in value.items()}
    return [_listed(each) for each in value] if isinstance(value, tuple | list) else value
