"""What can happen to the screens, and what they ask of the machine. Pure values; kiosk.screens is the table."""

from dataclasses import dataclass
from typing import TypeAlias

from kiosk.screen_types import Condition, Errand, Look, Moment, Standing, Ticket
from kiosk.upkeep_inputs import UpkeepInput, UpkeepRequest

# Inputs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """A language was touched, or its key pressed."""

    language: str


@dataclass(frozen=True, slots=True)
class Browse:
    """The services are to be looked at, though no number is given now."""


@dataclass(frozen=True, slots=True)
class ChooseGroup:
    """The services of this group are to be in sight; None: the groups themselves, where not all services fit."""

    group: str | None


@dataclass(frozen=True, slots=True)
class ChooseService:
    """A service was touched."""

    service: str


@dataclass(frozen=True, slots=True)
class TurnPage:
    """Show this page (0, 1, ...) of what does not fit on one."""

    page: int


@dataclass(frozen=True, slots=True)
class SetCases:
    """So many cases of the service in sight, 1 to 9."""

    cases: int


@dataclass(frozen=True, slots=True)
class AddErrand:
    """The service in sight is wanted, and another one too."""


@dataclass(frozen=True, slots=True)
class RemoveErrand:
    """This service is not wanted after all."""

    service: str


@dataclass(frozen=True, slots=True)
class OpenPriority:
    """The question for priority was touched."""


@dataclass(frozen=True, slots=True)
class SetPriority:
    """The answer; why is never asked."""

    priority: bool


@dataclass(frozen=True, slots=True)
class Take:
    """A ticket for the visit is wanted. `anyway`: though it may come too late today."""

    anyway: bool = False


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
class TooLate:
    """The work that waits takes longer than the office is open: `closes`. Not `office`: than a service's own hours."""

    closes: Moment
    office: bool = True


@dataclass(frozen=True, slots=True)
class Printed:
    """The paper of this ticket is out. `copy`: marked as one. Not `told`: the printer cannot say more than that it has
    taken it."""

    seq: int
    copy: bool = False
    told: bool = True


@dataclass(frozen=True, slots=True)
class PaperFailed:
    """The paper of this ticket did not come, or not for certain; `reason` is a code."""

    ticket: Ticket
    reason: str


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Paper of the ticket in sight is wanted: none came."""


@dataclass(frozen=True, slots=True)
class PaperAsked:
    """It is durable that paper of this ticket was asked for once more. `copy`: what comes is marked as a copy."""

    ticket: Ticket
    copy: bool


@dataclass(frozen=True, slots=True)
class AskSlip:
    """A slip of the ticket in sight, which was carried over, is wanted."""


@dataclass(frozen=True, slots=True)
class OpenMyTicket:
    """Somebody wants to know about a ticket they hold."""


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """Somebody has the code of an online place."""


@dataclass(frozen=True, slots=True)
class Type:
    """A letter or digit was touched."""

    character: str


@dataclass(frozen=True, slots=True)
class Erase:
    """The last character is to go; with none left, back to the field before."""


@dataclass(frozen=True, slots=True)
class Enter:
    """The field is complete."""


@dataclass(frozen=True, slots=True)
class Found:
    """The ticket that was typed, or that has just been called back."""

    standing: Standing


@dataclass(frozen=True, slots=True)
class NotFound:
    """There is no such ticket, or place; `reason` is a code of kiosk.wording.REFUSED."""

    reason: str


@dataclass(frozen=True, slots=True)
class ImBack:
    """Whoever holds the ticket in sight is in the hall again."""


@dataclass(frozen=True, slots=True)
class OpenAccess:
    """The ways to see and reach this kiosk were touched."""


@dataclass(frozen=True, slots=True)
class SetLook:
    """Show everything in this way until the citizen has left."""

    look: Look


@dataclass(frozen=True, slots=True)
class AskHelp:
    """Staff are wanted."""


@dataclass(frozen=True, slots=True)
class HelpAsked:
    """The call for staff is durable."""


@dataclass(frozen=True, slots=True)
class EndHelp:
    """Staff have come, or are no longer wanted."""


@dataclass(frozen=True, slots=True)
class ConditionChanged:
    """Something broke or was mended, opened or closed."""

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
    | Browse
    | ChooseGroup
    | ChooseService
    | TurnPage
    | SetCases
    | AddErrand
    | RemoveErrand
    | OpenPriority
    | SetPriority
    | Take
    | Back
    | Stay
    | Done
    | TimedOut
    | Issued
    | TooLate
    | Printed
    | PaperFailed
    | AskAgain
    | PaperAsked
    | AskSlip
    | OpenMyTicket
    | OpenPlace
    | Type
    | Erase
    | Enter
    | Found
    | NotFound
    | ImBack
    | OpenAccess
    | SetLook
    | AskHelp
    | HelpAsked
    | EndHelp
    | ConditionChanged
    | Adjust
    | ConfirmDate
    | DateRefused
    | UpkeepInput
)

# Requests to the machine ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IssueTicket:
    """Make a ticket durable, then answer with `Issued`; if that fails, with `ConditionChanged`.

    Unless `anyway`, the answer is `TooLate` where its turn may not come before the office closes.
    """

    errands: tuple[Errand, ...]
    language: str
    priority: bool = False
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class SetClock:
    """Take this for the true time, then answer with `ConditionChanged`, or with `DateRefused`."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class FindTicket:
    """Look for the ticket of this number and 4-digit code; answer with `Found` or `NotFound`."""

    label: str
    code: str


@dataclass(frozen=True, slots=True)
class TakePlace:
    """Make a ticket of the online place with this 6-digit code durable; answer with `Issued` or `NotFound`."""

    code: str
    language: str


@dataclass(frozen=True, slots=True)
class NoteReturn:
    """Make it durable that whoever holds this ticket is back; answer with `Found`."""

    standing: Standing


@dataclass(frozen=True, slots=True)
class PrintAgain:
    """Make it durable that paper of the ticket with this seq is wanted once more; answer with `PaperAsked`."""

    seq: int


@dataclass(frozen=True, slots=True)
class PrintSlip:
    """Make it durable that a slip is wanted of the ticket with this seq, called first on `to_day`, in this language;
    answer with `PaperAsked`."""

    seq: int
    to_day: str
    language: str


@dataclass(frozen=True, slots=True)
class CallStaff:
    """Make it durable that staff are wanted, then answer with `HelpAsked`. `screen`: what was in sight."""

    screen: str


@dataclass(frozen=True, slots=True)
class CloseHelp:
    """Make it durable that staff are no longer wanted."""


ClerkRequest: TypeAlias = (
    IssueTicket | SetClock | FindTicket | TakePlace | NoteReturn | PrintAgain | PrintSlip | CallStaff | CloseHelp
)
Request: TypeAlias = ClerkRequest | UpkeepRequest
