"""What staff can do at a counter, as values. Over HTTP each is a JSON object whose `act` names it."""

from typing import ClassVar, TypeAlias

import msgspec

STAFF, SUPERVISOR, ADMINISTRATOR = "staff", "supervisor", "administrator"
ROLES = (STAFF, SUPERVISOR, ADMINISTRATOR)
"""From the least to the most that a person may do."""


class _Act(msgspec.Struct, frozen=True, tag_field="act", forbid_unknown_fields=True):
    """Base of all acts. `role`: the least that whoever does it has to be."""

    role: ClassVar[str] = STAFF


class Open(_Act, frozen=True, tag="open"):
    """Open the counter, for all that it is equipped and the person trained for; `services`: for some of it only."""

    services: tuple[str, ...] = ()


class Close(_Act, frozen=True, tag="close"):
    """Close the counter."""


class Pause(_Act, frozen=True, tag="pause"):
    """Take a break."""

    reason: str


class Resume(_Act, frozen=True, tag="resume"):
    """End the break."""


class Next(_Act, frozen=True, tag="next"):
    """Finish with the one who is served, and call whom the rule names."""


class Pick(_Act, frozen=True, tag="pick"):
    """Call this number by hand."""

    label: str
    reason: str


class Recall(_Act, frozen=True, tag="recall"):
    """Call the same number again."""


class Came(_Act, frozen=True, tag="came"):
    """Whoever was called is here."""


class NoShow(_Act, frozen=True, tag="no-show"):
    """Nobody came. Before the rule's time a listed reason is needed."""

    reason: str | None = None


class Withdraw(_Act, frozen=True, tag="withdraw"):
    """Take the call back: the number waits again, first in its turn."""


class Finish(_Act, frozen=True, tag="finish"):
    """The present service is done; nobody is called."""


class Park(_Act, frozen=True, tag="park"):
    """Whoever is served goes on an errand and comes back."""

    reason: str


class Transfer(_Act, frozen=True, tag="transfer"):
    """The present service is another one from here on."""

    service: str
    reason: str


class Back(_Act, frozen=True, tag="back"):
    """Whoever holds this parked or missed number is here again."""

    label: str


class Ticketless(_Act, frozen=True, tag="ticketless"):
    """Somebody was served who held no ticket."""

    service: str
    reason: str


class Cancel(_Act, frozen=True, tag="cancel"):
    """Give this number up."""

    role: ClassVar[str] = SUPERVISOR
    label: str
    reason: str


class Prioritise(_Act, frozen=True, tag="prioritise"):
    """Give this number priority."""

    label: str


class ByHand(_Act, frozen=True, tag="by-hand"):
    """Enter an interval that was served with pre-printed numbers."""

    role: ClassVar[str] = SUPERVISOR
    series: str
    first: int
    last: int
    from_ms: int
    to_ms: int


Act: TypeAlias = (
    Open
    | Close
    | Pause
    | Resume
    | Next
    | Pick
    | Recall
    | Came
    | NoShow
    | Withdraw
    | Finish
    | Park
    | Transfer
    | Back
    | Ticketless
    | Cancel
    | Prioritise
    | ByHand
)
