"""Online places, as the office has them on record: on which terms they are given, and each one that was asked for.

A place is named by the SHA-256 (hex) of the 16 bytes in its page's address. Who asked is on no record: no address, no
name, no language (docs/online-ticket.md).
"""

from dataclasses import dataclass
from typing import ClassVar

from sync.body import Body, TicketName
from sync.facts_office import OfficeFact
from sync.types import JournalId, UtcMs


@dataclass(frozen=True, slots=True)
class OnlineAdopted(OfficeFact):
    """Until this office day ends, online places are given on these terms (sync.online).

    `share`: of 100 tickets of a service that came into the queue within an hour, at most so many count from when they
    were asked for; one always. `hold_ms`: for so long a code is good. `head_ms`: nobody's waiting counts from earlier
    than so long before they came. `url`: of the page where they are asked for.
    """

    kind: ClassVar[str] = "online.adopted"
    share: int
    hold_ms: int
    head_ms: int
    url: str


@dataclass(frozen=True, slots=True)
class OnlineAsked(OfficeFact):
    """Somebody asked for a place. `code`: its six digits, hashed with the secret of this journal
    (sync.online_code). `until_ms`: the last moment at which it can be activated."""

    kind: ClassVar[str] = "online.asked"
    place: str
    code: str
    services: tuple[str, ...]
    until_ms: UtcMs


@dataclass(frozen=True, slots=True)
class OnlineRestated(OfficeFact):
    """A place of this day by the record before, in the journal that an office goes on in (sync.facts_restated).

    `code`: masked anew, for this journal; empty where nobody can use it any more. `journal`: whose secret its digits
    follow from. `ticket`: the first that was admitted with it, None: nobody has come; `counts`: whether that counts
    from it.
    """

    kind: ClassVar[str] = "online.restated"
    place: str
    code: str
    services: tuple[str, ...]
    asked_ms: UtcMs
    until_ms: UtcMs
    journal: JournalId
    ticket: TicketName | None = None
    counts: bool = False


ONLINE: tuple[type[Body], ...] = (OnlineAdopted, OnlineAsked, OnlineRestated)
"""Every kind of fact that this module adds."""
