"""What an office writes of what went wrong there, and of what it owes an answer to. None of it moves the queue.

An episode is named by the fact that began it. `staff` is an opaque id; no word of a citizen, and no name, is in here.
"""

from dataclasses import dataclass
from typing import ClassVar

from sync.body import Body, FactName
from sync.types import UtcMs


@dataclass(frozen=True, slots=True)
class EpisodeFact(Body):
    """Base of them. `now_ms`: the office's clock."""

    now_ms: UtcMs


@dataclass(frozen=True, slots=True)
class AlertRaised(EpisodeFact):
    """Something is wrong from here on. `alert`: what (server.alerts); `about`: which counter, service, machine or day.

    `value` was held against `bound`, both in the alert's own unit.
    """

    kind: ClassVar[str] = "alert.raised"
    alert: str
    about: str
    value: int
    bound: int


@dataclass(frozen=True, slots=True)
class AlertSeen(EpisodeFact):
    """This person has taken note of the alert."""

    kind: ClassVar[str] = "alert.seen"
    alert: FactName
    staff: str


@dataclass(frozen=True, slots=True)
class AlertEnded(EpisodeFact):
    """It is wrong no longer."""

    kind: ClassVar[str] = "alert.ended"
    alert: FactName


@dataclass(frozen=True, slots=True)
class FollowupOpened(EpisodeFact):
    """A complaint or an alert, `of`, is to be answered until the end of the day `due` (YYYY-MM-DD).

    `why`: `complaint`, or the code of the alert; `about`: the complaint's category, or what the alert is about.
    """

    kind: ClassVar[str] = "followup.opened"
    of: FactName
    why: str
    about: str
    due: str


@dataclass(frozen=True, slots=True)
class FollowupAssigned(EpisodeFact):
    """`to` answers it, says `staff`."""

    kind: ClassVar[str] = "followup.assigned"
    followup: FactName
    to: str
    staff: str


@dataclass(frozen=True, slots=True)
class FollowupAnswered(EpisodeFact):
    """It is answered. The text is kept beside the record, where it can be erased: `digest` is its SHA-256 (hex)."""

    kind: ClassVar[str] = "followup.answered"
    followup: FactName
    digest: str
    staff: str


@dataclass(frozen=True, slots=True)
class FollowupClosed(EpisodeFact):
    """Nothing more is to be done."""

    kind: ClassVar[str] = "followup.closed"
    followup: FactName
    staff: str


EPISODES: tuple[type[Body], ...] = (
    AlertRaised, AlertSeen, AlertEnded, FollowupOpened, FollowupAssigned, FollowupAnswered, FollowupClosed,
)  # fmt: skip
"""Every kind of fact that this module adds."""
