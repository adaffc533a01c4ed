"""The words of the screens: what is in sight, as pure values. kiosk.screen_inputs has what can happen to them."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from kiosk.errors import KioskError
from kiosk.mending import Mending
from kiosk.upkeep_types import NO_UPKEEP, Upkeep
from sync.calendar import Break, Closed
from sync.estimate import Wait as Wait
from sync.notices import Telling

MOST_ERRANDS = 5
"""Services on one visit."""


class IllegalInput(KioskError):
    """An input that cannot happen on this screen. The state is as it was."""


class Screen(StrEnum):
    """What is in sight."""

    ATTRACT = "attract"
    SCORE = "score"
    SERVICE = "service"
    DETAILS = "details"
    PRIORITY = "priority"
    LATE = "late"
    TICKET = "ticket"
    WRITE_DOWN = "write-down"
    MY_TICKET = "my-ticket"
    STANDING = "standing"
    ACCESS = "access"
    HELP = "help"
    CLOSED = "closed"
    OUT_OF_ORDER = "out-of-order"
    CONFIRM_DATE = "confirm-date"
    SERVICE_MENU = "service-menu"
    SERVICE_PIN = "service-pin"
    SERVICE_TOOLS = "service-tools"
    SERVICE_BUTTONS = "service-buttons"
    SERVICE_CODE = "service-code"
    SERVICE_ASK = "service-ask"
    SERVICE_TYPE = "service-type"
    SERVICE_CLOCK = "service-clock"
    SERVICE_TOUCH = "service-touch"


class Theme(StrEnum):
    """Which colours of the tokens are used."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Look:
    """How the screens are shown to whoever stands there; everything goes back with the next citizen.

    `large`: letters and buttons a third larger, fewer of them at a time. `reach`: all that is touched lies in the
    lower part of the screen, for hands from 380 to 1220 mm above the floor (EN 301 549, 8.3).
    """

    theme: Theme = Theme.LIGHT
    large: bool = False
    reach: bool = False


class Moment(NamedTuple):
    """A date and time on the office's wall clock, as staff set it."""

    year: int
    month: int
    day: int
    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class Hours:
    """What the calendar says on the office's day `today`.

    `closed`: why no number is given, None while the office is open. `pause`: a break during which numbers are given.
    `shut`: services that are closed while the office is open, by id.
    """

    today: date
    closed: Closed | None = None
    pause: Break | None = None
    shut: tuple[tuple[str, Closed], ...] = ()

    def closed_for(self, service: str) -> Closed | None:
        """Why this service has no number now; None: it has."""
        return self.closed or dict(self.shut).get(service)


@dataclass(frozen=True, slots=True)
class ScoreBox:
    """What a score box asks about: its counters in their order, and those whose citizen has just been thanked."""

    counters: tuple[int, ...]
    thanked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """What stands between the kiosk and the next ticket. None everywhere: nothing does.

    `config`, `disk` and `printer` are codes (see kiosk.wording); `doubt` is the time that the untrusted clock shows;
    `hours` None: nothing is known of opening hours. `help`: staff have been asked for and have not come yet.
    `mending`: how far the repair of the printer is. `again`: the ticket in sight can be printed once more; `slip`: that
    it was carried over can be.
    `paper_low`: the roll is near its end, which is for staff to know. `wait`: of whoever takes a ticket for the service
    in sight now. `places`: the office gives online places today, whose codes can be typed here. `notice`: what the
    office wants every citizen to read. `box`: this machine takes scores and gives no numbers.
    """

    printer: str | None = None
    disk: str | None = None
    config: str | None = None
    doubt: Moment | None = None
    hours: Hours | None = None
    help: bool = False
    mending: Mending | None = None
    again: bool = False
    slip: bool = False
    paper_low: bool = False
    wait: Wait | None = None
    places: bool = False
    notice: Telling | None = None
    box: ScoreBox | None = None

    @property
    def trouble(self) -> str | None:
        """The code of the trouble to be mended first."""
        return self.config or self.disk or self.printer

    @property
    def closed(self) -> Closed | None:
        """Why the office gives no numbers now."""
        return self.hours.closed if self.hours else None

    def shut(self, service: str | None) -> Closed | None:
        """Why this service gives no numbers now."""
        return self.hours.closed_for(service or "") if self.hours else None


class Paper(StrEnum):
    """How far the paper of the ticket in sight is."""

    PRINTING = "printing"
    READY = "ready"
    SENT = "sent"
    """The printer has taken it and cannot tell what became of it."""


class Errand(NamedTuple):
    """One service of a visit, and how many cases of it."""

    service: str
    cases: int = 1


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that is durable: its seq in this journal, its number, its first service, the language it was taken in.

    `services`: all of them, the first one too. `code`: the 4 digits that *my ticket* asks for, where they are known.
    `wait`: what was promised as it was issued. `to_day` (YYYY-MM-DD): the paper is no ticket but the slip of one that
    was carried over to that day; `seq` is then the slip's.
    """

    seq: int
    label: str
    service: str
    language: str
    services: tuple[str, ...] = ()
    priority: bool = False
    code: str = ""
    wait: Wait | None = None
    to_day: str | None = None


@dataclass(frozen=True, slots=True)
class Unprinted:
    """A ticket that is in the queue but did not come out on paper, and the code of why."""

    ticket: Ticket
    reason: str


class Passed(NamedTuple):
    """A ticket that was called before an earlier one, and the code of why (kiosk.wording.PASSED)."""

    label: str
    why: str


class Stage(StrEnum):
    """Where the office has a ticket: as sync.tickets.Status."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    ABSENT = "absent"
    SERVED = "served"
    CANCELLED = "cancelled"
    CARRIED = "carried"


AWAY = frozenset({Stage.ABSENT, Stage.PARKED})
"""Whoever holds such a ticket has to say that they are back."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a citizen may know of a ticket, as of `as_of` on the office's wall clock.

    `taken_before`: tickets of its series that its machine gave earlier on the same day. What only the office knows is
    None where it does not tell: `stage`; of one that waits `ahead`, people who will be called before it, and `minutes`,
    from and to; `counters` at work that serve it; `passed`, who went first though they came later. `counter`: the one
    it is called to or served at. `carried_over`: left over from an earlier day. `next_day`: the office day (YYYY-MM-DD)
    that it was carried over to, which is today where it is `carried_over`. `returned`: "I'm back" is on record.
    `seq`: of its `ticket.issued` in this journal; 0: another machine gave it.
    """

    label: str
    day: str
    services: tuple[str, ...]
    issued: datetime
    as_of: datetime
    taken_before: int
    stage: Stage | None = None
    ahead: int | None = None
    minutes: tuple[int, int] | None = None
    counters: tuple[int, ...] | None = None
    passed: tuple[Passed, ...] | None = None
    counter: int | None = None
    carried_over: bool = False
    next_day: str | None = None
    returned: bool = False
    seq: int = 0

    @property
    def can_return(self) -> bool:
        """Whether "I'm back" means anything: where the office does not tell, anybody may have missed a call."""
        return not self.returned and (self.stage is None or self.stage in AWAY)

    @property
    def first_on(self) -> str | None:
        """The office day (YYYY-MM-DD) on which it is called first, where it was carried over and was not called yet."""
        over = self.stage is Stage.CARRIED or (self.stage is Stage.WAITING and self.carried_over)
        return self.next_day if over else None


class Field(StrEnum):
    """What is being typed on the screen *my ticket*. `PLACE`: the code of an online place; a ticket is made of it."""

    LABEL = "label"
    CODE = "code"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Typing:
    """What has been typed of a ticket, or of the code of an online place. `refused`: the code of why the last try found
    nothing."""

    field: Field = Field.LABEL
    label: str = ""
    code: str = ""
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Everything that decides what is in sight.

    `service` and `cases`: the errand in sight; `visit`: those chosen before. `group`: the group whose services are in
    sight, where not all fit. `beneath`: where *back* leads from a screen that lies over another. `closes`: when the
    office closes (not `closes_all`: one of the services), where a ticket may come too late. `copy`: what is printed of
    the ticket in sight is a copy. `owed`: numbers that still have to be shown for want of paper. `home`: the language
    that a screen at rest goes back to, the office's first. `upkeep`: what the service menu shows while it is open.
    """

    screen: Screen = Screen.ATTRACT
    language: str = "th"
    service: str | None = None
    cases: int = 1
    visit: tuple[Errand, ...] = ()
    priority: bool = False
    group: str | None = None
    page: int = 0
    beneath: Screen | None = None
    closes: Moment | None = None
    closes_all: bool = True
    ticket: Ticket | None = None
    paper: Paper = Paper.PRINTING
    copy: bool = False
    typing: Typing = Typing()
    standing: Standing | None = None
    reason: str | None = None
    owed: tuple[Unprinted, ...] = ()
    asking: bool = False
    moment: Moment | None = None
    refused: bool = False
    look: Look = Look()
    condition: Condition = Condition()
    home: str = "th"
    upkeep: Upkeep = NO_UPKEEP

    @property
    def untouched(self) -> bool:
        """Whether a screen at rest is as the office shows it: nobody has changed its look or its language."""
        return self.look == Look() and self.language == self.home

    @property
    def errands(self) -> tuple[Errand, ...]:
        """What a ticket taken now is for: the visit, and the service in sight where it is not in it yet."""
        if self.service is None:
            return self.visit
        here = Errand(self.service, self.cases)
        if here.service in {errand.service for errand in self.visit}:
            return tuple(here if errand.service == here.service else errand for errand in self.visit)
        return (*self.visit, here)[:MOST_ERRANDS]

    def chosen(self, service: str) -> Errand | None:
        """This service, where it is part of the visit already."""
        return next((errand for errand in self.visit if errand.service == service), None)

    def seen(self, **changes: object) -> "State":
        """The same with other values."""
        return replace(self, **changes)  # type: ignore[arg-type]
