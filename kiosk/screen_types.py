"""The words of the screens: states, inputs, and requests to the machine. Pure values; kiosk.screens is the table."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from kiosk.errors import KioskError


class IllegalInput(KioskError):
    """An input that cannot happen on this screen. The state is as it was."""


class Screen(StrEnum):
    """What is in sight."""

    ATTRACT = "attract"
    SERVICE = "service"
    DETAILS = "details"
    TICKET = "ticket"
    WRITE_DOWN = "write-down"
    OUT_OF_ORDER = "out-of-order"
    CONFIRM_DATE = "confirm-date"


class Moment(NamedTuple):
    """A date and time on the office's wall clock, as staff set it."""

    year: int
    month: int
    day: int
    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class Condition:
    """What stands between the kiosk and the next ticket. None everywhere: nothing does.

    `config`, `disk` and `printer` are codes (see kiosk.wording); `doubt` is the time that the untrusted clock shows.
    """

    printer: str | None = None
    disk: str | None = None
    config: str | None = None
    doubt: Moment | None = None

    @property
    def trouble(self) -> str | None:
        """The code of the trouble to be mended first."""
        return self.config or self.disk or self.printer


class Paper(StrEnum):
    """How far the paper of the ticket in sight is."""

    PRINTING = "printing"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that is durable: its seq in this journal, its number, its service and the language it was taken in."""

    seq: int
    label: str
    service: str
    language: str


@dataclass(frozen=True, slots=True)
class Unprinted:
    """A ticket that is in the queue but did not come out on paper, and the code of why."""

    ticket: Ticket
    reason: str


@dataclass(frozen=True, slots=True)
class State:
    """Everything that decides what is in sight. `owed`: numbers that still have to be shown for want of paper."""

    screen: Screen = Screen.ATTRACT
    language: str = "th"
    service: str | None = None
    page: int = 0
    ticket: Ticket | None = None
    paper: Paper = Paper.PRINTING
    reason: str | None = None
    owed: tuple[Unprinted, ...] = ()
    asking: bool = False
    moment: Moment | None = None
    refused: bool = False
    condition: Condition = Condition()


# Inputs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """A language was touched, or its key pressed."""

    language: str


@dataclass(frozen=True, slots=True)
class ChooseService:
    """A service was touched."""

    service: str


@dataclass(frozen=True, slots=True)
class TurnPage:
    """Show this page (0, 1, ...) of what does not fit on one."""

    page: int


@dataclass(frozen=True, slots=True)
class Take:
    """A ticket for the service in sight is wanted."""


@dataclass(frozen=True, slots=True)
class Back:
    """One screen back."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody is still there: a touch on anything that is no target, or on *continue*."""


@dataclass(frozen=True, slots=True)
class Done:
    """The number has been read, the ticket taken."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """Nobody touched anything for as long as `patience` says."""


@dataclass(frozen=True, slots=True)
class Issued:
    """The ticket that was asked for is durable."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Printed:
    """The paper of this ticket is out."""

    seq: int


@dataclass(frozen=True, slots=True)
class PaperFailed:
    """The paper of this ticket did not come, or not for certain; `reason` is a code."""

    ticket: Ticket
    reason: str


@dataclass(frozen=True, slots=True)
class ConditionChanged:
    """Something broke or was mended."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Adjust:
    """One step (+1 or -1) on a field of the date in sight."""

    field: str
    by: int


@dataclass(frozen=True, slots=True)
class ConfirmDate:
    """Staff say that the date and time in sight are right."""


@dataclass(frozen=True, slots=True)
class DateRefused:
    """The date that staff confirmed is over for certain."""


Input: TypeAlias = (
    ChooseLanguage
    | ChooseService
    | TurnPage
    | Take
    | Back
    | Stay
    | Done
    | TimedOut
    | Issued
    | Printed
    | PaperFailed
    | ConditionChanged
    | Adjust
    | ConfirmDate
    | DateRefused
)

# Requests to the machine ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IssueTicket:
    """Make a ticket durable, then answer with `Issued`; if that fails, with `ConditionChanged`."""

    service: str
    language: str


@dataclass(frozen=True, slots=True)
class SetClock:
    """Take this for the true time, then answer with `ConditionChanged`, or with `DateRefused`."""

    moment: Moment


Request: TypeAlias = IssueTicket | SetClock
