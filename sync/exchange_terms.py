"""The words of the exchange's machine: its phases, inputs, effects, state and times. The table is in sync.exchange."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from sync.errors import SyncError
from sync.types import Seq
from sync.wire import BATCH_ROWS

NONE = Seq(0)
"""Before the first fact."""

BACKOFF_CAP_S = 300.0
"""Longest wait after failures; with full jitter 500 devices came back from an hour's outage at 7 requests/s."""
RETRY_AFTER_CAP_S = 3600.0
"""A server may ask for more patience than the cap, but not for ever."""
ASK_EVERY_S = 60.0
"""An idle device says that it lives, and learns `safe` and the office's time, about this often."""
PROBE_EVERY_S = 3600.0
"""A device in quarantine asks, without sending facts, whether the server has been mended about this often."""

SERVER_AHEAD = "server-ahead"
JOURNAL_BEHIND = "journal-behind"
NO_PROGRESS = "no-progress"
LOWERED = "lowered"
PRUNED = "pruned"
FAILED = "failed"
BUSY = "server-busy"


class IllegalInput(SyncError):
    """An input that the machine's present phase has no transition for. Nothing changed."""


class Phase(Enum):
    """Where the exchange stands."""

    UNPAIRED = "unpaired"
    IDLE = "idle"
    SENDING = "sending"
    BACKOFF = "backoff"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Send:
    """Effect: send the facts behind `after` up to at most `up_to`, at most `most_rows` of them; none is a question."""

    after: Seq
    up_to: Seq
    most_rows: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Effect: pair by the code in the configuration."""


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Effect: input Timer after so many seconds. Replaces any timer set before."""

    seconds: float


Effect: TypeAlias = Send | Pair | SetTimer


@dataclass(frozen=True, slots=True)
class Wake:
    """The journal was looked at; its last seq is `head`."""

    head: Seq


@dataclass(frozen=True, slots=True)
class Timer:
    """The time that was set is over."""


@dataclass(frozen=True, slots=True)
class Paired:
    """The server took the pairing; it holds the journal up to `received`, safe up to `safe`."""

    received: Seq
    safe: Seq


@dataclass(frozen=True, slots=True)
class PairingRefused:
    """There is no code, or the server did not take it."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The server answered 200."""

    received: Seq
    safe: Seq


@dataclass(frozen=True, slots=True)
class Refused:
    """The server refused. `expected` is the seq it wants to continue from, None where it named none;
    `agrees` says whether the own journal has the very chain there that the server named."""

    code: str
    message: str
    expected: Seq | None = None
    agrees: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer, or one that makes no sense. `why` is for the technician."""

    why: str


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """The server asked for patience (429, 503), for so many seconds where it said so."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Pruned:
    """The server's copy ends at `expected`, and the facts behind that up to `floor` are pruned here: it was restored to
    a state from before it called them safe."""

    expected: Seq
    floor: Seq


@dataclass(frozen=True, slots=True)
class Replaced:
    """Another journal took this one's place: what was acknowledged says nothing about it."""

    paired: bool


Input: TypeAlias = Replaced | Wake | Timer | Paired | PairingRefused | Answered | Refused | Pruned | Failed | RetryAfter


@dataclass(frozen=True, slots=True)
class State:
    """The whole state. `head` is the last own seq known; `asked` the request under way, in sending and quarantine.

    `reason` and `message` tell why it waits or stopped, None when all is well.
    """

    phase: Phase
    head: Seq = NONE
    received: Seq = NONE
    safe: Seq = NONE
    attempts: int = 0
    limit: int = BATCH_ROWS
    asked: Send | None = None
    reason: str | None = None
    message: str | None = None
