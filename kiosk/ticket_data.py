"""A ticket, and the layout that says what stands on one, in which order and rank. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal, get_args

from kiosk.errors import KioskError
from kiosk.paper_blocks import Picture, Rank
from sync.catalogue import Service

Tongues = Literal["own", "own+staff", "all"]
"""The languages a text stands in: the ticket's own; that and the staff's; all of the kiosk's, the own one first."""

PartName = Literal[
    "logo",
    "office",
    "number",
    "title",
    "moment",
    "services",
    "staff-name",
    "people-ahead",
    "waiting",
    "fee",
    "time",
    "documents",
    "steps",
    "proof",
    "complaints",
    "text",
    "rule",
    "space",
]
PART_NAMES: tuple[PartName, ...] = get_args(PartName)
"""Everything that a layout can put on a ticket."""

OBLIGATORY: Mapping[PartName, str] = MappingProxyType(
    {
        "number": "without it nobody can be called",
        "moment": "the day and time tell today's ticket from yesterday's, and prove the wait",
        "services": "staff and citizen have to read what the number was taken for",
        "proof": "its code opens the ticket at the kiosk, and its witness lets anyone check the record",
    }
)
"""What every ticket has, and why it is refused without."""

MOST_SERVICES = 5
"""Services of one visit."""


class TicketError(KioskError):
    """A ticket that is not one: no service, more than MOST_SERVICES, or cases that do not belong to them."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one ticket says. It stands for a visit: one number, `services`, and how many `cases` of each.

    `issued`: office time, without zone. `url`: where the QR leads (None: no server). `office`: its name by language.
    `languages`: those of the kiosk, the staff's first. `copy`: an earlier paper of this number may exist.
    `priority` prints as P; why is neither known nor printed. `ahead`: people who will be called before, and `wait`:
    (least, most) minutes, each only where the office has said so. `cases` empty: one of each.
    """

    label: str
    services: tuple[Service, ...]
    language: str
    issued: datetime
    office: Mapping[str, str]
    languages: tuple[str, ...]
    code: str
    witness: str
    url: str | None = None
    copy: bool = False
    cases: tuple[int, ...] = ()
    priority: bool = False
    ahead: int | None = None
    wait: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Raises TicketError."""
        if not 1 <= len(self.services) <= MOST_SERVICES:
            hint = f"A visit has 1 to {MOST_SERVICES} services."
            raise TicketError(f"ticket {self.label} has {len(self.services)} services", hint=hint)
        if self.cases and (len(self.cases) != len(self.services) or min(self.cases) < 1):
            hint = "Give one count of at least 1 for each service, or none at all."
            raise TicketError(f"ticket {self.label} has the cases {self.cases}", hint=hint)

    @property
    def service(self) -> Service:
        """The first service, the only one of most visits."""
        return self.services[0]

    @property
    def counts(self) -> tuple[int, ...]:
        """Cases of each service, written out."""
        return self.cases or (1,) * len(self.services)


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the layout's `blocks`. Options that were not given are None: the part's own habit.

    `texts`: of a "text", by language. `mm`: of a "space".
    """

    name: PartName
    rank: Rank | None = None
    bold: bool | None = None
    languages: Tongues | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    mm: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands on a ticket. `header`: the office's name as tickets show it, by language (empty: kiosk.toml's)."""

    parts: tuple[Part, ...]
    header: Mapping[str, str] = field(default_factory=dict)
    logo: Picture | None = None


SHIPPED = Layout(
    (
        Part("office"),
        Part("number"),
        Part("title"),
        Part("moment"),
        Part("rule"),
        Part("services"),
        Part("people-ahead"),
        Part("waiting"),
        Part("fee"),
        Part("time"),
        Part("documents"),
        Part("rule"),
        Part("proof"),
        Part("rule"),
        Part("complaints"),
    )
)
"""The layout of a kiosk that was given none, and of last resort; example/ticket.toml writes it out."""
