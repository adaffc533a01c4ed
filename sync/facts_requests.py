"""What a centre asks of its offices, and what they say to it. None of it moves the queue.

A request is named by a random id that its centre gave it; the office takes it up under the same id, in its own journal.
`staff` is an opaque id, None where nobody of this office did it: it came from the centre, and `source` says which fact
of the centre's journal it is. `offices`: of whom a centre asks it, by their first journals; None: of this office alone.
No word of a citizen, and no name, is in here.
"""

from dataclasses import dataclass
from typing import ClassVar

from sync.body import Body
from sync.facts_published import Source
from sync.types import UtcMs

DONE, CANNOT = VERDICTS = ("done", "cannot")
"""What an office says to a request."""


@dataclass(frozen=True, slots=True)
class RequestFact(Body):
    """Base of them; `now_ms` on the clock of whoever wrote it."""

    now_ms: UtcMs
    unsaid: ClassVar[tuple[str, ...]] = ("source", "offices")


@dataclass(frozen=True, slots=True)
class OfficeRequested(RequestFact):
    """The centre asks for this. `what`: listed (sync.reasons.REQUEST); `about`: which machine (its journal), service or
    follow-up (`journal:seq`) there, empty: none in particular; `text`: in the centre's words. `due`: until the end of
    that day (YYYY-MM-DD), None: no day is set."""

    kind: ClassVar[str] = "office.requested"
    request: str
    what: str
    about: str
    text: str
    due: str | None
    staff: str | None = None
    source: Source | None = None
    offices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RequestWithdrawn(RequestFact):
    """The centre does not ask for it any more."""

    kind: ClassVar[str] = "office.request_withdrawn"
    request: str
    staff: str | None = None
    source: Source | None = None
    offices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RequestSeen(RequestFact):
    """This person of the office has taken note of it."""

    kind: ClassVar[str] = "office.request_seen"
    request: str
    staff: str


@dataclass(frozen=True, slots=True)
class RequestAnswered(RequestFact):
    """The office's answer, which closes it. `verdict`: DONE or CANNOT; `reason` why it cannot: listed
    (sync.reasons.REQUEST_CANNOT), None where it is done."""

    kind: ClassVar[str] = "office.request_answered"
    request: str
    verdict: str
    reason: str | None
    text: str
    staff: str


REQUESTS: tuple[type[Body], ...] = (OfficeRequested, RequestWithdrawn, RequestSeen, RequestAnswered)
"""Every kind of fact that this module adds."""

ASKED: tuple[type[RequestFact], ...] = (OfficeRequested, RequestWithdrawn)
"""What offices follow in the journal of their centre."""
